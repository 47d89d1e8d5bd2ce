"""Which figures a study has, in the order of the page; free of TensorFlow, for the Snakefile."""

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from intercept.report import figures
from intercept.report.figures.entry import Entry, Figure
from intercept.study import Study


class Drawing(NamedTuple):
    """One drawing of a study.

    Attributes:
        package: full name of the package of its figure.
        figure: what it is a drawing of.
        entry: what it is itself.
    """

    package: str
    figure: Figure
    entry: Entry

    @property
    def module(self) -> str:
        """The full name of the module that draws it."""
        return f"{self.package}.drawing"

    @property
    def kind(self) -> str:
        """The first part of its path, which names its caption."""
        return Path(self.entry.path).parts[0]

    def as_params(self) -> dict[str, Any]:
        """What the drawing hangs on, as plain values."""
        names, places = dict(self.entry.names), list(self.entry.places)
        return {"module": self.module, "names": names, "places": places}

    def on_the_page(self) -> dict[str, Any]:
        """What the page says beside it and where, as plain values, but for its caption."""
        return {
            "section": self.figure.section,
            "kind": self.kind,
            "title": self.entry.title,
            "alt": self.entry.alt,
            "folded": self.entry.folded,
        }


def study_figures(study: Study) -> dict[str, Drawing]:
    """Every drawing of a study by its path, below the folder of figures and without suffix."""
    found = []
    for module in pkgutil.iter_modules(figures.__path__, f"{figures.__name__}."):
        if module.ispkg:
            figure = import_module(f"{module.name}.entries").FIGURE
            found.append((module.name, figure))
    found.sort(key=lambda one: (figures.SECTIONS.index(one[1].section), one[1].order))
    return {
        entry.path: Drawing(package, figure, entry)
        for package, figure in found
        for entry in figure.entries(study)
    }
