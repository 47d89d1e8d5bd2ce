"""Membership by loss: known answers, independent counts, and intervals that hold the truth."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from intercept.audit.membership import membership


def test_losses_of_an_image_for_itself_tell_all():
    found = membership(np.linspace(0, 1, 50), np.linspace(2, 3, 30), 1)
    assert found.auc.value == found.auc.high == 1 > found.auc.low > 0
    assert found.advantage.value > 0.9  # the threshold is the other half's


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
