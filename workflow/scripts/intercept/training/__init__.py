"""Training targets: one module a recipe, and the epoch loop that they share."""
