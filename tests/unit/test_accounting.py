"""The accounts of epsilon beside published numbers, and beside each other."""

import itertools
import math

import pytest

from intercept.accounting.replace_one import epsilon_by_pld_replace_one
from intercept.accounting.sampled import epsilon_by_pld, epsilon_by_rdp
from intercept.accounting.unamplified import epsilon_without_amplification

SAMPLED = (epsilon_by_pld, epsilon_by_pld_replace_one, epsilon_by_rdp)

# The study's: 32 of 11,000 images in each of 8,240 steps, delta 1e-5.
STUDY = {"sampling_probability": 32 / 11_000, "steps": 8240, "delta": 1e-5}

# Noise multiplier: epsilon by SAMPLED in order, and for 24 passes without amplification.
REFERENCE = {
    0.7: (3.34, 4.55, 3.94, 53.6),
    0.5: (11.3, 13.4, 13.0, 89.0),
    0.3: (84.7, 94.4, 95.6, 202.1),
}


@pytest.mark.parametrize("noise_multiplier", REFERENCE)
def test_the_accounts_of_the_study_are_the_reference(noise_multiplier):
    *sampled, unamplified = REFERENCE[noise_multiplier]
    for account, reference in zip(SAMPLED, sampled, strict=True):
        assert account(noise_multiplier, **STUDY) == pytest.approx(reference, rel=0.005)
    found = epsilon_without_amplification(noise_multiplier, 24, STUDY["delta"])
    assert found == pytest.approx(unamplified, rel=0.005)


@pytest.mark.parametrize("account", SAMPLED)
def test_without_steps_epsilon_is_zero_and_else_without_noise_infinite(account):
    assert account(0.7, 0.01, 0, 1e-5) == 0
    assert account(0, 0.01, 0, 1e-5) == 0
    assert account(0, 0.01, 1, 1e-5) == math.inf
    assert epsilon_without_amplification(0.7, 0, 1e-5) == 0
    assert epsilon_without_amplification(0, 0, 1e-5) == 0
    assert epsilon_without_amplification(0, 1, 1e-5) == math.inf


@pytest.mark.parametrize("account", SAMPLED)
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"noise_multiplier": -0.1}, "noise multiplier is -0.1"),
        ({"noise_multiplier": math.nan}, "noise multiplier is nan"),
        ({"sampling_probability": 0}, "sampling probability is 0"),
        ({"sampling_probability": 1.1}, "sampling probability is 1.1"),
        ({"steps": -1}, "number of steps is -1"),
        ({"steps": 1.5}, "number of steps is 1.5"),
        ({"delta": 0}, "delta is 0"),
        ({"delta": 1}, "delta is 1"),
    ],
)
def test_what_is_out_of_range_is_refused(account, changed, message):
    with pytest.raises(ValueError, match=message):
        account(
            **(
                {"noise_multiplier": 1, "sampling_probability": 1, "steps": 1, "delta": 0.1}
                | changed
            )
        )


@pytest.mark.parametrize(
    "setting",
    [
        (0.7, 0.003, 2000, 1e-5),
        (10, 0.003, 5000, 1e-5),
        (50, 0.003, 5000, 1e-5),
        (1, 0.2, 3, 1e-8),
        (0.15, 0.01, 10, 1e-5),
    ],
)
@pytest.mark.slow
def test_the_accounts_are_in_order(setting):
    sigma, q, steps, delta = setting
    add_or_remove = epsilon_by_pld(*setting)
    assert 0 < add_or_remove < epsilon_by_rdp(*setting)
    assert add_or_remove < epsilon_by_pld_replace_one(*setting)
    # Replacing is removing and then adding: group privacy bounds it.
    group_delta = (1 + math.exp(add_or_remove)) * delta
    if group_delta < 1:
        assert epsilon_by_pld_replace_one(sigma, q, steps, group_delta) < 2 * add_or_remove


@pytest.mark.parametrize("account", SAMPLED)
@pytest.mark.slow
def test_epsilon_falls_with_noise_and_grows_with_steps_sampling_and_a_smaller_delta(account):
    setting = {"sampling_probability": 0.01, "steps": 100, "delta": 1e-5}
    levels = [0.1, 0.3, 0.7, 2, 8]
    epsilons = [account(level, **setting) for level in levels]
    assert all(math.isfinite(epsilon) for epsilon in epsilons)
    assert all(more > less for more, less in itertools.pairwise(epsilons))
    for changed in ({"sampling_probability": 0.011}, {"steps": 110}, {"delta": 1e-6}):
        assert account(0.7, **(setting | changed)) > epsilons[2]
