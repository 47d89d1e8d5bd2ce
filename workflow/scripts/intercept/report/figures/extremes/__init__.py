"""The best, the middle and the worst reconstructions."""
