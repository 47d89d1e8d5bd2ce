"""Accuracy against leakage."""
