"""Leakage between floor and ceiling."""
