"""A study: its targets and wires, what it says before and after, and how far it is."""
