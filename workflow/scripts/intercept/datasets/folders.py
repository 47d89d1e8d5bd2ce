"""Images from folders: one for each set or one that is divided, in it one for each class."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from intercept.datasets.identities import Entry
from intercept.datasets.listing import Listing, list_images
from intercept.datasets.reading import Picture, Reading, read_pictures
from intercept.datasets.remarks import first_few, numbered_classes, other_classes, shared_identities
from intercept.runtime.errors import UserError, message_lines

_KEY = "dataset.folders"
_VALIDATION = 5  # every fifth image of a class validates
_UPRIGHT = {  # by EXIF's numbers of orientations other than the usual
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0  # a tag of TIFF, and a value of it
_FULL_DEPTH = ("1", "F", "I")  # modes that NumPy takes as they are, beside those of 16 bits


def read_folders(dataset: Mapping[str, Any], most: int | None = None) -> Reading:
    """Read all sets.

    Classes are numbered in the order of their names, as Keras does, those of the target's first.
    What images show alike is their identity, or where none is said their class. Where there is no
    folder for validation every fifth image of each of the target's classes, in the order of paths,
    is for that. The classes take turns in every set. Images are turned as their EXIF data say; data
    that cannot be read are taken for none.

    Args:
        dataset: the ``dataset`` section of a configuration, with ``folder`` or ``folders``.
        most: how many of each part to read at most, drawn at random, always the same; None for all.

    Raises:
        UserError: as by `intercept.datasets.listing.list_images` and `read_pictures`, or a file is
            no image, or holds several, or the validation's folder has a class that is none of the
            target's.
    """
    key = _KEY if "folders" in dataset else "dataset.folder"
    listings = list_images(dataset)
    files = _files_of_parts(listings)
    every = [entry for listing in listings.values() for entry in listing.images]
    own = sorted({entry.label for entry in listings["target"].images})
    others = sorted({entry.label for entry in every} - set(own))
    unknown = sorted({entry.label for entry in files["validation"]} - set(own))
    if unknown:
        raise UserError(
            f"{key}.validation has the class {unknown[0]!r}, which the target has not; allowed are "
            f"its {len(own)} classes, such as {own[0]!r}: remove it, or rename it"
        )
    numbers = {name: number for number, name in enumerate([*own, *others])}
    shows = "label" if dataset.get("identity") in (None, "class") else "identity"
    names = [*own, *others] if shows == "label" else sorted({one.identity for one in every})
    characters = {name: number for number, name in enumerate(names)}
    if not files["validation"]:
        raise UserError(
            f"{key}: no image is left for the validation part; every fifth image of a class "
            "validates, so that a class needs five or more"
        )
    turned: list[Path] = []
    unread: list[Path] = []
    pictures = {
        part: (
            _decoded(one.path, numbers[one.label], characters[getattr(one, shows)], turned, unread)
            for one in _sample(entries, most)
        )
        for part, entries in files.items()
    }
    left_out = [one for listing in listings.values() for one in listing.left_out]
    reading = read_pictures(pictures, len(own), key, size=dataset.get("size"))
    reading.remarks.extend(_remarks(left_out, turned, unread))
    classes = {role: {one.label for one in each.images} for role, each in listings.items()}
    within = {role: _within_classes(each) for role, each in listings.items()}
    if rule := dataset.get("identity"):  # of all images, also where some are read
        shown = {part: {one.identity for one in entries} for part, entries in files.items()}
        reading.remarks.extend(shared_identities(shown, rule == "class"))
    reading.remarks.extend(numbered_classes(own))
    reading.remarks.extend(other_classes(classes, within))
    return replace(reading, class_names=own)


def _within_classes(listing: Listing) -> set[str]:
    """The names of the folders in those of the classes that lead to images."""
    depth = len(listing.folders[0].parts)
    return {name for one in listing.images for name in one.path.parts[depth:-1]}


def count_images(dataset: Mapping[str, Any]) -> dict[str, int]:
    """How many images each part has that `read_folders` reads.

    Args:
        dataset: as for `read_folders`.

    Raises:
        UserError: as `intercept.datasets.listing.list_images`.
    """
    return {part: len(files) for part, files in _files_of_parts(list_images(dataset)).items()}


def _files_of_parts(listings: Mapping[str, Listing]) -> dict[str, list[Entry]]:
    """The images of each part, the classes by turns."""
    found = {role: _in_turns(listing.images) for role, listing in listings.items()}
    if "validation" in found:
        return {
            "train" if role == "target" else role: [entry for _, entry in files]
            for role, files in found.items()
        }
    validating = [number % _VALIDATION == 4 for number, _ in found["target"]]
    target = [entry for _, entry in found.pop("target")]
    return {
        "train": [file for file, apart in zip(target, validating, strict=True) if not apart],
        "validation": [file for file, apart in zip(target, validating, strict=True) if apart],
        **{role: [entry for _, entry in files] for role, files in found.items()},
    }


def _sample(files: list[Entry], most: int | None) -> list[Entry]:
    """At most so many of them, in their order; by even distances classes would be missed."""
    if most is None or len(files) <= most:
        return files
    drawn = np.random.default_rng(0).choice(len(files), most, replace=False)
    return [files[number] for number in np.sort(drawn)]


def _in_turns(files: Iterable[Entry]) -> list[tuple[int, Entry]]:
    """With the number within its class: the first of each class, the second of each, ..."""
    counts: Counter[str] = Counter()
    numbered = []
    for entry in files:
        numbered.append((counts[entry.label], entry))
        counts[entry.label] += 1
    return sorted(numbered)


def _decoded(
    path: Path, label: int, character: int, turned: list[Path], unread: list[Path]
) -> Picture:
    """The image in a file; its path goes to `turned` if it was, to `unread` if its EXIF is not."""
    try:
        with Image.open(path) as file:
            frames = getattr(file, "n_frames", 1)
            if frames > 1 and file.format != "MPO":  # a photograph's preview
                raise UserError(
                    f"{_KEY}: {path} holds {frames} images; save each in a file of its own"
                )
            # Loading turns a TIFF, and forgets that it did.
            before = _orientation(file) if hasattr(file, "tag_v2") else 1
            negative = _is_negative(file)
            file.load()
            orientation = _orientation(file)
            if before is None or orientation is None:
                unread.append(path)
            elif before in _UPRIGHT or orientation in _UPRIGHT:
                turned.append(path)
            upright = file.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else file
            values, alpha = _pixels(upright, file.format)
    except UserError:
        raise
    except Image.DecompressionBombError as error:
        raise UserError(
            f"{_KEY}: {path} has more pixels than are read ({error}); make it smaller"
        ) from error
    except Exception as error:  # what Pillow raises on damaged files, of nearly every kind
        raise UserError(
            f"{_KEY}: {path} cannot be read as a whole image "
            f"({' '.join(message_lines(error))}); allowed is what Pillow reads, such as PNG and "
            "JPEG: remove it, or replace it"
        ) from error
    if negative and values.dtype != np.uint16:
        raise UserError(
            f"{_KEY}: {path} is a TIFF whose zero is white, of {values.dtype}; allowed are 1, 8 "
            "and 16 bits: save it so that zero is black"
        )
    if negative:
        values = np.iinfo(values.dtype).max - values
    return Picture(str(path), values, label, character, alpha)


def _orientation(file: Image.Image) -> int | None:
    """EXIF's number of it, 1 where none is said; None where its EXIF data cannot be read."""
    try:
        Image.Exif().load(file.info.get("exif", b""))  # of a JPEG getexif hides what is damaged
        found = file.getexif().get(ExifTags.Base.Orientation, 1)
        return int(found) if found in _UPRIGHT else 1
    except Exception:  # as for a damaged file
        return None


