"""The first images of each set."""
