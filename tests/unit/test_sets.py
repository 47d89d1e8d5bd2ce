"""The sets of a study, of images that can be measured."""

import numpy as np
import pytest

from intercept.datasets.reading import Reading
from intercept.datasets.sets import LEAST_SIZE, join_sets
from intercept.metrics.pixels import ssim
from intercept.runtime.errors import UserError

PARTS = ("train", "validation", "attacker", "evaluation")


def reading(make_images, shape):
    parts = {part: make_images(3, seed, shape=(*shape, 1)) for seed, part in enumerate(PARTS)}
    names = {part: [f"{part}/{number}" for number in range(3)] for part in PARTS}
    return Reading(parts, names, classes=2, remarks=[])


def test_images_of_the_least_size_are_taken_and_measured(make_images):
    sets, names = join_sets(reading(make_images, (LEAST_SIZE, LEAST_SIZE)))
    images = sets["evaluation"].images
    np.testing.assert_allclose(ssim(images, images), 1)
    assert len(sets["target"]) == 6
    assert names["target"] == [*names["train"], *names["validation"]]


@pytest.mark.parametrize("shape", [(LEAST_SIZE - 1, 28), (28, LEAST_SIZE - 1)])
def test_images_that_no_attack_could_be_measured_on_are_refused(make_images, shape):
    read = reading(make_images, shape)
    with pytest.raises(UserError, match=r"structural similarity.+11×11") as refused:
        join_sets(read)
    assert "×".join(map(str, shape)) in str(refused.value)
    images = read.parts["train"].images
    with pytest.raises(UserError, match="at least 11×11"):
        ssim(images, images)
