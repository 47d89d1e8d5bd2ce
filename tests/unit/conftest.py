"""What several test files share."""

import logging
import os

# Before TensorFlow is imported: as the workflow runs it, and one thread repeats itself to the bit.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import matplotlib.image
import numpy as np
import pytest
from report_rows import dp_row, row

import intercept  # noqa: F401  sets TensorFlow's options
from intercept.arrays.stored_images import StoredImages
from intercept.datasets.cache import ImageSet
from intercept.training.checkpoint import Checkpoint


@pytest.fixture(scope="session")
def make_images():
    """A builder of image sets: black and white noise, all of it different."""

    def make(count, seed=0, shape=(28, 28, 1), classes=3):
        random = np.random.default_rng([20200515, seed])
        return ImageSet(
            images=StoredImages((random.random((count, *shape)) < 0.8).astype(np.float32)),
            labels=np.arange(count) % classes,
            characters=np.arange(count) // 2,
            seen=np.arange(count) % 3 == 0,
        )

    return make


@pytest.fixture
def tiny_images(make_images):
    """For `short_trainings.Tiny`."""
    return make_images(8, shape=(2, 2, 1))


@pytest.fixture(scope="session")
def examples(make_images):
    """For `recipe_trainers`."""
    return make_images(6)


@pytest.fixture
def checkpoint(tmp_path):
    """Of a training of two epochs, not yet written."""
    return Checkpoint(tmp_path / "checkpoint.npz", {"settings": {"epochs": 2}, "seed": 1})


@pytest.fixture(scope="session")
def png(tmp_path_factory):
    """A figure for a page."""
    path = tmp_path_factory.mktemp("figures") / "samples.png"
    matplotlib.image.imsave(path, np.eye(8))
    return path


@pytest.fixture
def attacks():
    """Five attackers on a target without DP and on one with it, as rows of summary.csv."""
    names = ("post", "decoder", "refine", "prior", "retrieval")
    plain = [row(attacker=name) for name in names]
    return [*plain, *(dp_row(0.7, attacker=name) for name in names)]


@pytest.fixture
def intercept_log(caplog):
    """The library's log, whether or not a script has cut it off from the root logger."""
    logger = logging.getLogger("intercept")
    propagate, logger.propagate = logger.propagate, True
    own = logging.Filter("intercept")
    caplog.handler.addFilter(own)
    with caplog.at_level(logging.INFO, logger="intercept"):
        yield caplog
    caplog.handler.removeFilter(own)
    logger.propagate = propagate


def pytest_configure(config):
    """Warnings of packages about themselves."""
    for warning in (
        "ignore:non-integer arguments to randrange:DeprecationWarning",
        "ignore:distutils Version classes are deprecated:DeprecationWarning",
        "ignore:You are saving your model as an HDF5 file:UserWarning",
    ):
        config.addinivalue_line("filterwarnings", warning)
