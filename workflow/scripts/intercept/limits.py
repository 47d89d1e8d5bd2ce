"""How large the network of a file may be that is not trusted."""

LARGEST_WEIGHTS = 2**30  # bytes, of all the arrays in a file
LARGEST_OUTPUT = 2**22  # numbers that a layer may put out for one image
