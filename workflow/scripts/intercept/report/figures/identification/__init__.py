"""Identification among all candidates."""
