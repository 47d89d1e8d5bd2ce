"""The target of the part 1 of the post, as it ran."""
