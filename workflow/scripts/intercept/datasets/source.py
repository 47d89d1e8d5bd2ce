"""Images from TensorFlow Datasets, preprocessed as in the post."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow_datasets.core.download import downloader

from intercept.datasets.cache import ImageSet
from intercept.runtime.errors import UserError
from intercept.runtime.files import unwritable

log = logging.getLogger("intercept")


def open_builder(name: str, data_dir: str | Path | None) -> tfds.core.DatasetBuilder:
    """The TFDS builder of that name, its data found or downloaded.

    Args:
        name: a TFDS image data set, such as ``omniglot``.
        data_dir: the folder with prepared copies; None for TFDS's own place, which is
            ``TFDS_DATA_DIR``, else one in the home folder.

    Raises:
        UserError: TFDS knows no such set, it is neither prepared nor to be downloaded, or its
            folder cannot be written.
    """
    tfds.disable_progress_bar()
    downloader.MAX_RETRIES = 4  # ten keep a machine without a network waiting for four minutes
    try:
        builder = tfds.builder(name, data_dir=data_dir, try_gcs=False)
    except (tfds.core.DatasetNotFoundError, ValueError) as error:
        raise UserError(
            f"dataset.name: TensorFlow Datasets knows no data set {name!r}; "
            "give the name of one of its image sets, or 'mnist_5k'"
        ) from error
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its retries are not news
    try:
        if not Path(builder.data_dir).exists():
            log.info("preparing %s in %s, by a download if need be", name, builder.data_dir)
        builder.download_and_prepare()
    except Exception as error:  # a different one for each download protocol and each data set
        if known := unwritable(builder.data_dir, error):
            raise known from error
        raise UserError(
            f"dataset.name: {name} is not prepared under {builder.data_dir} and cannot be "
            f"downloaded ({type(error).__name__}). Three ways on: run once where the internet "
            "can be reached; set TFDS_DATA_DIR to a folder that holds a prepared copy; or try "
            "'make demo', whose data set 'mnist_5k' needs no download"
        ) from error
    return builder


def load_splits(
    builder: tfds.core.DatasetBuilder, splits: Mapping[str, str], features: Mapping[str, str]
) -> dict[str, ImageSet]:
    """Read and preprocess the parts of a data set: float32, divided by 255.

    Images that are stored in colour and are all grey become images of one channel.

    Args:
        builder: a prepared builder with an image feature.
        splits: a TFDS split expression for each part, such as ``test[:11000]``.
        features: the names of the data set's features that serve as ``image``, ``label`` and
            ``character``.

    Returns:
        For each part the images in TFDS's stored order, none of them marked as seen.

    Raises:
        UserError: a feature or a split does not exist, a split has fewer images or none, or images
            differ in size.
    """
    for role, feature in features.items():
        if feature not in builder.info.features:
            raise UserError(
                f"dataset.features.{role}: {builder.name} has no feature {feature!r}; "
                f"it has {', '.join(sorted(builder.info.features))}"
            )
    records = {part: _records(builder, split) for part, split in splits.items()}
    grey = not any(_has_colour(some, features["image"]) for some in records.values())
    loaded = {}
    for part, some in records.items():
        log.info("reading %s, split %s, as the %s images", builder.name, splits[part], part)
        loaded[part] = _load(some, splits[part], features, grey)
    return loaded


def _records(builder: tfds.core.DatasetBuilder, split: str) -> tf.data.Dataset:
    base = split.split("[")[0].strip()
    if base not in builder.info.splits:
        raise UserError(
            f"dataset split {split!r}: {builder.name} has no split {base!r}; "
            f"it has {', '.join(sorted(builder.info.splits))}"
        )
    try:
        return builder.as_dataset(split=split, shuffle_files=False)
    except (ValueError, AssertionError) as error:
        have = builder.info.splits[base].num_examples
        raise UserError(
            f"dataset split {split!r}: cannot be read from {builder.name}, "
            f"whose split {base!r} has {have} images; ask for at most those"
        ) from error


def _has_colour(records: tf.data.Dataset, feature: str) -> bool:
    if records.element_spec[feature].shape[-1] != 3:
        return False

    def is_grey(record: dict[str, tf.Tensor]) -> tf.Tensor:
        image = record[feature]
        return tf.reduce_all(image == image[..., :1])

    return not all(records.map(is_grey, num_parallel_calls=1).as_numpy_iterator())


def _load(
    records: tf.data.Dataset, split: str, features: Mapping[str, str], grey: bool
) -> ImageSet:
    def preprocess(record: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        image = tf.cast(record[features["image"]], tf.float32) / 255
        if grey and image.shape[-1] == 3:
            image = tf.image.rgb_to_grayscale(image)
        return image, record[features["label"]], record[features["character"]]

    count = int(records.cardinality())
    if not count:
        raise UserError(f"dataset split {split!r}: holds no image")
    images, done = None, 0
    labels, characters = np.empty(count, np.int64), np.empty(count, np.int64)
    try:
        for batch in records.map(preprocess, num_parallel_calls=1).batch(256).as_numpy_iterator():
            if images is None:
                images = np.empty((count, *batch[0].shape[1:]), np.float32)
            some = slice(done, done + len(batch[0]))
            images[some], labels[some], characters[some] = batch
            done = some.stop
    except (tf.errors.InvalidArgumentError, ValueError) as error:
        raise UserError(
            f"dataset split {split!r}: its images differ in size; name a data set of images of "
            "one size, or bring yours to one size in folders (dataset.folders)"
        ) from error
    assert images is not None  # there was a batch
    return ImageSet(images, labels, characters, np.zeros(count, bool))


def number_of_classes(builder: tfds.core.DatasetBuilder, feature: str) -> int:
    """How many classes a ClassLabel feature distinguishes, whether or not a split shows them all.

    Raises:
        UserError: the feature is not a ClassLabel.
    """
    classes: Any = getattr(builder.info.features[feature], "num_classes", None)
    if not classes:
        raise UserError(
            f"dataset.features.label: {feature!r} of {builder.name} is not a class label; "
            "name one that is"
        )
    return int(classes)
