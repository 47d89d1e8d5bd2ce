"""Omniglot laid out in folders, with more and more alphabets for the eavesdropper.

What do more public images buy it? ``python -m intercept.datasets.omniglot_alphabets FOLDER`` writes
what `studies/alphabets.yaml` reads; `make alphabets` runs it. Omniglot comes from TensorFlow
Datasets.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SETS = (5, 10, 16, 27)
"""How many alphabets the eavesdropper has in each of its sets: the smallest is the split small1,
the largest all of the split train but the three alphabets of the images that are sent."""

_TARGET_DRAWINGS = 2  # of each character of the target's: nothing learns from them here
_SEED = 2015  # orders the alphabets behind those of small1, the same for everyone


def lay_out(folder: Path, splits: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Write the sets as folders ``<set>/<alphabet>/<character>/<number>.png``.

    The sets are ``target``, of the split test; ``evaluation``, what small2 has and small1 has not;
    and for each number of `SETS` ``attacker-<number>``, nested, without the alphabets of
    ``evaluation``.

    Args:
        folder: may be there, from an earlier time.
        splits: the records of ``small1``, ``small2``, ``train`` and ``test``, each with ``image``
            (uint8 [height, width, 3], black on white), ``alphabet`` and ``label``.
    """
    small1 = list(splits["small1"])
    known = {_content(record) for record in small1}
    evaluation = [record for record in splits["small2"] if _content(record) not in known]
    sent = {int(record["alphabet"]) for record in evaluation}
    _write(folder / "evaluation", evaluation)
    first = sorted({int(record["alphabet"]) for record in small1} - sent)
    train = [record for record in splits["train"] if int(record["alphabet"]) not in sent]
    others = sorted({int(record["alphabet"]) for record in train} - set(first))
    order = [*first, *np.random.default_rng(_SEED).permutation(others)]
    for count in SETS:
        chosen = set(map(int, order[:count]))
        some = [record for record in train if int(record["alphabet"]) in chosen]
        _write(folder / f"attacker-{count}", some)
    _write(folder / "target", splits["test"], _TARGET_DRAWINGS)


def _content(record: Mapping[str, Any]) -> bytes:
    content: bytes = record["image"].tobytes()
    return content


def _write(folder: Path, records: Iterable[Mapping[str, Any]], most: int | None = None) -> None:
    written: dict[int, int] = {}
    for record in records:
        character = int(record["label"])
        number = written.get(character, 0)
        if most is not None and number >= most:
            continue
        written[character] = number + 1
        place = folder / f"{int(record['alphabet']):02}" / f"{character:04}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(record["image"][..., 0]).save(place / f"{number:02}.png")


def main(arguments: Sequence[str] | None = None) -> None:
    """Lay Omniglot out in the folder that is named."""
    import tensorflow_datasets as tfds

    from intercept.datasets.source import open_builder
    from intercept.runtime.errors import UserError

    parser = argparse.ArgumentParser("intercept.datasets.omniglot_alphabets")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    try:
        builder = open_builder("omniglot", None)
    except UserError as error:
        raise SystemExit(f"Error: {error}") from error
    names = ("small1", "small2", "train", "test")
    splits = {name: tfds.as_numpy(builder.as_dataset(split=name)) for name in names}
    lay_out(folder, splits)
    print(f"Omniglot lies in {folder}: make run STUDY=studies/alphabets.yaml")


if __name__ == "__main__":
    main()
