"""Scores and summaries of a group: perfect attackers, guessing ones, and missing measures."""

import json

import numpy as np
import pytest

from intercept.metrics import intervals, pixels
from intercept.metrics.leakage import identification_curve, image_scores, rank_scores, summarise
from intercept.runtime.errors import UserError

MEAN_IMAGE = np.full((12, 12, 1), 0.5, np.float32)
CHARACTERS = np.repeat(np.arange(8), 5)
LABELS = CHARACTERS // 4
MEASURES = {
    *("mse", "mean_image_mse", "skill", "psnr", "ssim", "ink_f1"),
    *("top1", "top5", "mean_reciprocal_rank", "within_character"),
}


@pytest.fixture(scope="module")
def images():
    """Forty images of random grey."""
    return np.random.default_rng(0).random((40, 12, 12, 1), dtype=np.float32)


def scores_of(rebuilt, images, mean_image=MEAN_IMAGE):
    ranked = rank_scores(rebuilt, images, CHARACTERS)
    return image_scores(rebuilt, images, mean_image) | ranked


def values_of(record):
    return {name: record[name]["value"] for name in MEASURES & record.keys()}


def test_images_in_colour_have_no_ink(images):
    colour = np.repeat(images, 3, axis=-1)
    found = image_scores(colour, colour, np.repeat(MEAN_IMAGE, 3, axis=-1))
    assert list(found) == ["squared_error", "mean_image_squared_error", "psnr", "ssim"]


def test_image_scores_are_those_of_the_pixels(images):
    rebuilt = np.sqrt(images)
    scores = image_scores(rebuilt, images, MEAN_IMAGE)
    assert list(scores) == ["squared_error", "mean_image_squared_error", "psnr", "ssim", "ink_f1"]
    for name in ("squared_error", "psnr", "ssim", "ink_f1"):
        assert scores[name].tolist() == getattr(pixels, name)(rebuilt, images).tolist()
    expected = np.mean((images.astype(np.float64) - 0.5) ** 2, axis=(1, 2, 3))
    assert scores["mean_image_squared_error"] == pytest.approx(expected)


def test_rank_scores_by_hand():
    """Points on a line; the two answers of character 7 are nearest to the other's image."""
    candidates = np.array([[0.0], [1], [2], [10], [11], [12]], np.float32)
    answers = np.array([[1.2], [0.2], [0.9], [10], [10.5], [99]], np.float32)
    scores = rank_scores(answers, candidates, np.array([7, 7, 8, 9, 9, 9]))
    assert scores["nearer"].tolist() == [2, 1, 2, 0, 0, 0]
    assert scores["equal"].tolist() == [1, 1, 1, 1, 2, 1]
    assert scores["nearer_within"].tolist() == [1, 1, 0, 0, 0, 0]
    assert scores["equal_within"].tolist() == [1, 1, 1, 1, 2, 1]
    assert scores["drawings"].tolist() == [2, 2, 1, 3, 3, 3]
    assert scores["top1"].tolist() == [0, 0, 0, 1, 0.5, 1]
    assert scores["top5"].tolist() == [1, 1, 1, 1, 1, 1]
    assert scores["reciprocal_rank"] == pytest.approx([1 / 3, 1 / 2, 1 / 3, 1, 3 / 4, 1])
    assert scores["within_character"].tolist() == [0, 0, 1, 1, 0.5, 1]


def test_perfect_reconstructions(images):
    record = summarise(scores_of(images, images), LABELS, CHARACTERS, 0)
    perfect = dict.fromkeys(MEASURES, 1.0) | {"mse": 0.0, "psnr": 100.0}
    del perfect["mean_image_mse"]
    for name, value in perfect.items():
        of_hits = name in ("top1", "top5", "within_character")
        low = intervals.all_alike(8) if of_hits else value  # of eight characters
        ends = [record[name][end] for end in ("value", "low", "high")]
        assert ends == pytest.approx([value, low, value]), name


def test_the_mean_image_as_an_answer_is_at_chance(images):
    record = summarise(
        scores_of(np.broadcast_to(MEAN_IMAGE, images.shape), images), LABELS, CHARACTERS, 0
    )
    values = values_of(record)
    assert values["skill"] == 0 and values["mse"] == values["mean_image_mse"]
    # One image in forty and one drawing in five is the nearest to it.
    assert record["chance"] == {"top1": 1 / 40, "top5": 5 / 40, "within_character": 1 / 5}
    assert {name: values[name] for name in record["chance"]} == pytest.approx(record["chance"])
    harmonic = sum(1 / rank for rank in range(1, 41))
    assert values["mean_reciprocal_rank"] == pytest.approx(harmonic / 40)


