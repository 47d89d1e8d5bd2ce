"""Differentially private training that can be accounted for."""
