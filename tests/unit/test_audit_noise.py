"""The noise of a training against exact chances, and with the faults that it is to show."""

import numpy as np
import pytest
from scipy.stats import kstest

from intercept.audit.noise import noise_record


def drawn(seed, steps=40, numbers=20):
    return np.random.default_rng(seed).normal(scale=2.5, size=(steps, numbers))


def test_noise_as_stated_has_chances_as_they_should_be():
    found = [noise_record(drawn(seed), 2.5) for seed in range(400)]
    assert kstest([one["less_by_chance"] for one in found], "uniform").pvalue > 0.01
    # By the union over pairs: at most so often, and not much less often where it is rare.
    alike = np.array([one["alike_by_chance"] for one in found])
    assert 0.02 < np.mean(alike < 0.1) < 0.15


@pytest.mark.parametrize("sign", [1, -1])
def test_noise_of_another_step_is_seen_wherever_it_is(sign):
    noise = drawn(1, steps=5000)
    assert noise_record(noise, 2.5)["alike_by_chance"] > 0.001
    noise[4321] = sign * noise[17]
    found = noise_record(noise, 2.5)
    assert found["likeness"] == pytest.approx(1)
    assert found["alike_by_chance"] < 1e-9


def test_a_little_less_noise_is_seen_in_much_of_it():
    found = noise_record(0.97 * drawn(2, steps=1000), 2.5)
    assert found["deviation"] == pytest.approx(0.97, abs=0.01)
    assert found["less_by_chance"] < 1e-4
    assert noise_record(1.03 * drawn(2, steps=1000), 2.5)["less_by_chance"] > 0.5


def test_no_noise_is_no_likeness():
    found = noise_record(np.zeros((3, 4)), 1.0)
    assert (found["deviation"], found["likeness"]) == (0, 0)
    assert found["less_by_chance"] == 0


def test_one_step_and_one_number_are_alike_to_nothing():
    assert noise_record(drawn(1, steps=1), 2.5)["alike_by_chance"] == 1
    assert noise_record(drawn(1, numbers=1), 2.5)["alike_by_chance"] == 1
