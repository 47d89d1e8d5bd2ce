"""Figures: a module each with a function ``draw`` from a `source.Source` to matplotlib's figure.

Which drawings a study has of each, and where they stand on the page, is in
`intercept.report.contents`; what the page says of them in ``workflow/report/<figure>.rst``.
"""
