"""Seen and unseen images judged apart, with the alphabet and the character of each."""

import numpy as np

from intercept.datasets.cache import ImageSet
from intercept.metrics import intervals
from intercept.metrics.groups import measure_groups
from intercept.report.scores import character_sums
from intercept.stored_images import StoredImages

LABELS = np.repeat([4, 9], 10)
CHARACTERS = np.repeat(np.arange(10), 2)


def test_every_image_has_its_place_and_intervals_draw_alphabets():
    seen = np.arange(20) % 5 == 0
    images = ImageSet(StoredImages(np.zeros((20, 1, 1, 1), np.float32)), LABELS, CHARACTERS, seen)
    hits = np.where(LABELS == 4, 0.2, 0.9) + 0.01 * CHARACTERS
    records, scores = measure_groups(images, lambda index: {"class_top1": hits[index]}, 3)
    place = ["image", "label", "character", "group", "drawn_by"]
    assert list(scores.columns) == [*place, "class_top1"]
    assert scores["drawn_by"].eq("character").all()
    assert scores["image"].tolist() == list(range(20))
    assert scores["label"].tolist() == LABELS.tolist()
    assert scores["character"].tolist() == CHARACTERS.tolist()
    assert (scores["group"].eq("seen") == seen).all()
    own = intervals.mean(hits[~seen], LABELS[~seen], CHARACTERS[~seen], 3)
    assert records["unseen"]["class_top1"] == own.as_record()
    by_characters = intervals.mean(hits[~seen], None, CHARACTERS[~seen], 3)
    assert own.high - own.low > 1.3 * (by_characters.high - by_characters.low)


def test_where_a_class_is_all_that_images_share_they_are_drawn_by_themselves(tmp_path):
    hits = (np.random.default_rng(0).random(20) < 0.7).astype(float)
    nobody = np.zeros(20, bool)
    images = ImageSet(StoredImages(np.zeros((20, 1, 1, 1), np.float32)), LABELS, LABELS, nobody)
    records, scores = measure_groups(images, lambda index: {"top1": hits[index]}, 3, by_image=True)
    expected = intervals.mean(hits, None, None, 3).as_record()
    assert records["unseen"]["top1"] == expected
    scores.to_csv(tmp_path / "scores.csv", index=False)
    sums = character_sums(tmp_path / "scores.csv").loc["unseen"]
    assert sums["top1"].tolist() == hits.tolist()
    assert set(sums.index.get_level_values("label")) == {0}
