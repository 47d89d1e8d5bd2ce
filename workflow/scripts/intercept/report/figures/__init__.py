"""Figures: a package each, found by its name.

The package of a figure has a module ``entries`` with a `FIGURE`, free of matplotlib and TensorFlow
for the Snakefile's sake (see `intercept.report.figures.entry`), and a module ``drawing`` with a
function ``draw`` from a `intercept.report.figures.source.Source` to matplotlib's figure. What the
page says of it is in ``workflow/report/<figure>.rst``.
"""

SECTIONS = ("reconstructions", "by_attacker", "leakage", "frontier", "wire", "training", "samples")
"""The sections of the page that show figures, in their order."""
