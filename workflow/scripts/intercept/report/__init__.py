"""The report of a study: its figures, the post's published numbers, and one page of HTML."""
