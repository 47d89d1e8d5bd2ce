"""No training: a command of the user's is the device part."""
