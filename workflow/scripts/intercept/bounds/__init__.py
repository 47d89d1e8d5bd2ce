"""What is possible on a wire, and what can be promised of it, whoever reads it."""
