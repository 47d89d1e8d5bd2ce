"""What is known of a study before it starts; ``python -m intercept.check`` prints it."""
