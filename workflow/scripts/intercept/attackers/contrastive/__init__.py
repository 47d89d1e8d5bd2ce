"""A decoder trained for its answers to be recognised among other images."""
