"""Images from TensorFlow Datasets."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow_datasets.core.download import downloader

from intercept.arrays.stored_images import StoredImages
from intercept.datasets.reading import TYPES, Picture, Reading, read_pictures
from intercept.runtime.errors import UserError, message_lines
from intercept.runtime.files import unwritable

log = logging.getLogger("intercept")

_BEFORE_THE_REASON = '}": '  # TFDS quotes the configuration first

_IMAGE = "dataset.features.image"


def find_builder(name: str, data_dir: str | Path | None) -> tfds.core.DatasetBuilder:
    """The TFDS builder of that name, whether or not its data is there.

    Args:
        name: a TFDS image data set, such as ``omniglot``.
        data_dir: the folder with prepared copies; None for TFDS's own place, which is
            ``TFDS_DATA_DIR``, else one in the home folder.

    Raises:
        UserError: TFDS knows no such set, configuration or version.
    """
    try:
        return tfds.builder(name, data_dir=data_dir, try_gcs=False)
    except tfds.core.DatasetNotFoundError as error:
        raise UserError(
            f"dataset.name: TensorFlow Datasets knows no data set {name!r}; "
            "give the name of one of its image sets, or 'mnist_5k'"
        ) from error
    except (ValueError, AssertionError) as error:
        raise UserError(
            f"dataset.name: TensorFlow Datasets has no {name!r} "
            f"({message_lines(error)[0].rpartition(_BEFORE_THE_REASON)[2]}); write "
            "name, name/configuration or name/configuration:version"
        ) from error


def open_builder(name: str, data_dir: str | Path | None) -> tfds.core.DatasetBuilder:
    """The TFDS builder of that name, its data found or downloaded.

    Args:
        name: as for `find_builder`.
        data_dir: as for `find_builder`.

    Raises:
        UserError: as `find_builder`; the data is neither prepared nor to be downloaded, or its
            folder cannot be written.
    """
    tfds.disable_progress_bar()
    downloader.MAX_RETRIES = 4  # ten keep a machine without a network waiting for four minutes
    builder = find_builder(name, data_dir)
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its retries are not news
    try:
        if not Path(builder.data_dir).exists():
            log.info("preparing %s in %s, by a download if need be", name, builder.data_dir)
        builder.download_and_prepare()
    except Exception as error:  # a different one for each download protocol and each data set
        if known := unwritable(builder.data_dir, error):
            raise known from error
        raise UserError(
            f"dataset.name: {name} is not prepared under {builder.data_dir}, and preparing it "
            f"ended with {type(error).__name__}: {message_lines(error)[0]}. Three ways on: run "
            "once where the internet can be reached; set TFDS_DATA_DIR to a folder that holds a "
            "prepared copy; or try 'make demo', whose data set 'mnist_5k' needs no download"
        ) from error
    return builder


def load_splits(
    builder: tfds.core.DatasetBuilder,
    splits: Mapping[str, str],
    features: Mapping[str, str],
    most: int | None = None,
    size: Sequence[int] | None = None,
) -> Reading:
    """Read the parts of a data set, in TFDS's stored order.

    Images of four channels keep them. Grey images that are stored in colour become grey by
    TensorFlow's weights of red, green and blue, as in the post; these sum to 0.9999, which is then
    white.

    Args:
        builder: a prepared builder with an image feature.
        splits: a TFDS split expression for each part, such as ``test[:11000]``.
        features: the names of the data set's features that serve as ``image``, ``label`` and
            ``character``.
        most: how many of each part to read at most, its first; None for all.
        size: see `intercept.datasets.reading.read_pictures`.

    Raises:
        UserError: a feature or a split does not exist, or is of a kind that does not serve; a
            split has fewer images or none; a record has no label; or as by `read_pictures`.
    """
    classes = _check_features(builder, features)
    records = {part: _records(builder, split) for part, split in splits.items()}
    pictures = {
        part: _pictures(
            some if most is None else some.take(most), splits[part], part, features, classes
        )
        for part, some in records.items()
    }
    label = builder.info.features[features["label"]]
    reading = replace(
        read_pictures(pictures, classes, _IMAGE, size),
        class_names=list(getattr(label, "names", None) or ()),
    )
    first = next(iter(reading.parts.values()))
    if builder.info.features[features["image"]].shape[-1] == 3 and first.images.shape[-1] == 1:
        white = tf.image.rgb_to_grayscale(tf.ones((1, 1, 3))).numpy().item()
        parts = {
            name: replace(part, images=StoredImages(part.images[:] * np.float32(white)))
            for name, part in reading.parts.items()
        }
        return replace(reading, parts=parts)
    return reading


def count_images(builder: tfds.core.DatasetBuilder, splits: Mapping[str, str]) -> dict[str, int]:
    """How many images each part of a data set has.

    Args:
        builder: as for `load_splits`.
        splits: as for `load_splits`.

    Raises:
        UserError: as `load_splits`, of a split.
    """
    return {part: int(_records(builder, split).cardinality()) for part, split in splits.items()}


def _check_features(builder: tfds.core.DatasetBuilder, features: Mapping[str, str]) -> int:
    """How many classes the labels distinguish, whether or not a split shows them all."""
    known = builder.info.features
    for role, feature in features.items():
        if feature not in known:
            raise UserError(
                f"dataset.features.{role}: {builder.name} has no feature {feature!r}; "
                f"it has {', '.join(sorted(known))}"
            )
    images = known[features["image"]]
    shape, dtype = _form(images)
    if not (shape and len(shape) == 3 and (dtype.name in TYPES or dtype.kind == "f")):
        raise UserError(
            f"{_IMAGE}: {features['image']!r} of {builder.name} is {_described(images)}; name a "
            "feature of images, height × width × channels, of uint8, uint16 or floats from 0 to 1"
        )
    for role in ("label", "character"):
        of_role = known[features[role]]
        shape, dtype = _form(of_role)
        if shape != () or dtype.kind not in "iu":
            raise UserError(
                f"dataset.features.{role}: {features[role]!r} of {builder.name} is "
                f"{_described(of_role)}; name a feature that is one whole number for each image"
            )
    classes = getattr(known[features["label"]], "num_classes", None)
    if not classes:
        raise UserError(
            f"dataset.features.label: {features['label']!r} of {builder.name} is not a class "
            "label (tfds.features.ClassLabel with its number of classes); name one that is"
        )
    return int(classes)


def _form(feature: Any) -> tuple[tuple[int | None, ...] | None, np.dtype]:
    """Shape and type of one value; no shape for what is nested, a sequence or a video."""
    info = feature.get_tensor_info()
    if not isinstance(info, tfds.features.TensorInfo) or isinstance(
        feature, tfds.features.Sequence
    ):
        return None, np.dtype(object)
    return info.shape, np.dtype(info.np_dtype)


def _described(feature: Any) -> str:
    shape, dtype = _form(feature)
    kind = f"a {type(feature).__name__}"
    return kind if shape is None else f"{kind} of shape {shape} and type {dtype.name}"


def _records(builder: tfds.core.DatasetBuilder, split: str) -> tf.data.Dataset:
    have = builder.info.splits
    for term in split.split("+"):
        base = term.split("[")[0].strip()
        if base not in have and base != "all":
            raise UserError(
                f"dataset split {split!r}: {builder.name} has no split {base!r}; "
                f"it has {', '.join(sorted(have))}"
            )
    try:
        records = builder.as_dataset(split=split, shuffle_files=False)
        if records.cardinality() <= 0:
            raise ValueError("it holds no image")
        return records
    except (ValueError, AssertionError, NotImplementedError) as error:
        counts = ", ".join(f"{name} {one.num_examples}" for name, one in sorted(have.items()))
        raise UserError(
            f"dataset split {split!r}: {builder.name} has none such "
            f"({message_lines(error)[-1].rstrip('.')}); its splits have so many "
            f"images: {counts}. Write one as at tensorflow.org/datasets/splits"
        ) from error


def _pictures(
    records: tf.data.Dataset, split: str, part: str, features: Mapping[str, str], classes: int
) -> Iterator[Picture]:
    """The images of a split, one by one.

    Args:
        records: of the split.
        split: its expression, by which an image is named.
        part: whose images they are, such as ``train``.
        features: as for `load_splits`.
        classes: how many the labels distinguish.

    Yields:
        Each with its values as TFDS holds them, [height, width, channels] of uint8, uint16, bool or
        floats.

    Raises:
        UserError: a record has no label, or no character.
    """
    log.info("reading split %s as the %s images", split, part)
    wanted = records.map(
        lambda record: [record[features[role]] for role in ("image", "label", "character")],
        num_parallel_calls=1,
    )
    for number, (values, label, character) in enumerate(wanted.as_numpy_iterator()):
        name = f"record {number} of {split}"
        if not 0 <= label < classes or character < 0:
            raise UserError(
                f"dataset.features: {name} has label {label} and character {character}; allowed "
                f"are labels from 0 to {classes - 1} and characters from 0: choose a split whose "
                "images are labelled"
            )
        yield Picture(name, values, int(label), int(character))
