"""What a figure is drawn from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from intercept.report.rows import join_rows, read_rows
from intercept.runtime.files import read_json


@dataclass(frozen=True)
class Source:
    """The files of one drawing, and what they are of.

    Attributes:
        files: paths by their kind, a list where there is one for each place; the kinds are those
            that its `intercept.report.contents.Drawing` reads, and ``manifest``.
        names: what the drawing is of, such as its seed and wire.
        places: what the files of a list are of, such as a target, seed, wire and attacker.
    """

    files: Mapping[str, Any]
    names: Mapping[str, Any]
    places: Sequence[Mapping[str, Any]]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The record of the data set."""
        return read_json(self.files["manifest"])

    def table(self, kind: str) -> pd.DataFrame:
        """The rows of summary.csv, baselines.csv or audits.csv; of the first what was run."""
        return read_rows(self.files[kind])

    def joined(self, kind: str, columns: Collection[str] | None = None) -> pd.DataFrame:
        """The tables of all places under one another; see `intercept.report.rows.join_rows`."""
        return join_rows(self.files[kind], self.places, columns)
