"""Training without differential privacy, of the network of the recipe dp-adam."""
