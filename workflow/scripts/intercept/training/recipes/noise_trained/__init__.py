"""Training through the clip and the noise that the wire will have."""
