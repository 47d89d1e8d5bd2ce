"""How numbers are written, and what the post printed."""

import itertools
import math

import numpy as np
import pytest

from intercept.report import formatting, post
from intercept.report.style import percent_at_most, shown_epsilon
from intercept.report.summary import MEASURES


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (formatting.decimals(0.04125), "0.0413"),
        (formatting.decimals(np.inf), "∞"),
        (formatting.one_decimal(12.46), "12.5"),
        (formatting.three_decimals(0.5), "0.500"),
        (formatting.shortest(0.70), "0.7"),
        (formatting.three_digits(32 / 11_000), "0.00291"),
        (formatting.signed(-0.123), "−0.12"),
        (formatting.signed(0.3), "+0.30"),
        (formatting.count(2120.0), "2,120"),
        (formatting.power_of_ten(1e-5), "10⁻⁵"),
        (formatting.power_of_ten(2.5e-6), "2.5 · 10⁻⁶"),
        (formatting.listed([]), ""),
        (formatting.listed(["a"]), "a"),
        (formatting.listed(["a", "b", "c"]), "a, b and c"),
        (formatting.span([3.0, math.nan, 1.0], formatting.count), "1 to 3"),
        (formatting.span([1.01, 1.04], formatting.one_decimal), "1.0"),
        (formatting.span([math.nan], formatting.count), "–"),
        (formatting.interval(-0.1, 0.2, formatting.signed), "−0.10 to +0.20"),
        (formatting.interval(0.288, 0.312, formatting.percent), "28.8 to 31.2%"),
        (formatting.interval(math.nan, math.nan, formatting.signed), ""),
    ],
)
def test_numbers_are_written(written, text):
    assert written == text


def test_every_measure_has_a_form_and_a_dash():
    assert set(formatting.FORMS) == set(MEASURES)
    assert {form(math.nan) for form in formatting.FORMS.values()} == {"–"}
    others = (formatting.shortest, formatting.three_digits, formatting.count)
    assert {form(math.nan) for form in (*others, formatting.power_of_ten)} == {"–"}


@pytest.mark.parametrize(
    ("epsilon", "shown"),
    [
        (0.0, "0"),
        (0.07996, "0.0800"),
        (0.0012345, "0.00124"),
        (0.998, "1.00"),
        (3.3437, "3.35"),
        (3.34, "3.34"),
        (9.996, "10.0"),
        (84.66, "84.7"),
        (99.97, "100"),
        (202.09, "203"),
        (236079.8, "236,080"),
        (np.nan, "–"),
        (np.inf, "∞"),
    ],
)
def test_epsilons_have_three_digits_and_are_rounded_up(epsilon, shown):
    assert shown_epsilon(epsilon) == shown


@pytest.mark.parametrize(
    ("bound", "shown"),
    [
        (20 / 2120, "0.95%"),
        (0.05, "5.00%"),
        (0.049999, "5.00%"),
        (0.26126, "26.2%"),
        (0.0999999, "10.0%"),
        (0.261, "26.1%"),
        (1.0, "100.0%"),
        (np.nan, "–"),
    ],
)
def test_a_bound_from_above_is_rounded_up(bound, shown):
    assert percent_at_most(bound) == shown


def test_published_numbers():
    no_dp = post.of_the_post(post.RECIPE, np.nan)
    assert no_dp is post.of_the_post(post.RECIPE, None)
    assert round(no_dp.train_accuracy, 2) == 0.84
    assert round(no_dp.validation_accuracy, 2) == 0.73
    mse = {epoch: round(value, 4) for epoch, value in no_dp.attacker_mse.items()}
    assert mse == {1: 0.5309, 2: 0.2014, 99: 0.0413, 100: 0.0413}
    printed = ((0.7, 4.0, 0.37), (0.5, 12.5, 0.45), (0.3, 84.7, 0.56))
    for recipe, (noise, epsilon, accuracy) in itertools.product(("post", "dp-adam"), printed):
        dp = post.of_the_post(recipe, noise)
        assert (dp.epsilon, dp.train_accuracy) == (epsilon, accuracy)
    assert post.of_the_post("dp-adam", 0.6) is None
    assert post.of_the_post("post", 0.0) is None
    assert post.of_the_post("other", None) is None


def test_messages_that_are_no_power_of_two_are_counted_exactly():
    for messages in range(2, 1025):
        assert formatting.power_of_two(math.log2(messages)) == f"{messages:,}"
    assert [formatting.in_bits(bits) for bits in (math.log2(20), 32.0, 1024.0, math.nan)] == [
        *("4.3", "32", "1,024"),
        "–",
    ]
