"""Every number of the activation is rounded to one of a few values."""
