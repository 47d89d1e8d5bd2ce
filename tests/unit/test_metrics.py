"""Errors, skill and identification, by hand and by brute force."""

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st

from intercept.metrics import identification, mean_squared_error, measure_leakage

MEAN_IMAGE = np.array([[[0.5], [0.5]]], np.float32)


def pictures(*rows):
    """Images of 1×2 pixels."""
    return np.array(rows, np.float32).reshape(len(rows), 1, 2, 1)


def by_brute_force(reconstructions, images, top):
    """The expectation over random orders of equally far candidates, one image at a time."""
    shares = []
    for k, reconstruction in enumerate(reconstructions.astype(np.float64)):
        distances = [np.sum((reconstruction - image) ** 2) for image in images.astype(np.float64)]
        before = sum(distance < distances[k] for distance in distances)
        ties = sum(distance == distances[k] for distance in distances)
        places = range(before, before + ties)
        shares.append(sum(place < top for place in places) / ties)
    return np.mean(shares)


def test_error_is_the_mean_over_images_and_pixels():
    rebuilt, images = pictures([0, 0.5], [1, 1]), pictures([0, 1], [0.8, 1])
    assert mean_squared_error(rebuilt, images) == pytest.approx((0.5**2 + 0.2**2) / 4)


def test_error_of_many_small_differences_is_exact():
    images = np.zeros((400, 105, 105, 1), np.float32)
    assert mean_squared_error(images + np.float32(0.1), images) == pytest.approx(
        float(np.float32(0.1)) ** 2, rel=1e-6
    )


def test_leakage_by_hand():
    images = pictures([0, 1], [1, 1], [1, 0])
    rebuilt = pictures([0, 0.5], [0.9, 0.1], [1, 0])
    # Squared distances to the candidates, the true one in brackets:
    # [0.25]  1.25    1.25     first
    #  1.62  [0.82]   0.02     second
    #  2       1     [0]       first
    leakage = measure_leakage(rebuilt, images, MEAN_IMAGE)
    mse = (0.25 + 0.82 + 0) / 6
    assert leakage.as_record() == {
        "images": 3,
        "mse": pytest.approx(mse, rel=1e-6),
        "mean_image_mse": 0.25,
        "skill": pytest.approx(1 - mse / 0.25, rel=1e-6),
        "top1": pytest.approx(2 / 3),
        "top5": 1.0,
    }
    assert all(type(value) in (int, float) for value in leakage.as_record().values())


def test_the_mean_image_has_no_skill():
    images = np.random.default_rng(0).random((40, 3, 3, 1), dtype=np.float32)
    mean_image = images.mean(axis=0)
    leakage = measure_leakage(np.repeat(mean_image[np.newaxis], 40, axis=0), images, mean_image)
    assert leakage.skill == pytest.approx(0, abs=1e-9)
    assert (leakage.top1, leakage.top5) == (1 / 40, 5 / 40)


def test_perfect_reconstructions_identify_everything():
    images = np.random.default_rng(0).random((40, 3, 3, 1), dtype=np.float32)
    leakage = measure_leakage(images, images, images.mean(axis=0))
    assert (leakage.mse, leakage.skill, leakage.top1, leakage.top5) == (0, 1, 1, 1)


@pytest.mark.parametrize(("taken", "rank"), [(1, 2), (4, 5), (5, 6)])
def test_a_reconstruction_of_another_image_is_found_by_the_rank_of_the_true_one(taken, rank):
    """Images on a line, ever further apart; the first is rebuilt as one further on."""
    values = 2.0 ** np.arange(11) - 1
    images = np.stack([values, values], axis=1).reshape(11, 1, 2, 1).astype(np.float32)
    rebuilt = images.copy()
    rebuilt[0] = images[taken]
    for top in range(1, 8):
        expected = (10 + (top >= rank)) / 11
        assert identification(rebuilt, images, top) == pytest.approx(expected)


@pytest.mark.parametrize("top", [1, 3, 5, 8, 12])
def test_where_all_candidates_are_alike_the_share_is_chance(top):
    images = np.ones((8, 3, 3, 1), np.float32)
    rebuilt = np.random.default_rng(0).random(images.shape, dtype=np.float32)
    assert identification(rebuilt, images, top) == min(top / 8, 1)


whole_pixels = st.lists(st.integers(0, 2), min_size=2, max_size=2)


@given(
    st.integers(1, 9).flatmap(
        lambda n: st.tuples(*[st.lists(whole_pixels, min_size=n, max_size=n)] * 2)
    ),
    st.integers(1, 6),
)
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_identification_is_the_brute_force_one(pair, top):
    """Few values, so that most draws have ties."""
    rebuilt, images = (pictures(*rows) for rows in pair)
    expected = by_brute_force(rebuilt, images, top)
    assert identification(rebuilt, images, top) == pytest.approx(expected)


def test_blocks_do_not_change_the_result():
    random = np.random.default_rng(3)
    images = random.integers(0, 2, (300, 4, 4, 1)).astype(np.float32)
    rebuilt = np.clip(images + random.normal(0, 0.5, images.shape), 0, 1).astype(np.float32)
    whole = [identification(rebuilt, images, top) for top in (1, 5)]
    with sklearn.config_context(working_memory=0.01):  # MiB: four rows of distances at a time
        assert [identification(rebuilt, images, top) for top in (1, 5)] == whole
    assert whole == pytest.approx([by_brute_force(rebuilt, images, top) for top in (1, 5)])
    assert 0.1 < whole[0] < whole[1] < 1
