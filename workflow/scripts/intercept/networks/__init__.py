"""Networks of any kind: their files, which are not trusted, their graphs, and how they are cut."""
