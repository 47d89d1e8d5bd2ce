"""The activation is clipped, and every number of it gets Gaussian noise."""
