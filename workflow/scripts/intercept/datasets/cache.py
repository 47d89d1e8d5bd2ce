"""The image sets on disk: compressed TFRecord files and the manifest that vouches for them."""

import hashlib
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from intercept.arrays.stored_images import StoredImages, joined
from intercept.datasets.tfrecord import read_examples
from intercept.runtime.errors import UserError
from intercept.runtime.files import unreadable, whole


@dataclass(frozen=True)
class ImageSet:
    """Images with their labels, in memory.

    Attributes:
        images: [n, height, width, channels]; of drawings on white, ink is 0.
        labels: int64 [n], the class that the target learns, such as the alphabet.
        characters: int64 [n], the identity that images share when they show the same thing.
        seen: bool [n], whether the very same image is in the attacker's set.
    """

    images: StoredImages
    labels: np.ndarray
    characters: np.ndarray
    seen: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def select(self, which: slice | np.ndarray) -> "ImageSet":
        """The images that a slice, an index array or a boolean mask picks."""
        return ImageSet(
            self.images.select(which), self.labels[which], self.characters[which], self.seen[which]
        )

    def followed_by(self, other: "ImageSet") -> "ImageSet":
        """These images and behind them others, held in one type."""
        return ImageSet(
            joined([self.images, other.images]),
            np.concatenate([self.labels, other.labels]),
            np.concatenate([self.characters, other.characters]),
            np.concatenate([self.seen, other.seen]),
        )

    def groups(self) -> Iterator[tuple[str, np.ndarray]]:
        """Those of ``unseen`` and ``seen`` that have images, with their indices, int64 [k]."""
        for group, members in (("unseen", ~self.seen), ("seen", self.seen)):
            if members.any():
                yield group, np.flatnonzero(members)

    def majority_share(self) -> float:
        """Share of the most frequent label, in (0, 1]: what guessing it would score."""
        return float(np.bincount(self.labels).max() / len(self))


def image_hashes(images: StoredImages) -> list[str]:
    """SHA-256 (hex) of every image's float32 pixels; equal if and only if the images are."""
    return [
        hashlib.sha256(image.tobytes()).hexdigest()
        for batch in images.batches()
        for image in images[batch]
    ]


def content_hash(images: ImageSet) -> str:
    """SHA-256 (hex) over all pixels, labels, characters and flags, in order."""
    sha = hashlib.sha256()
    for array in (images.images.stored, images.labels, images.characters, images.seen):
        sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()


def describe(images: ImageSet) -> dict[str, Any]:
    """The manifest's entry for one set, of plain values.

    Its size and shape, and the type that its images are held in; how many labels and characters are
    present, and how many images are seen; lowest and highest value, mean and standard deviation
    over all pixels and channels; and the `content_hash`.
    """
    pixels = images.images
    mean = pixels.mean_value()
    lowest, highest, squares = zip(
        *(_spread(pixels[batch], mean) for batch in pixels.batches()), strict=True
    )
    return {
        "images": len(images),
        "image_shape": list(pixels.shape[1:]),
        "held_in": pixels.stored.dtype.name,
        "labels": len(np.unique(images.labels)),
        "characters": len(np.unique(images.characters)),
        "seen": int(images.seen.sum()),
        "lowest": round(min(lowest), 6),
        "highest": round(max(highest), 6),
        "mean": round(mean, 6),
        "deviation": round(math.sqrt(sum(squares) / math.prod(pixels.shape)), 6),
        "content_sha256": content_hash(images),
    }


def _spread(pixels: np.ndarray, mean: float) -> tuple[float, float, float]:
    """Lowest and highest value, and the sum of squared distances to the mean."""
    squares = np.square(pixels - mean, dtype=np.float64).sum()
    return float(pixels.min()), float(pixels.max()), float(squares)


def write(path: str | Path, images: ImageSet) -> None:
    """Write a set as TFRecord, whole or not at all.

    Images are written as they are held and compressed by gzip: black and white drawings in float32
    shrink about a hundredfold.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    import tensorflow as tf  # here, since reading needs none of it

    def integer(value: Any) -> tf.train.Feature:
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[int(value)]))

    with whole(path) as temporary, tf.io.TFRecordWriter(str(temporary), "GZIP") as writer:
        for image, label, character, seen in zip(
            images.images.stored, images.labels, images.characters, images.seen, strict=True
        ):
            pixels = tf.train.Feature(bytes_list=tf.train.BytesList(value=[image.tobytes()]))
            feature = {
                "image": pixels,
                "label": integer(label),
                "character": integer(character),
                "seen": integer(seen),
            }
            example = tf.train.Example(features=tf.train.Features(feature=feature))
            writer.write(example.SerializeToString())


def read(path: str | Path, entry: dict[str, Any]) -> ImageSet:
    """Read a set and hold it against its entry in the manifest.

    Args:
        path: a file that `write` made.
        entry: what `describe` said of it then.

    Raises:
        UserError: the file is missing, cut short, damaged, or not the one in the manifest.
    """
    shape, count = entry["image_shape"], entry["images"]
    images = np.empty((count, *shape), entry["held_in"])
    integers = {name: np.empty(count, np.int64) for name in ("label", "character", "seen")}
    done = 0
    try:
        for example in read_examples(path):
            if done == count:
                raise UserError(_damaged(path, f"it holds more than the {count} images"))
            images[done] = np.frombuffer(example["image"], images.dtype).reshape(shape)
            for name, values in integers.items():
                values[done] = example[name]
            done += 1
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        damaged = UserError(_damaged(path, f"{done} of {count} images could be read"))
        raise unreadable(path, error) or damaged from error
    if done < count:
        raise UserError(_damaged(path, f"{done} of {count} images could be read"))
    found = ImageSet(
        StoredImages(images),
        integers["label"],
        integers["character"],
        integers["seen"].astype(bool),
    )
    if content_hash(found) != entry["content_sha256"]:
        raise UserError(_damaged(path, "its content is not what the manifest describes"))
    return found


def read_target(path: str | Path, manifest: Mapping[str, Any]) -> tuple[ImageSet, ImageSet]:
    """Read the target's set: the images that train the network, and those that validate it.

    Args:
        path: as for `read`.
        manifest: the record of the data set.

    Raises:
        UserError: as `read`.
    """
    images, training = read(path, manifest["sets"]["target"]), manifest["training_images"]
    return images.select(slice(training)), images.select(slice(training, None))


def _damaged(path: str | Path, how: str) -> str:
    return f"{path} is damaged or cut short ({how}): delete it and run the same command again"
