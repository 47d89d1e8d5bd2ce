"""Images and other arrays, and the files that hold them."""
