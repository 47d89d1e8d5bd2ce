"""Differentially private training as the post did it; its epsilon does not hold."""
