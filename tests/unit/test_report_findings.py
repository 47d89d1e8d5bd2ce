"""Which target is spoken of, what is set beside what, and when a difference is one."""

import math

import pandas as pd
import pytest
from report_rows import control_row, differences, dp_row, noisy_row, row

from intercept.report.comparing import Measured, measured, relation
from intercept.report.findings import candidates, leaks, subject, training_with_dp
from intercept.report.verdict import wires


def of_seeds(make, *names, seeds=4, **changed):
    """The same attack by several seeds."""
    return [make(*names, seed=seed, **changed) for seed in range(1, seeds + 1)]


def with_dp(rows, apart=None):
    apart = differences() if apart is None else apart
    return training_with_dp(pd.DataFrame(rows), apart, "unseen")


@pytest.mark.parametrize("drawings", [20, None])
def test_characters_of_unequal_size_have_no_number_of_candidates(drawings):
    rows = pd.DataFrame([row(), row(unseen_drawings=drawings)])
    assert candidates(rows, "unseen") == drawings


@pytest.mark.parametrize(
    "unlike",
    [
        {"target_steps": 3440},
        {"learning_rate": 0.001},
        {"batch_size": 64},
        {"recipe": "non-private"},
    ],
)
def test_a_control_of_another_length_rate_batch_or_recipe_is_not_matched(unlike):
    attacks = of_seeds(dp_row, 0.7) + of_seeds(control_row, **unlike)
    found = with_dp(attacks, differences(("dp-noise-0.7", "clip-only", -0.3)))
    assert not found["matched"] and found["controls"] == []


def test_clipping_alone_and_neither_are_controls_and_noise_without_clipping_is_none():
    attacks = of_seeds(dp_row, 0.7) + of_seeds(control_row)
    attacks += of_seeds(control_row, "neither", l2_norm_clip=math.nan)
    attacks += of_seeds(control_row, "noise-unclipped", noise_multiplier=0.7, l2_norm_clip=math.nan)
    apart = differences(("dp-noise-0.7", "clip-only", -0.3), ("dp-noise-0.7", "neither", 0.3))
    found = with_dp(attacks, apart)
    assert (found["targets"], found["noise"], found["matched"]) == (["dp-noise-0.7"], [0.7], True)
    clipped, neither = found["controls"]
    assert (clipped["target"], clipped["clipped"]) == ("clip-only", True)
    assert clipped["stand"] == {"lower": ["dp-noise-0.7"]}
    assert (neither["target"], neither["clipped"]) == ("neither", False)
    assert neither["stand"] == {"higher": ["dp-noise-0.7"]}


def test_the_subject_is_the_first_trained_without_dp_and_no_checkpoint():
    noisy = {"noise_multiplier": 0.5, "recipe": "dp-adam"}
    attacks = [
        dp_row(0.5, target="dp-epoch-0", training="dp", target_steps=0),
        dp_row(0.5, target="dp"),
        control_row(),
        row("untrained", target_steps=0),
        row("unclipped", **noisy),
    ]
    summary = pd.DataFrame(attacks)
    assert subject(summary) == ("unclipped", True)
    assert subject(summary.iloc[:4]) == ("dp", False)
    assert subject(summary.iloc[:1]) == ("dp-epoch-0", False)
    assert with_dp(attacks)["targets"] == ["dp"]
    assert with_dp(attacks[2:]) is None


def test_the_leak_is_that_of_wires_without_a_defence_where_there_are_any():
    found = wires(pd.DataFrame([noisy_row(2), row(), row("other")]), "unseen")
    assert [wire.name for wire in leaks(found, "no-dp")] == ["mobile_output"]
    assert [wire.defence for wire in leaks(found[:1], "no-dp")] == ["noise-2"]


def test_a_difference_is_called_only_where_its_interval_leaves_out_zero():
    assert relation(Measured(-0.1, -0.2, -0.001)) == "lower"
    assert relation(Measured(-0.1, -0.2, 0.0)) == "not told apart"
    assert relation(Measured(0.1, 0.0, 0.2)) == "not told apart"
    assert relation(Measured(0.1, 0.001, 0.2)) == "higher"
    assert relation(Measured(0.9, math.nan, math.nan)) == "not compared"


def test_a_seed_without_an_interval_leaves_all_without_one():
    rows = pd.DataFrame([row(seed=1), row(seed=2, width=math.nan)])
    found = measured(rows, "unseen", "top1")
    assert found.value == pytest.approx(0.332)
    assert math.isnan(found.low) and math.isnan(found.high)
    assert not measured(rows.iloc[:0], "unseen", "top1").known


def test_several_seeds_are_averaged_with_the_interval_over_them():
    values = ((1, 0.3), (2, 0.5))
    rows = [row(seed=seed, unseen={"within_character": value}) for seed, value in values]
    column = "unseen_within_character_over_seeds"
    found = measured(
        pd.DataFrame([one | {f"{column}_low": 0.25, f"{column}_high": 0.55} for one in rows]),
        "unseen",
        "within_character",
    )
    assert (found.value, found.low, found.high) == (0.4, 0.25, 0.55)


def test_targets_with_noise_are_found_behind_another_layer_than_the_first():
    rows = [row("mine", recipe="model-file", wire="code"), row(), dp_row(0.7)]
    assert with_dp(rows)["targets"] == ["dp-noise-0.7"]
    assert with_dp(rows[:2]) is None
    at_an_epoch = dp_row(0.5, target="dp-epoch-3", training="dp-noise-0.5", wire="code")
    assert with_dp([rows[0], at_an_epoch, *rows[1:]])["targets"] == ["dp-noise-0.7"]
