"""Training without differential privacy, of the network of the sound recipe."""
