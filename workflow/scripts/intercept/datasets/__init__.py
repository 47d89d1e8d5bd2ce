"""The dataset: three image sets that share no image unless the configuration allows it."""
