"""Membership by loss: known answers, independent counts, and intervals that hold the truth."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from intercept.audit.membership import FEWEST, membership, membership_record, too_few_images


def test_losses_of_an_image_for_itself_tell_all():
    found = membership(np.linspace(0, 1, 50), np.linspace(2, 3, 30), 1)
    assert found.auc.value == found.auc.high == 1 > found.auc.low > 0
    assert found.advantage.value > 0.9  # the threshold is the other half's


@pytest.mark.parametrize(("training", "others"), [(50, 1), (50, 9), (9, 50), (1, 1)])
@pytest.mark.filterwarnings("error")
def test_too_few_images_are_refused_and_not_measured_as_no_number(training, others):
    said = f"of {training} training and {others} validation images membership is not measured"
    assert too_few_images(training, others).startswith(said)
    with pytest.raises(ValueError, match=said):
        membership(np.linspace(0, 1, training), np.linspace(0, 1, others), 1)


@pytest.mark.filterwarnings("error")
def test_the_fewest_images_have_a_measure_with_an_interval():
    assert too_few_images(FEWEST, FEWEST) is None
    random = np.random.default_rng(3)
    found = membership(random.random(FEWEST), random.random(FEWEST), 1)
    ends = [(one.low, one.value, one.high) for one in (found.auc, found.advantage)]
    assert np.isfinite(ends).all()


def test_equal_losses_tell_nothing():
    found = membership(np.ones(20), np.ones(10), 1)
    assert found.auc.value == 0.5
    assert found.advantage.value == 0


def test_the_auc_is_the_one_of_every_pair():
    random = np.random.default_rng(1)
    training, others = random.integers(0, 9, 70) / 9, random.integers(2, 12, 40) / 9
    truth = np.repeat([1, 0], [70, 40])
    known = roc_auc_score(truth, -np.concatenate([training, others]))
    assert membership(training, others, 1).auc.value == pytest.approx(known, abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.8])
def test_intervals_hold_the_truth(shift):
    random = np.random.default_rng(2)
    auc = norm.cdf(shift / np.sqrt(2))
    advantage = 2 * norm.cdf(shift / 2) - 1  # at the best threshold, which halves find nearly
    held = []
    for seed in range(300):
        found = membership(random.normal(size=300), random.normal(shift, size=200), seed)
        held.append(
            (
                found.auc.low <= auc <= found.auc.high,
                found.advantage.low <= advantage <= found.advantage.high,
            )
        )
    assert (np.mean(held, axis=0) > 0.9).all()


@pytest.mark.parametrize(("training", "others"), [(FEWEST, FEWEST), (20, 20), (100, 20)])
@pytest.mark.parametrize("shift", [0, 2, 3])
def test_intervals_of_few_images_have_a_width_and_hold_what_is_measured(training, others, shift):
    random = np.random.default_rng(4)
    found = [
        membership(random.normal(size=training), random.normal(shift, size=others), seed)
        for seed in range(400)
    ]
    auc = norm.cdf(shift / np.sqrt(2))
    advantage = np.mean([one.advantage.value for one in found])
    for true, name in ((auc, "auc"), (advantage, "advantage")):
        estimates = [getattr(one, name) for one in found]
        assert all(one.low <= one.value <= one.high and one.low < one.high for one in estimates)
        assert np.mean([one.low <= true <= one.high for one in estimates]) > 0.9


@pytest.mark.parametrize("validation", [1, 9, 10])
@pytest.mark.filterwarnings("error:.*freedom")
def test_the_record_is_empty_and_says_why_where_images_are_too_few(make_images, validation):
    image = tf.keras.Input((2, 2, 1))
    outputs = tf.keras.layers.Dense(3, "softmax")(tf.keras.layers.Flatten()(image))
    training, others = (make_images(n, shape=(2, 2, 1)) for n in (12, validation))
    record = membership_record(tf.keras.Model(image, outputs), training, others, 1)
    values = [value for name in ("auc", "advantage") for value in record[name].values()]
    if validation < FEWEST:
        assert values == [None] * 6
        assert record["because"] == too_few_images(12, validation)
    else:
        assert np.isfinite(values).all()
        assert "because" not in record
