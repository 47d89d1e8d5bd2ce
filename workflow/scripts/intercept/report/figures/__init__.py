"""The report's figures: a module for each kind, whose functions return a matplotlib Figure."""
