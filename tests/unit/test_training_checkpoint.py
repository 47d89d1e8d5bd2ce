"""Checkpoints: of the same training and whole, or not used; every recipe goes on from its own."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from recipe_trainers import dp_adam, non_private, post, post_part_1
from short_trainings import Tiny, assert_same_bits, run, values, without_seconds

from intercept.training.checkpoint import Checkpoint, Progress, checkpoint_path


def test_a_checkpoint_of_something_else_is_not_used_and_said_not_to_be(
    tiny_images, checkpoint, intercept_log
):
    run(Tiny(), tiny_images, 2, checkpoint)
    trainer = Tiny()
    before = values(trainer.state)
    other = Checkpoint(checkpoint.path, {"settings": {"epochs": 3}, "seed": 1, "code": "c"})
    assert other.restore(trainer.state) == Progress()
    assert_same_bits(values(trainer.state), before)
    (said,) = [line for line in intercept_log.messages if str(checkpoint.path) in line]
    assert "made with other code, settings and is not used" in said
    assert checkpoint.restore(trainer.state).epochs == 2  # the right one still is


def test_a_checkpoint_lies_beside_the_network_or_in_the_folder_that_is_named(
    tmp_path, monkeypatch, tiny_images
):
    monkeypatch.chdir(tmp_path)
    network = "results/a/dp/seed-1/target.h5"
    monkeypatch.delenv("INTERCEPT_CHECKPOINTS", raising=False)
    assert str(checkpoint_path(network)) == "results/a/dp/seed-1/checkpoint.npz"
    monkeypatch.setenv("INTERCEPT_CHECKPOINTS", str(tmp_path / "mounted"))
    elsewhere = checkpoint_path(network)
    assert elsewhere == tmp_path / "mounted/results/a/dp/seed-1/checkpoint.npz"
    assert checkpoint_path("/pod/target.h5") == tmp_path / "mounted/pod/checkpoint.npz"

    run(Tiny(), tiny_images, 1, Checkpoint(elsewhere, {}))  # the folder is made
    assert Checkpoint(elsewhere, {}).restore(Tiny().state).epochs == 1
    assert sorted(file.name for file in tmp_path.rglob("*.*")) == ["checkpoint.npz"]


def cut_in_half(data):
    return data[: len(data) // 2]


def flip_a_weight(data):
    middle = data.index(np.float32(0.123456).tobytes())
    return data[:middle] + b"\xff" + data[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        cut_in_half,
        flip_a_weight,
        lambda data: b"not a checkpoint",
        lambda data: b"",
    ],
    ids=["cut", "flipped", "foreign", "empty"],
)
def test_a_damaged_checkpoint_is_not_used_and_said_not_to_be(checkpoint, damage, intercept_log):
    weights = tf.Variable([0.123456, 7.0])
    checkpoint.save([weights], Progress(1, 2, [{"epoch": 1}]))
    checkpoint.path.write_bytes(damage(checkpoint.path.read_bytes()))
    weights.assign([1.0, 2.0])
    assert checkpoint.restore([weights]) == Progress()
    assert weights.numpy().tolist() == [1.0, 2.0]
    assert f"{checkpoint.path} could not be read and is not used" in intercept_log.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (post_part_1, {}),
        (non_private, {}),
        (dp_adam, {"batch_size": 3, "noise_multiplier": 0.5}),
        (post, {"batch_size": 2, "noise_multiplier": 0.5, "images_assumed": 4}),
    ],
    ids=["post-part-1", "non-private", "dp-adam", "post"],
)
def test_a_recipe_that_is_killed_ends_as_if_it_had_not_been(
    examples, checkpoint, tmp_path, make, settings
):
    class KeepsTheFirst(Checkpoint):
        """What a kill in the second epoch would leave."""

        def save(self, state, progress):
            super().save(state, progress)
            if progress.epochs == 1:
                shutil.copy(self.path, checkpoint.path)

    whole = make(examples, seed=3, **settings)
    in_one_go = run(
        whole, examples, 2, KeepsTheFirst(tmp_path / "whole.npz", checkpoint.fingerprint)
    )
    late = make(examples, seed=3, **settings)
    in_two = run(late, examples, 2, checkpoint)
    assert in_two.history[0] == in_one_go.history[0]  # the seconds, too, are those of then
    assert without_seconds(in_two.history) == without_seconds(in_one_go.history)
    assert_same_bits(values(late.state), values(whole.state))
