"""How large a network of a file may be that is not trusted, and the numbers that it puts out."""

LARGEST_WEIGHTS = 2**30  # bytes, of all the arrays in a file
LARGEST_OUTPUT = 2**22  # numbers that a layer may put out for one image
LARGEST_NUMBER = 1e18  # that crosses the wire: float32 holds its square
