"""The noise that a given epsilon takes."""

import math

import pytest

from intercept.accounting.calibration import calibrate_noise_multiplier
from intercept.accounting.sampled import epsilon_by_pld
from intercept.runtime.errors import UserError

CALIBRATION = {"delta": 1e-5, "sampling_probability": 0.01, "steps": 400}


@pytest.mark.parametrize("epsilon", [0.05, 1, 8])
@pytest.mark.slow
def test_the_calibrated_noise_is_the_least_for_its_epsilon(epsilon):
    noise = calibrate_noise_multiplier(epsilon, **CALIBRATION)
    assert epsilon_by_pld(noise, **CALIBRATION) <= epsilon
    assert epsilon_by_pld(0.999 * noise, **CALIBRATION) > epsilon


@pytest.mark.parametrize(
    ("changed", "received", "remedy"),
    [
        ({"epsilon": 0}, "epsilon is 0;", "a finite number above 0"),
        ({"epsilon": -1}, "epsilon is -1;", "a finite number above 0"),
        ({"epsilon": math.inf}, "epsilon is inf;", "a finite number above 0"),
        ({"epsilon": math.nan}, "epsilon is nan;", "a finite number above 0"),
        ({"delta": 0}, "delta is 0;", "above 0 and below 1"),
        ({"delta": 1}, "delta is 1;", "above 0 and below 1"),
        ({"sampling_probability": 0}, "sampling probability is 0;", "above 0 and at most 1"),
        ({"sampling_probability": 1.2}, "sampling probability is 1.2;", "make the batch no larger"),
        ({"steps": 0}, "number of steps is 0;", "train for an epoch"),
        ({"epsilon": 1e9}, "no noise multiplier from 0.1", "give a noise multiplier instead"),
        (
            {"epsilon": 1e-9, "delta": 1e-12},
            "no noise multiplier from 0.1",
            "ask for another",
        ),
    ],
)
def test_an_epsilon_that_cannot_be_had_is_refused_in_one_line(changed, received, remedy):
    with pytest.raises(UserError) as caught:
        calibrate_noise_multiplier(**({"epsilon": 1} | CALIBRATION | changed))
    message = str(caught.value)
    assert received in message
    assert remedy in message
    assert "\n" not in message
