"""An attacker judges itself on all of its labels in turn, and attacks with all of its images."""

import numpy as np
import pytest
import tensorflow as tf
from attacks import attack, folds_of
from sklearn.metrics import pairwise_distances_argmin

from intercept.arrays.stored_images import StoredImages
from intercept.attackers import attacker_settings
from intercept.attackers.interface import Attacker, Outcome, carry_out
from intercept.datasets.cache import ImageSet
from intercept.devices.activations import observe

LABELS = 2
SETTINGS = {
    "decoder": attacker_settings("decoder", epochs=3, batch_size=8, learning_rate=0.01),
    "contrastive": attacker_settings("contrastive", epochs=3, batch_size=8, learning_rate=0.01),
}


@pytest.fixture(scope="module")
def own():
    """Noise of two labels in no order; a label shows in one channel of two alone."""
    random = np.random.default_rng(1)
    labels = random.permutation(np.repeat(np.arange(LABELS), [28, 20]))
    noise = random.random((48, 8, 8, 1)) < 0.5
    images = (noise & (np.arange(LABELS) == labels[:, None, None, None])).astype(np.float32)
    return ImageSet(StoredImages(images), labels, np.arange(48), np.zeros(48, bool))


@pytest.fixture(scope="module")
def device():
    tf.keras.utils.set_random_seed(3)
    layers = tf.keras.layers
    return tf.keras.Sequential([tf.keras.Input((8, 8, 2)), layers.Flatten(), layers.Dense(12)])


@pytest.fixture(scope="module")
def folds(device, own):
    return folds_of(device, own, copies=2)


class Memory(Attacker):
    """Answers with the image that it remembers by the nearest activation."""

    def __init__(self):
        self.known = []

    def attack(self, knowledge, seen, start, name):
        self.known.append(knowledge)
        fitting = knowledge.fitting
        return Outcome(fitting.images[pairwise_distances_argmin(seen, fitting.activations)])


@pytest.fixture(scope="module")
def remembered(folds, device, own):
    memory = Memory()
    seen = observe(device, own.images)
    answers, _ = carry_out(memory, True, folds, seen, None, "memory")
    return memory, answers


def test_every_label_is_answered_by_what_has_not_learned_it(remembered, own, folds):
    """Though every image would be found again by who had learned from it."""
    memory, answers = remembered
    labels = own.labels[folds.auxiliary.sample]
    shown = answers["held_out"].any(axis=(1, 2))
    assert shown.shape == (len(labels), LABELS)
    assert set(labels) == set(range(LABELS))
    assert shown.any(axis=1).all()
    assert not shown[np.arange(len(labels)), labels].any()
    for label, known in enumerate(memory.known[:LABELS]):
        for learned in (known.own, known.fitting):
            assert learned.images[:].any(axis=(0, 1, 2)).tolist() == [
                other != label for other in range(LABELS)
            ]


def test_the_attack_is_by_all_images(remembered, own, folds):
    memory, answers = remembered
    assert len(memory.known) == LABELS + 1
    np.testing.assert_array_equal(answers["evaluation"], own.images)
    everything = memory.known[-1]
    np.testing.assert_array_equal(everything.own.images, own.images)
    np.testing.assert_array_equal(everything.fitting.images[:48], own.images)
    assert len(everything.fitting) == len(everything.fitting.activations) == 48 * 3


def test_who_does_not_judge_itself_answers_its_own_images_with_all_of_them(folds, device, own):
    memory = Memory()
    seen = observe(device, own.images[:5])
    answers, _ = carry_out(memory, False, folds, seen, None, "memory")
    assert len(memory.known) == 1
    np.testing.assert_array_equal(answers["held_out"], own.images[folds.auxiliary.sample])
    np.testing.assert_array_equal(answers["evaluation"], own.images[:5])


def test_starting_answers_come_with_what_they_are_of(folds, device, own):
    class Follower(Memory):
        def attack(self, knowledge, seen, start, name):
            np.testing.assert_allclose(observe(device, start), seen, atol=1e-5)
            return super().attack(knowledge, seen, start, name)

    some = own.images[:5]
    start = {"held_out": own.images[folds.auxiliary.sample], "evaluation": some}
    for judges_itself in (True, False):
        carry_out(Follower(), judges_itself, folds, observe(device, some), start, "follower")


@pytest.fixture(scope="module", params=SETTINGS)
def learned(request, folds, device, own):
    settings = SETTINGS[request.param]
    return settings, *attack(settings, folds, observe(device, own.images))


@pytest.mark.slow
def test_networks_have_not_learned_the_labels_that_they_answer(learned, own, folds):
    """They hardly show what they have not seen: all that they learned from is 0 in its channel."""
    _, answers, _ = learned
    of_role = {"held_out": own.labels[folds.auxiliary.sample], "evaluation": own.labels}
    held_out, evaluation = (
        answers[role].mean(axis=(1, 2))[np.arange(len(labels)), labels]
        for role, labels in of_role.items()
    )
    assert held_out.max() < 0.005
    for label in range(LABELS):
        assert evaluation[own.labels == label].mean() > 0.05


@pytest.mark.parametrize("learned", ["decoder"], indirect=True)
def test_a_seed_gives_the_answers(learned, folds, device, own):
    settings, answers, outcome = learned
    again, same = attack(settings, folds, observe(device, own.images))
    assert same.history == outcome.history
    for role, given in answers.items():
        np.testing.assert_array_equal(again[role], given)


def test_as_many_epochs_are_taken_as_do_best_over_all_labels(folds, device, own):
    """Labels have nothing in common here: what is learned does not help with the one held out."""
    settings = attacker_settings("decoder", epochs=4, batch_size=8, learning_rate=0.001)
    seen = observe(device, own.images)
    answers, outcome = attack(settings, folds, seen)
    assert [record["epoch"] for record in outcome.history] == list(range(1, 5))
    best = int(np.argmin([record["held_out_loss"] for record in outcome.history]))
    assert best < 3
    assert ["mse" in record for record in outcome.history] == [k <= best for k in range(4)]
    error = np.square(answers["held_out"] - own.images[folds.auxiliary.sample]).mean()
    assert error == pytest.approx(outcome.history[best]["held_out_mse"], rel=0.1)  # that of all
    # To the end: with a learning rate that has fallen to zero.
    as_many = settings.model_copy(update={"epochs": best + 1})
    ended, _ = attack(as_many, folds, seen, judges=False)
    np.testing.assert_array_equal(answers["evaluation"], ended["evaluation"])
