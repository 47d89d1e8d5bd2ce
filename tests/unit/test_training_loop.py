"""The epoch loop: its history, where it stops and where it goes on."""

import numpy as np
import pytest
import tensorflow as tf
from short_trainings import CLASSES, Tiny, assert_same_bits, run, values, without_seconds

from intercept.arrays.stored_images import StoredImages
from intercept.datasets.cache import ImageSet
from intercept.runtime.errors import UserError
from intercept.training import loop
from intercept.training.checkpoint import Checkpoint
from intercept.training.kept import read_kept, write_kept
from intercept.training.loop import evaluate, minutes, train


def test_history_is_of_the_batches_before_each_update_and_of_the_validation_after(
    tiny_images, checkpoint
):
    trainer = Tiny()
    training, validation = tiny_images.select(slice(5)), tiny_images.select(slice(5, None))
    progress = train(trainer, training, validation, 2, checkpoint, "a target")
    assert (progress.epochs, progress.steps) == (2, 6)
    assert [record["epoch"] for record in progress.history] == [1, 2]
    assert [record["steps"] for record in progress.history] == [3, 6]
    first, second = trainer.returned[:3], trainer.returned[3:]
    for record, returned in zip(progress.history, (first, second), strict=True):
        losses, hits = (np.concatenate(part) for part in zip(*returned, strict=True))
        assert len(losses) == 5
        assert record["loss"] == pytest.approx(losses.mean(), rel=1e-6)
        assert record["train_accuracy"] == hits.mean()
        assert record["seconds"] >= 0
    np.testing.assert_allclose(first[0][0], np.log(CLASSES), rtol=1e-6)  # weights of zero
    last = progress.history[-1]
    assert (last["validation_loss"], last["validation_accuracy"]) == evaluate(
        trainer.network, validation
    )


def test_no_epochs_leave_the_network_untrained_and_say_how_it_does(tiny_images, checkpoint):
    trainer = Tiny()
    before = values(trainer.state)
    progress = run(trainer, tiny_images, 0, checkpoint)
    assert_same_bits(values(trainer.state), before)
    assert (progress.epochs, progress.steps) == (0, 0)
    (record,) = progress.history
    assert (record["epoch"], record["steps"]) == (0, 0)
    assert (record["loss"], record["train_accuracy"]) == evaluate(trainer.network, tiny_images)
    assert record["validation_loss"] == pytest.approx(np.log(CLASSES), rel=1e-6)
    assert not checkpoint.path.exists()


def test_a_training_stops_at_an_accuracy_and_stays_stopped(
    tiny_images, checkpoint, monkeypatch, intercept_log
):
    monkeypatch.setattr(loop, "STEPS_BETWEEN_CHECKS", 2)
    trainer = Tiny()
    progress = run(trainer, tiny_images, 40, checkpoint, stop_at=0.5)
    last = progress.history[-1]
    assert progress.stopped
    assert progress.steps == last["steps"] < 40 * trainer.steps_per_epoch
    assert last["validation_accuracy"] >= 0.5
    assert "a target | reached validation accuracy 0.500" in intercept_log.text
    late = Tiny()
    again = run(late, tiny_images, 40, checkpoint, stop_at=0.5)
    assert again == progress
    assert not late.returned
    assert_same_bits(values(late.state), values(trainer.state))


def test_a_training_that_never_reaches_the_accuracy_runs_to_its_end_and_says_so(
    tiny_images, checkpoint, intercept_log
):
    progress = run(Tiny(), tiny_images, 1, checkpoint, stop_at=1.1)
    assert (progress.epochs, progress.stopped) == (1, False)
    assert "never reached validation accuracy 1.100" in intercept_log.text


def test_evaluation_is_the_hand_computed_one():
    network = tf.keras.Sequential([tf.keras.Input((1, 2, 1)), tf.keras.layers.Flatten()])
    probabilities = np.array([[0.75, 0.25], [0.5, 0.5], [0.1, 0.9], [0.8, 0.2]], np.float32)
    labels = np.array([0, 0, 1, 1])  # right; a tie, which goes to class 0; right; wrong
    images = ImageSet(StoredImages(probabilities.reshape(4, 1, 2, 1)), labels, labels, labels > 0)
    loss, accuracy = evaluate(network, images)
    assert accuracy == 3 / 4
    assert loss == pytest.approx(-np.mean(np.log([0.75, 0.5, 0.9, 0.2])), rel=1e-6)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min"), (170, "3 min"), (3600, "1 h 00 min"),
     (4830, "1 h 20 min"), (90_000, "25 h 00 min")],
)  # fmt: skip
def test_durations_are_for_a_person(seconds, text):
    assert minutes(seconds) == text


def test_a_training_goes_on_where_it_stopped(tiny_images, checkpoint, tmp_path, intercept_log):
    whole = Tiny()
    in_one_go = run(whole, tiny_images, 3, Checkpoint(tmp_path / "other.npz", {}))
    run(Tiny(), tiny_images, 1, checkpoint)
    late = Tiny()
    in_two = run(late, tiny_images, 3, checkpoint)
    assert "going on after epoch 1" in intercept_log.text
    assert len(late.returned) == 6
    assert_same_bits(values(late.state), values(whole.state))
    assert without_seconds(in_two.history) == without_seconds(in_one_go.history)
    assert in_two.steps == 9


def test_weights_are_kept_after_the_epochs_asked_for(tiny_images, tmp_path):
    whole = Tiny()
    initial = whole.network.get_weights()
    progress = run(whole, tiny_images, 3, Checkpoint(tmp_path / "c.npz", {}), keep=[0, 2])
    assert list(progress.kept) == [0, 2]
    assert_same_bits(progress.kept[0], initial)
    shorter = Tiny()
    in_two = run(shorter, tiny_images, 2, Checkpoint(tmp_path / "other.npz", {}))
    assert_same_bits(progress.kept[2], shorter.network.get_weights())
    assert not in_two.kept
    # The first record is of the network as it was initialised, as of one that is not trained.
    untrained = run(Tiny(), tiny_images, 0, Checkpoint(tmp_path / "another.npz", {}))
    assert progress.history[0] == untrained.history[0]
    assert without_seconds(progress.history[1:3]) == without_seconds(in_two.history)


@pytest.mark.parametrize("done", [1, 2])
def test_what_was_kept_outlives_a_kill(tiny_images, checkpoint, tmp_path, done):
    in_one_go = run(Tiny(), tiny_images, 3, Checkpoint(tmp_path / "c.npz", {}), keep=[0, 1, 2])
    run(Tiny(), tiny_images, done, checkpoint, keep=[0, 1, 2])
    in_two = run(Tiny(), tiny_images, 3, checkpoint, keep=[0, 1, 2])
    assert list(in_two.kept) == [0, 1, 2]
    for epoch, weights in in_one_go.kept.items():
        assert_same_bits(in_two.kept[epoch], weights)
    assert without_seconds(in_two.history) == without_seconds(in_one_go.history)


def test_what_was_kept_is_read_as_it_was_written(tmp_path):
    kept = {0: [np.float32([[1, 2]]), np.array(3, np.int64)], 10: [np.float32([0.1])]}
    write_kept(tmp_path / "checkpoints.h5", kept)
    for epoch, weights in kept.items():
        read = read_kept(tmp_path / "checkpoints.h5", epoch)
        assert_same_bits(read, weights)
        assert [array.dtype for array in read] == [array.dtype for array in weights]
    with pytest.raises(UserError, match="holds no weights after epoch 1: delete it"):
        read_kept(tmp_path / "checkpoints.h5", 1)
