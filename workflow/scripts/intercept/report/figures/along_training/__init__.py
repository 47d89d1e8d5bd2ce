"""Leakage along the training."""
