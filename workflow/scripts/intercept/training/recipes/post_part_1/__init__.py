"""The target of part 1 of the post, as it ran."""
