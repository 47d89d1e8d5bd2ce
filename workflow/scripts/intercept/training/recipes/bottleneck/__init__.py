"""Training without differential privacy, of a network with a narrower cut layer."""
