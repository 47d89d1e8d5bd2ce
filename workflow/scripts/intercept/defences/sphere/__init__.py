"""A trained encoder puts every activation onto a sphere, where it gets Gaussian noise."""
