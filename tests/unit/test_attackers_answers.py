"""Answers of attackers as files: to the digits that they are judged by, or refused."""

import numpy as np
import pytest
from damage import unreadable

from intercept.attackers.answers import as_stored, read_answers, write_answers
from intercept.runtime.errors import UserError

RANDOM = np.random.default_rng(11)


@pytest.fixture
def images():
    return (RANDOM.random((40, 6, 6, 1)) < 0.7).astype(np.float32)


@pytest.fixture
def written(tmp_path, images):
    path = tmp_path / "reconstructions.h5"
    write_answers(path, {"held_out": images, "evaluation": images[:7] / 3}, images=True)
    return path


def test_answers_are_read_as_they_are_stored(written, images):
    read = read_answers(written)
    np.testing.assert_array_equal(read["held_out"], images)
    np.testing.assert_array_equal(read["evaluation"], as_stored(images[:7] / 3))
    assert {answers.dtype for answers in read.values()} == {np.dtype("float32")}


def test_activations_keep_their_digits(tmp_path):
    activations = RANDOM.normal(0, 1e6, (4, 2)).astype(np.float32)
    answers = {"held_out": activations, "evaluation": activations}
    write_answers(tmp_path / "answers.h5", answers, images=False)
    np.testing.assert_array_equal(read_answers(tmp_path / "answers.h5")["held_out"], activations)


@unreadable
def test_damaged_answers_are_refused(written, damage):
    damage(written)
    with pytest.raises(UserError, match="delete it and run the same command again"):
        read_answers(written)
