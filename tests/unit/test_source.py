"""Image sets of TensorFlow Datasets, whatever their size and colours."""

import numpy as np
import pytest
import tensorflow_datasets as tfds

from intercept.datasets.source import load_splits, number_of_classes, open_builder
from intercept.runtime.errors import UserError

FEATURES = {"image": "image", "label": "label", "character": "label"}
SPLITS = {"train": "train[:6]", "validation": "train[6:]", "attacker": "test", "evaluation": "test"}


def prepared(folder, images, shape):
    """A data set on disk, as TensorFlow Datasets prepares one."""

    class Tiny(tfds.core.GeneratorBasedBuilder, skip_registration=True):
        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            features = {
                "image": tfds.features.Image(shape=shape),
                "label": tfds.features.ClassLabel(num_classes=4),
            }
            return tfds.core.DatasetInfo(
                builder=self, features=tfds.features.FeaturesDict(features)
            )

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples(0), "test": self._generate_examples(2)}

        def _generate_examples(self, first):
            for number, image in enumerate(images[first:]):
                yield number, {"image": image, "label": number % 4}

    builder = Tiny(data_dir=folder)
    builder.download_and_prepare()
    return open_builder("tiny", folder)


def random_images(shape, count=10):
    return np.random.default_rng(5).integers(0, 256, (count, *shape), np.uint8)


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 24, 3)])
def test_size_channels_and_classes_are_those_of_the_set(tmp_path, shape):
    images = random_images(shape)
    builder = prepared(tmp_path, images, shape)
    assert number_of_classes(builder, "label") == 4
    parts = load_splits(builder, SPLITS, FEATURES)
    assert [len(part) for part in parts.values()] == [6, 4, 8, 8]
    assert {part.images.shape[1:] for part in parts.values()} == {shape}
    stored = sorted(image.tobytes() for image in images)
    together = np.concatenate([parts["train"].images, parts["validation"].images])
    assert sorted((image * 255).round().astype(np.uint8).tobytes() for image in together) == stored


def test_grey_stored_as_colour_has_one_channel(tmp_path):
    images = np.repeat(random_images((12, 12, 1)), 3, axis=-1)
    parts = load_splits(prepared(tmp_path, images, (12, 12, 3)), SPLITS, FEATURES)
    assert {part.images.shape[1:] for part in parts.values()} == {(12, 12, 1)}


def test_one_image_in_colour_is_enough_for_three(tmp_path):
    images = np.repeat(random_images((12, 12, 1)), 3, axis=-1)
    images[0, 3, 4] = (200, 0, 0)
    parts = load_splits(prepared(tmp_path, images, (12, 12, 3)), SPLITS, FEATURES)
    assert {part.images.shape[1:] for part in parts.values()} == {(12, 12, 3)}


def test_images_of_several_sizes_are_refused(tmp_path):
    images = [np.zeros((12, 12 + number, 1), np.uint8) for number in range(10)]
    builder = prepared(tmp_path, images, (12, None, 1))
    with pytest.raises(UserError, match=r"its images differ in size"):
        load_splits(builder, SPLITS, FEATURES)
