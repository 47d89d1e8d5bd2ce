"""No image: many readings are assigned to as many candidates at once."""
