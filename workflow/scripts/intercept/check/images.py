"""The images of a study, before it starts: how many there are, and what a sample of them is."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import tensorflow_datasets as tfds
from PIL import Image

from intercept.attackers.auxiliary import divide
from intercept.datasets import cache, folders, mnist_5k, overlap, source
from intercept.datasets.listing import Listing, list_images
from intercept.datasets.reading import Reading
from intercept.datasets.remarks import lone_images
from intercept.datasets.sets import all_remarks, join_sets
from intercept.runtime.errors import UserError

MOST_IMAGES = 500  # of each part that are read
_MOST_PIXELS = 2**24  # of each part
_FEWEST = 16
_VALIDATION = "validation"


@dataclass(frozen=True)
class Images:
    """What is known of the images.

    Attributes:
        counts: how many images each part has: ``train``, ``validation``, ``attacker``,
            ``evaluation``.
        described: what `intercept.datasets.cache.describe` says of the images of each part that
            were read.
        shape: (height, width, channels).
        classes: how many the target tells apart.
        remarks: what may not be as meant, a sentence each.
        shared: what is known of images in two sets, a sentence.
        refused: why the sets cannot be used together, if they cannot.
        class_names: of the target's classes, in the order of their numbers, where they are known.
        validation: its validation images, those of them that were read.
    """

    counts: Mapping[str, int]
    described: Mapping[str, Mapping[str, Any]]
    shape: tuple[int, int, int]
    classes: int
    remarks: list[str]
    shared: str
    refused: str | None
    class_names: Sequence[str] = ()
    validation: cache.ImageSet | None = None

    @property
    def sampled(self) -> bool:
        """Whether there are images that were not read."""
        return any(self.described[part]["images"] < count for part, count in self.counts.items())

    def of_sets(self) -> dict[str, dict[str, Any]]:
        """How many images each set will have, and their shape; the target's has two parts."""
        target = self.counts["train"] + self.counts[_VALIDATION]
        sizes = {**self.counts, "target": target}
        return {
            role: {"images": sizes[role], "image_shape": list(self.shape)}
            for role in ("target", "attacker", "evaluation")
        }


def look_at_images(dataset: Mapping[str, Any], most: int = MOST_IMAGES) -> Images | None:
    """Count the images of every part and read some of each.

    Args:
        dataset: the checked ``dataset`` section of a configuration.
        most: how many of each part to read at most; fewer where images are large.

    Returns:
        None if the data set is one of TensorFlow Datasets that is not on this machine yet.

    Raises:
        UserError: as by what reads the images in a study.
    """
    if listings := list_images(dataset):
        counts = folders.count_images(dataset)
        most = _fewer(most, dataset.get("size") or _size_of_first(listings))
        reading = folders.read_folders(dataset, most=most)
    else:
        with _prepared(dataset["name"]) as builder:
            if builder is None:
                return None
            counts = source.count_images(builder, dataset["splits"])
            features, image = builder.info.features, dataset["features"]["image"]
            if image in features:
                most = _fewer(most, dataset.get("size") or features[image].shape or ())
            reading = source.load_splits(
                builder,
                dataset["splits"],
                dataset["features"],
                most=most,
                size=dataset.get("size"),
            )
    return _found(counts, reading, dataset)


def _size_of_first(listings: Mapping[str, Listing]) -> tuple[int, ...]:
    """Of the first image; unknown where it is none, which reading it says better."""
    files = [one.path for listing in listings.values() for one in listing.images]
    try:
        with Image.open(files[0]) as image:
            return image.size
    except Exception:  # what Pillow raises on damaged files, of nearly every kind
        return ()


def _fewer(most: int, shape: Sequence[int | None]) -> int:
    """So many images that they do not have too many pixels."""
    pixels = (shape[0] or 1) * (shape[1] or 1) if len(shape) > 1 else 1
    return min(most, max(_FEWEST, _MOST_PIXELS // pixels))


@contextmanager
def _prepared(name: str) -> Iterator[tfds.core.DatasetBuilder | None]:
    """The builder of a data set on this machine, for as long as its images are read."""
    if name == mnist_5k.NAME:  # stored anew each time, which takes seconds
        with TemporaryDirectory() as folder:
            yield source.open_builder(name, folder)
        return
    builder = source.find_builder(name, None)
    yield builder if builder.is_prepared() else None


def _found(counts: dict[str, int], reading: Reading, dataset: Mapping[str, Any]) -> Images:
    described = {part: cache.describe(images) for part, images in reading.parts.items()}
    sets, names = join_sets(reading)
    overlaps = overlap.find_overlaps(sets, {name: names[name] for name in sets})
    sampled = any(described[part]["images"] < count for part, count in counts.items())
    shared = (
        f"Images in two sets: {_count(overlaps)}{' of those that were read' if sampled else ''}."
    )
    # Of a sample more would seem to be the only one than are.
    fewer_sent = described["evaluation"]["images"] < counts["evaluation"]
    listings = list_images(dataset)
    if sampled and listings:
        copies = _copies(listings)
        shared += f" Of all files, byte by byte: {_count(copies)}."
        overlaps = pd.concat([overlaps, copies], ignore_index=True)
    refused = None
    try:
        divide(reading.parts["attacker"])
        overlap.refuse_overlaps(overlaps, dataset["allow_overlap"], bool(listings))
    except UserError as error:
        refused = str(error)
    height, width, channels = reading.parts["train"].images.shape[1:]
    return Images(
        counts=counts,
        described=described,
        shape=(height, width, channels),
        classes=reading.classes,
        remarks=[
            *all_remarks(reading, {name: cache.describe(images) for name, images in sets.items()}),
            *([] if fewer_sent else lone_images(sets["evaluation"])),
        ],
        shared=shared,
        refused=refused,
        class_names=reading.class_names,
        validation=reading.parts[_VALIDATION],
    )


def _count(pairs: pd.DataFrame) -> str:
    return f"{len(pairs):,}" if len(pairs) else "none"


def _copies(listings: Mapping[str, Listing]) -> pd.DataFrame:
    """Pairs of files in two sets that are the same, as `overlap.find_overlaps` has them.

    Only files that are equally long are read.
    """
    files = [
        {"set": role, "name": str(one.path), "size": one.path.stat().st_size, "path": one.path}
        for role, listing in listings.items()
        for one in listing.images
    ]
    table = pd.DataFrame(files)
    alike = table[table.groupby("size")["set"].transform("nunique") > 1]
    alike = alike.assign(sha256=[_sha256(path) for path in alike["path"]])
    order = {role: number for number, role in enumerate(listings)}
    pairs = alike.merge(alike, on="sha256", suffixes=("", "_of_other"))
    earlier = pairs["set"].map(order) < pairs["set_of_other"].map(order)
    pairs = pairs[earlier].rename(
        columns={"set_of_other": "other_set", "name_of_other": "other_name"}
    )
    return pairs[["sha256", "set", "name", "other_set", "other_name"]]


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
