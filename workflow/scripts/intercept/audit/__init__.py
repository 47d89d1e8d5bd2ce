"""What a training gives away of who was in it, measured: the counterpart of `accounting`."""
