"""Attacked, possible and promised."""
