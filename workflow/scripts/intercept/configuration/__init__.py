"""The configuration: what it may hold, how it is read, and what is said of a mistake in it."""