def _is_negative(file: Image.Image) -> bool:
    """Whether zero is white in what Pillow gives; it turns 1 and 8 bits by itself."""
    tags = getattr(file, "tag_v2", {})
    return tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO and file.mode not in ("1", "L")


def _pixels(image: Image.Image, kind: str | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Values [height, width, channels] and, where any is stored, alpha [height, width, 1]."""
    if image.mode in _FULL_DEPTH or image.mode.startswith("I;16"):
        values = np.asarray(image)[..., np.newaxis]
        in_32 = kind == "PPM" and image.mode == "I"  # where Pillow holds 16 bits
        if image.mode.startswith("I;16") or in_32:
            values = values.astype(np.uint16)
        key = image.info.get("transparency")
        return values, None if key is None else values != key
    if image.has_transparency_data:
        pixels = np.asarray(image.convert("RGBA"))
        return pixels[..., :3], pixels[..., 3:]
    return np.asarray(image.convert("RGB")), None


def _remarks(left_out: list[str], turned: list[Path], unread: list[Path]) -> Iterator[str]:
    if left_out:
        yield f"Left out: {first_few(left_out)}."
    if turned:
        yield (
            f"Turned as their EXIF data say, which Keras' loader does not do: {first_few(turned)}."
        )
    if unread:
        yield f"Not turned, since their EXIF data cannot be read: {first_few(unread)}."
