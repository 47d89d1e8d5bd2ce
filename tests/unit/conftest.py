"""What several test files share."""

import logging
import os

# Before TensorFlow is imported: as the workflow runs it, and one thread repeats itself to the bit.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import numpy as np
import pytest

import intercept  # noqa: F401  sets TensorFlow's options
from intercept.datasets.cache import ImageSet


@pytest.fixture(scope="session")
def make_images():
    """A builder of image sets: black and white noise, all of it different."""

    def make(count, seed=0, shape=(105, 105, 1), classes=3):
        random = np.random.default_rng([20200515, seed])
        return ImageSet(
            images=(random.random((count, *shape)) < 0.8).astype(np.float32),
            labels=np.arange(count) % classes,
            characters=np.arange(count) // 2,
            seen=np.arange(count) % 3 == 0,
        )

    return make


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
