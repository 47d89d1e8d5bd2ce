"""Training targets: one package a recipe, and the epoch loop that they share."""
