"""The tables and pictures of README.md and docs/results.md that finished studies make.

``PYTHONPATH=workflow/scripts python docs/record keep results/omniglot "make run"`` keeps what the
tables need of a study that this command made, as small files in docs/tables/, and writes the tables
anew; ``--as NAME`` keeps them apart from those of another run of the study.
``… draw results/omniglot`` draws the pictures and ``… draw results/demo`` those of the
demonstration; ``… write`` writes the tables alone. A page has a table behind a line
``<!-- table: NAME -->``, up to the next blank line.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from keeping import ROOT, keep
from pictures import DRAWN
from tables import MADE

PAGES = (ROOT / "README.md", ROOT / "docs" / "results.md")

_MARK = "<!-- table: "


def write(page: str) -> str:
    """A page with its tables made anew.

    Raises:
        KeyError: the page names a table that is not in `MADE`.
    """
    written, within = list[str](), False
    for line in page.splitlines(keepends=True):
        within = within and bool(line.strip())
        if not within:
            written.append(line)
        if line.startswith(_MARK):
            name = line.removeprefix(_MARK).split()[0]
            written += [f"{row}\n" for row in MADE[name]()]
            within = True
    return "".join(written)


def main(arguments: Sequence[str] | None = None) -> None:
    """Keep a study's tables, draw the pictures, or only write the pages' tables anew."""
    parser = argparse.ArgumentParser("docs/record")
    commands = parser.add_subparsers(dest="command", required=True)
    keeping = commands.add_parser("keep")
    keeping.add_argument("results", type=Path)
    keeping.add_argument("made_by", help="the command that made them")
    keeping.add_argument("--as", dest="name", help="what to keep them as; by default the study")
    drawing = commands.add_parser("draw")
    drawing.add_argument("results", type=Path, help=f"of {' or '.join(DRAWN)}")
    commands.add_parser("write")
    given = parser.parse_args(arguments)
    if given.command == "draw":
        DRAWN[given.results.name](given.results)
        return
    if given.command == "keep":
        keep(given.results, given.made_by, given.name)
    for page in PAGES:
        page.write_text(write(page.read_text()))


if __name__ == "__main__":
    main()
