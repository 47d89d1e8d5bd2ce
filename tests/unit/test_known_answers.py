"""The whole chain, from a device part to the metrics, where the answer is known."""

import numpy as np
import pytest
import tensorflow as tf
from attacks import attack, folds_of
from scipy.stats import ortho_group

from intercept.arrays.stored_images import StoredImages
from intercept.attackers import attacker_settings, build_attacker
from intercept.attackers.interface import Knowledge, Pairs
from intercept.datasets.cache import ImageSet
from intercept.devices.activations import observe
from intercept.metrics.leakage import image_scores, rank_scores

pytestmark = pytest.mark.slow

SIDE = 16


def drawings(count, seed):
    """Black and white drawings of three strokes, four of a character, three characters a label."""
    random = np.random.default_rng(seed)
    images = np.ones((count, SIDE, SIDE, 1), np.float32)
    for image in images:
        for _ in range(3):
            at, length = random.integers(0, SIDE, 2), random.integers(4, SIDE)
            if random.random() < 0.5:
                image[at[0], at[1] : at[1] + length] = 0
            else:
                image[at[0] : at[0] + length, at[1]] = 0
    index = np.arange(count)
    return ImageSet(StoredImages(images), index // 12, index // 4, np.zeros(count, bool))


@pytest.fixture(scope="module")
def own():
    return drawings(240, seed=1)


@pytest.fixture(scope="module")
def evaluation():
    return drawings(120, seed=2)


def device(*layers):
    return tf.keras.Sequential([tf.keras.Input((SIDE, SIDE, 1)), *layers])


@pytest.fixture(scope="module")
def orthogonal():
    """Turns the vector of all pixels; nothing is lost and nothing is in its place."""
    dense = tf.keras.layers.Dense(SIDE * SIDE, use_bias=False)
    network = device(tf.keras.layers.Flatten(), dense)
    dense.set_weights([ortho_group.rvs(SIDE * SIDE, random_state=3).astype(np.float32)])
    return network


def identity():
    return device(tf.keras.layers.Rescaling(1.0))


def constant():
    return device(tf.keras.layers.Flatten(), tf.keras.layers.Dense(8, kernel_initializer="zeros"))


def attack_by(network, own, evaluation, chain):
    """What the last attacker of a chain answers, where each starts at the one before."""
    folds, seen = folds_of(network, own, copies=2), observe(network, evaluation.images)
    answers, outcome = None, None
    for settings in chain:
        answers, outcome = attack(settings, folds, seen, answers, judges=len(chain) > 1)
    return answers, outcome


def identified(answers, candidates, evaluation, measure="top1"):
    return rank_scores(answers, candidates, evaluation.characters)[measure].mean()


DECODER = attacker_settings("decoder", epochs=8, batch_size=16, learning_rate=0.005)
CONTRASTIVE = attacker_settings("contrastive", epochs=30, batch_size=32)
REFINE = attacker_settings("refine", steps=60, trust=0.0)


@pytest.mark.parametrize("settings", [DECODER, CONTRASTIVE], ids=["decoder", "contrastive"])
def test_an_identity_is_identified_by_its_reconstruction(own, evaluation, settings):
    answers = attack_by(identity(), own, evaluation, [settings])[0]["evaluation"]
    assert identified(answers, evaluation.images, evaluation) >= 0.99


@pytest.mark.parametrize("network", ["identity", "orthogonal"])
def test_retrieval_finds_whatever_is_not_lost(own, evaluation, network, orthogonal):
    network = identity() if network == "identity" else orthogonal
    answers, _ = attack_by(network, own, evaluation, [attacker_settings("retrieval")])
    gallery = observe(network, evaluation.images)
    assert identified(answers["evaluation"], gallery, evaluation) >= 0.99


# However long they train, equal readings have equal answers.
BRIEF = [
    attacker_settings("decoder", epochs=1, batch_size=16),
    attacker_settings("contrastive", epochs=2, batch_size=32),
    attacker_settings("refine", steps=2, trust=0.0),
]


@pytest.mark.parametrize(
    "chain",
    [BRIEF[:1], BRIEF[1:2], BRIEF[::2]],
    ids=["decoder", "contrastive", "refine"],
)
def test_a_constant_is_identified_at_chance(own, evaluation, chain):
    answers = attack_by(constant(), own, evaluation, chain)[0]["evaluation"]
    assert identified(answers, evaluation.images, evaluation) == pytest.approx(1 / 120, abs=1e-9)
    within = identified(answers, evaluation.images, evaluation, "within_character")
    assert within == pytest.approx(1 / 4, abs=1e-9)


def test_retrieval_from_a_constant_is_at_chance(own, evaluation):
    network = constant()
    answers, _ = attack_by(network, own, evaluation, [attacker_settings("retrieval")])
    gallery = observe(network, evaluation.images)
    assert identified(answers["evaluation"], gallery, evaluation) == pytest.approx(1 / 120)


def test_an_orthogonal_one_is_rebuilt(own, evaluation, orthogonal):
    answers, outcome = attack_by(orthogonal, own, evaluation, [DECODER, REFINE])
    mean_image = own.images.mean_image()
    scores = image_scores(answers["evaluation"], evaluation.images, mean_image)
    assert scores["squared_error"].mean() < 1e-3
    assert identified(answers["evaluation"], evaluation.images, evaluation) >= 0.99
    losses = [record["matching_loss"] for record in outcome.history]
    # The mean activation has about 1 for each number.
    assert losses[-1] < 0.02 * evaluation.images[:1].size
    assert losses[-1] < 0.2 * losses[0]


def test_what_the_attacker_owns_is_rebuilt_better_than_what_it_does_not():
    """The leak of small1 into small2: a device part that keeps little, and an attacker's memory."""
    random = np.random.default_rng(5)
    images = np.kron(random.random((80, 7, 7, 1)) < 0.8, np.ones((4, 4, 1))).astype(np.float32)
    wire = random.normal(size=(80, 1, 1, 32), scale=0.3).astype(np.float32)
    owned = Pairs(StoredImages(images[:40]), wire[:40])
    settings = attacker_settings("post", epochs=80, batch_size=8)
    knowledge = Knowledge(device=None, own=owned, fitting=None, lesson=None)
    outcome = build_attacker(settings, seed=1).attack(knowledge, wire, None, "known")
    answers, characters = outcome.answers, np.arange(80)
    error = image_scores(answers, images, owned.images.mean_image())["squared_error"]
    assert error[:40].mean() < 0.7 * error[40:].mean()
    found = rank_scores(answers, images, characters)["top1"]
    assert found[:40].mean() > 0.5 > 0.2 > found[40:].mean()