def test_a_summary_is_the_means_with_their_intervals(images):
    rebuilt = 0.5 * images + 0.4
    scores = scores_of(rebuilt, images)
    record = summarise(scores, LABELS, CHARACTERS, 3)
    assert record["images"] == 40 and record["characters"] == 8
    assert record.keys() == MEASURES | {"images", "characters", "chance"}
    renamed = {
        "mse": "squared_error",
        "mean_image_mse": "mean_image_squared_error",
        "mean_reciprocal_rank": "reciprocal_rank",
    }
    for name in MEASURES - {"skill"}:
        of_group = (
            intervals.share if name in ("top1", "top5", "within_character") else intervals.mean
        )
        expected = of_group(scores[renamed.get(name, name)], LABELS, CHARACTERS, 3)
        assert record[name] == expected.as_record(), name
    assert json.loads(json.dumps(record)) == record


def test_skill_compares_sums_of_errors():
    """Not the mean of the images' own skills, 0.5 and 0.9."""
    scores = {
        "squared_error": np.array([0.5, 0.01]),
        "mean_image_squared_error": np.array([1.0, 0.1]),
    }
    skill = summarise(scores, np.array([0, 1]), np.array([0, 1]), 0)["skill"]
    assert skill["value"] == pytest.approx(1 - 0.51 / 1.1)
    assert [skill["low"], skill["high"]] == pytest.approx([0.5, 0.9])  # either one drawn twice


def test_skill_has_no_value_where_the_mean_image_is_every_image():
    images = np.ones((40, 12, 12, 1), np.float32)
    record = summarise(scores_of(0.5 * images, images, images[0]), LABELS, CHARACTERS, 0)
    assert record["skill"] == {"value": None, "low": None, "high": None}
    assert record["mean_image_mse"]["value"] == 0 and record["mse"]["value"] == 0.25


def test_an_attacker_that_rebuilds_nothing_has_ranks_alone(images):
    record = summarise(rank_scores(images, images, CHARACTERS), LABELS, CHARACTERS, 0)
    ranked = {"top1", "top5", "mean_reciprocal_rank", "within_character"}
    assert record.keys() == ranked | {"images", "characters", "chance"}


def test_without_ranks_there_is_no_chance(images):
    record = summarise(image_scores(images, images, MEAN_IMAGE), LABELS, CHARACTERS, 0)
    assert "chance" not in record and "top1" not in record and record["mse"]["value"] == 0


def test_other_scores_are_summarised_under_their_own_name():
    hits = np.where(np.arange(40) < 10, 1.0, 0.0)
    hits[-5:] = np.nan
    record = summarise({"class_top1": hits}, LABELS, CHARACTERS, 0)
    assert record["class_top1"]["value"] == pytest.approx(10 / 35)
    assert record.keys() == {"class_top1", "images", "characters"}


def test_chance_of_few_candidates_is_at_most_one(images):
    three = images[:3]
    record = summarise(rank_scores(three, three, np.arange(3)), np.arange(3), np.arange(3), 0)
    assert record["chance"] == {"top1": 1 / 3, "top5": 1, "within_character": 1}
    assert record["top5"]["value"] == 1


def test_the_curve_is_the_share_found_by_each_rank():
    nearer, equal = np.array([0, 1, 0, 7]), np.array([1, 1, 4, 1])
    curve = identification_curve(nearer, equal, [1, 2, 3, 8])
    assert curve.tolist() == [1.25 / 4, 2.5 / 4, 2.75 / 4, 1]
    tops = rank_scores(*[np.eye(9, dtype=np.float32)[[0, 1, 2]]] * 2, np.arange(3))
    assert identification_curve(tops["nearer"], tops["equal"], range(1, 4)).tolist() == [1, 1, 1]


def test_images_too_small_for_structural_similarity_are_refused():
    small = np.zeros((2, 5, 5, 1), np.float32)
    with pytest.raises(UserError, match="at least 11×11 pixels"):
        image_scores(small, small, small[0])
