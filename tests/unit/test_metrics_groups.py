"""Seen and unseen images judged apart, with the alphabet and the character of each."""

import numpy as np

from intercept.arrays.stored_images import StoredImages
from intercept.datasets.cache import ImageSet
from intercept.metrics import intervals
from intercept.metrics.groups import measure_folds, measure_groups
from intercept.report.scores import character_sums

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


def test_images_that_were_held_out_are_scored_with_those_of_their_fold():
    """Ten images, of which the last four were held out first: two characters, and a third."""
    folds = np.array([1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    characters = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
    nobody = np.zeros(10, bool)
    images = ImageSet(StoredImages(np.zeros((10, 1, 1, 1), np.float32)), folds, characters, nobody)
    hits = np.arange(10) / 10
    asked = []

    def score(index, fold):
        asked.append((fold, index.tolist()))
        return {"top1": hits[index], "drawings": np.full(len(index), 4 if fold == 0 else 3)}

    found = measure_folds(images, folds, score, seed=1)
    assert asked == [(0, [6, 7, 8, 9]), (1, [0, 1, 2, 3, 4, 5])]
    order = [6, 7, 8, 9, 0, 1, 2, 3, 4, 5]
    own = intervals.mean(hits[order], folds[order], characters[order], 1)
    assert found["top1"] == own.as_record()
    # Guessing is right once in each of two folds, five times in one of six and of four each time.
    assert found["chance"]["top1"] == 2 / 10
    assert found["chance"]["top5"] == 9 / 10
    assert found["chance"]["within_character"] == np.mean([1 / 4] * 4 + [1 / 3] * 6)
