"""Floors and ceilings: what other ways of rebuilding an image score, beside the attackers."""
