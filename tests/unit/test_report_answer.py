"""The answer in short, which has to hold whatever a study has."""

import pandas as pd
import pytest
from report_pages import sentences
from report_rows import (
    control_row,
    differences,
    dp_row,
    noisy_row,
    row,
    without,
)

HEADINGS = ["How much leaks.", "What training with DP did.", "What stops it."]
NOT_SAID = "Nothing was rebuilt and judged, so that this study does not say."


def said(rows, of=None, apart=None):
    """What stands under the three headings; with the differences `apart`."""
    found, _ = sentences(rows, of, apart)
    assert list(found) == HEADINGS
    for sentence in found.values():
        assert sentence.endswith(".")
        assert "nan" not in sentence
    return list(found.values())


def within(value, top1=0.332):
    return {"within_character": value, "top1": top1}


def test_the_leak_is_beside_chance_and_of_the_strongest_attackers():
    attacks = [
        row(attacker="decoder", unseen=within(0.61)),
        row(attacker="refine", held_out=within(0.9), unseen=within(0.7)),
        dp_row(0.7, unseen=within(0.99), numbers=8),
    ]
    leak, *_ = said(attacks[::-1])
    assert leak == (
        "From the 32 numbers that cross the wire for each image (no-dp, trained without "
        "differential privacy, cut at mobile_output), the strongest attackers that rebuild it pick "
        "out the very drawing among those of its character in 70.0% of cases (69.0 to 71.0%), "
        "where chance is 5.00%, and among all 2,120 unseen images in 33.2% (32.2 to 34.2%), where "
        "chance is 0.05%."
    )


def test_every_cut_layer_is_named():
    attacks = [row(wire=cut, cut_layer=cut) for cut in ("near", "far")]
    attacks += [
        row(wire="deep", cut_layer="deep", unseen=within(0.9)),
        dp_row(0.7, wire="near", cut_layer="near"),
    ]
    leak, private, _ = said(attacks)
    assert leak.count("cut at near") == 1
    assert "; cut at far, within the character in 61.0% (60.0 to 62.0%); cut at deep" in leak
    assert leak.endswith("; cut at deep, within the character in 90.0% (89.0 to 91.0%).")
    assert "of cases (cut at near); with no-dp, " in private


def test_one_target_alone_leaves_two_questions_open():
    _, private, protection = said([row()])
    assert private == (
        "No target of this study was trained with differential privacy, so that it does not say."
    )
    assert protection == "No defence was tried in this study, so that it does not say."


def of_seeds(make, *names, seeds=4, **changed):
    return [make(*names, seed=seed, **changed) for seed in range(1, seeds + 1)]


def private_attacks(seeds):
    noisy = [
        one
        for noise, share in ((0.7, 0.2), (0.3, 0.3))
        for one in of_seeds(
            dp_row, noise, seeds=seeds, unseen=within(share), validation_accuracy=0.4
        )
    ]
    return of_seeds(row, seeds=seeds) + noisy


def test_private_training_is_never_compared_with_one_seed():
    """However far the intervals are apart."""
    _, private, _ = said(private_attacks(1))
    assert private == (
        "With noise multiplier 0.3 to 0.7 in training, validation accuracy is 40.0% and the "
        "drawing is picked out within its character in 20.0% to 30.0% of cases; with no-dp, which "
        "differs in more than the noise, these are 72.1% and 61.0% (one seed: not compared); no ε "
        "of the training bounds what crosses the wire."
    )


@pytest.mark.parametrize(
    ("gaps", "stands"),
    [
        ((-0.4, -0.3), "lower in each case"),
        ((0.4, 0.3), "higher in each case"),
        ((0.001, 0.3), "not told apart (dp-noise-0.7) and higher (dp-noise-0.3)"),
    ],
)
def test_private_training_is_set_beside_a_target_by_their_paired_difference(gaps, stands):
    apart = differences(("dp-noise-0.7", "no-dp", gaps[0]), ("dp-noise-0.3", "no-dp", gaps[1]))
    _, private, _ = said(private_attacks(4), apart=apart)
    assert f"72.1% and 61.0% (over 4 seeds, identification with noise is {stands}); no ε" in private


def test_private_training_is_set_beside_the_control_that_is_matched_if_there_is_one():
    apart = differences(("dp-noise-0.7", "clip-only", -0.4), ("dp-noise-0.3", "clip-only", -0.3))
    attacks = private_attacks(4) + of_seeds(control_row, unseen=within(0.5))
    _, private, _ = said(attacks, apart=apart)
    assert (
        "; with clip-only, like dp-noise-0.7 and dp-noise-0.3 but for the noise, these are 72.1% "
        "and 50.0% (over 4 seeds, identification with noise is lower in each case); no ε"
    ) in private
    assert "no-dp" not in private
    longer = private_attacks(4) + of_seeds(control_row, target_steps=9999)
    assert "clip-only" not in said(longer, apart=apart)[1]


def test_private_training_alone_is_set_beside_nothing():
    leak, private, _ = said([dp_row(0.7, unseen=within(0.2))])
    assert "(dp-noise-0.7, cut at mobile_output)" in leak
    assert "in 20.0% of cases; this study has no target without differential privacy" in private


def test_where_every_wire_is_defended_the_leak_says_behind_what():
    leak, *_ = said([noisy_row(2)])
    assert "cut at mobile_output, behind noise-2), the strongest" in leak


def test_who_rebuilds_nothing_is_judged_by_searching():
    attacks = [row(attacker="retrieval"), dp_row(0.7, attacker="retrieval")]
    leak, private, protection = said(attacks)
    assert leak == (
        "No attacker of this study rebuilds images; retrieval finds the true one of 2,120 "
        "candidates in 33.2% of cases (32.2 to 34.2%) (no-dp)."
    )
    assert private == NOT_SAID
    assert protection.startswith("No defence was tried")


def test_without_judged_images_nothing_is_said():
    nobody = without(without(pd.DataFrame([row()]), "seen"), "unseen")
    assert said(nobody) == [NOT_SAID] * 3
