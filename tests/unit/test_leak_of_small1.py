"""The leak in the post's experiment: images of the attacker's set lie in small2 as well."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from intercept.attackers import attacker_settings, build_attacker
from intercept.attackers.interface import Knowledge, Pairs
from intercept.datasets.overlap import find_overlaps
from intercept.datasets.source import load_splits, open_builder
from intercept.devices.activations import observe
from intercept.metrics.leakage import image_scores, rank_scores
from intercept.networks.built_in import CUT_LAYER, build_network
from intercept.networks.cutting import split

FEATURES = {"image": "image", "label": "alphabet", "character": "label"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path(os.environ.get("TFDS_DATA_DIR", ""), "omniglot").is_dir(),
        reason="the real Omniglot is not prepared under TFDS_DATA_DIR",
    ),
]


@pytest.fixture(scope="module")
def sets():
    """The attacker's set and the evaluation set of the post."""
    builder = open_builder("omniglot", None)
    splits = {"attacker": "small1", "evaluation": "small2"}
    reading = load_splits(builder, splits, FEATURES)
    overlaps = find_overlaps(reading.parts, reading.names)
    own, evaluation = reading.parts.values()
    shared = overlaps.loc[overlaps["other_set"] == "evaluation", "other_index"]
    return own, replace(evaluation, seen=np.isin(np.arange(len(evaluation)), shared))


def test_a_thousand_images_are_in_both(sets):
    _, evaluation = sets
    assert (len(evaluation), evaluation.seen.sum()) == (3120, 1000)


def test_seen_images_score_clearly_better_than_unseen_ones(sets):
    own, evaluation = sets
    # Twelve characters of each kind, and the twelve that are seen are all that the attacker owns.
    chosen = {
        seen: np.isin(
            evaluation.characters, np.unique(evaluation.characters[evaluation.seen == seen])[:12]
        )
        for seen in (True, False)
    }
    owned = own.select(np.isin(own.characters, np.unique(evaluation.characters[chosen[True]])))
    evaluation = evaluation.select(chosen[True] | chosen[False])
    assert len(owned) == 240 and len(evaluation) == 480
    tf.keras.utils.set_random_seed(1)
    device = split(build_network((105, 105, 1), 50, "batch", dropout=0.0), CUT_LAYER).mobile
    wire = observe(device, owned.images)
    # An untrained network, with activations on the scale of a trained one's.
    scale = 1 / wire.std()
    attack = build_attacker(attacker_settings("post", epochs=120, batch_size=16), seed=1).attack
    knowledge = Knowledge(device, Pairs(owned.images, wire * scale), fitting=None, lesson=None)
    seen = observe(device, evaluation.images) * scale
    answers = attack(knowledge, seen, None, "leak").answers
    scores = {}
    for seen in (True, False):
        group = evaluation.seen == seen
        images, characters = evaluation.images[group], evaluation.characters[group]
        error = image_scores(answers[group], images, owned.images.mean_image())["squared_error"]
        found = rank_scores(answers[group], images, characters)["within_character"]
        scores[seen] = error.mean(), found.mean()
    assert scores[True][0] < 0.85 * scores[False][0]
    assert scores[True][1] > 1.2 * scores[False][1]
