"""The answer in short, which has to hold whatever a study has."""

import numpy as np
import pandas as pd
import pytest
from report_pages import answer
from report_rows import (
    accuracy,
    any_attacks,
    baselines,
    control_row,
    differences,
    dp_row,
    limits,
    noisy_row,
    row,
    without,
)

HEADINGS = ["What leaks.", "What stops it.", "What training with DP did."]
NOT_SAID = "Nothing was rebuilt and judged, so that this study does not say."
NEVER_OF_ONE_SEED = ("lower", "higher", "within the range", "no different", "above", "as often")


@pytest.fixture
def said(png):
    def of(rows, **changed):
        found = answer(rows, png, **changed)
        assert list(found) == HEADINGS
        return list(found.values())

    return of


def within(value, top1=0.332):
    return {"within_character": value, "top1": top1}


def of_seeds(make, *names, seeds=4, **changed):
    return [make(*names, seed=seed, **changed) for seed in range(1, seeds + 1)]


def test_the_leak_is_of_every_kind_of_attack_and_beside_chance(said):
    attacks = [
        row(attacker="decoder", unseen=within(0.61)),
        row(attacker="refine", held_out=within(0.9), unseen=within(0.7)),
        row(attacker="retrieval", unseen=within(0.99)),
        dp_row(0.7, unseen=within(0.99), numbers=8),
    ]
    leak, *_ = said(attacks[::-1])
    assert leak == (
        "Without a defence at the wire (no-dp, cut at mobile_output, 32 numbers for each image) "
        "the right one of 20 images of its character is picked out from the pictures that refine "
        "rebuilds in 70.0% (69.0 to 71.0%), by comparing what is sent (retrieval) in 99.0% (98.0 "
        "to 100.0%), where guessing gets 5.00%."
    )


def test_every_cut_layer_is_named(said):
    attacks = [row(wire=cut, cut_layer=cut) for cut in ("near", "far")]
    attacks += [dp_row(0.7, wire="near", cut_layer="near")]
    leak, _, private = said(attacks)
    assert "cut at near, 32 numbers" in leak and leak.count("cut at near") == 1
    assert "rebuilds in 61.0% (60.0 to 62.0%) (cut at far: 61.0%), where guessing" in leak
    assert "of cases (cut at near); with no-dp, " in private


def test_one_target_alone_leaves_two_questions_open(said):
    _, protection, private = said([row()])
    assert protection == "No defence was tried in this study, so that it does not say."
    assert private == (
        "No target of this study was trained with differential privacy, so that it does not say."
    )


def test_without_baselines_there_is_no_word_of_chance(said):
    of = baselines(pd.DataFrame([row()])).iloc[:0]
    leak, *_ = said([row()], baselines=of)
    assert "the right one of 20 images of its character" in leak and "guessing" not in leak


def test_where_every_wire_is_defended_the_leak_says_behind_what(said):
    leak, *_ = said([noisy_row(2)])
    assert leak.startswith("Behind noise-2 (no-dp, cut at mobile_output")


def test_who_rebuilds_nothing_is_judged_by_searching(said):
    attacks = [row(attacker="retrieval"), dp_row(0.7, attacker="retrieval")]
    leak, protection, private = said(attacks)
    assert "is picked out by comparing what is sent (retrieval) in 61.0%" in leak
    assert protection.startswith("No defence was tried")
    assert private == NOT_SAID


def test_without_judged_images_nothing_is_said(said):
    nobody = without(without(pd.DataFrame([row()]), "seen"), "unseen")
    leak, _, private = said(nobody)
    assert (leak, private) == (NOT_SAID, NOT_SAID)


def behind_noise(attacker, within, ratio=4, **changed):
    limit = limits(within=(0.572, 0.985), top1=(0.268, 0.639), width=0.005)
    return noisy_row(ratio, attacker=attacker, within=within, **limit | changed)


def few_messages(**changed):
    limit = limits(within=(0.6, 1.0), top1=(0.06, 32 / 500))
    values = {"wire": "q", "defence": "quantisation-1", "bits": 5.0, "unseen_images": 500}
    return row(**values | limit | changed)


def test_a_wire_that_linkage_reads_is_not_said_to_hold(said):
    attacks = {"decoder": 0.05, "retrieval": 0.552, "linkage": 0.883}
    found = [row(), *(behind_noise(*attack) for attack in attacks.items())]
    assert said(found)[1] == (
        "Behind noise-4 (32 numbers with Gaussian noise), the strongest attack that was run picks "
        "out the right one of 20 images of its character in 88.3% of cases, and 57.2% is possible; "
        "server accuracy is 40.0%. It promises that nobody exceeds 98.5% among any 20 equally "
        "likely candidates, and 63.9% among any 2,120, with one reading of each input and noise "
        "that is fresh and secret."
    )


def test_few_messages_are_a_promise_too(said):
    answer = said([row(unseen_images=500), few_messages()])[1]
    assert answer.endswith(
        "Within a character nothing is promised; among any 500 equally likely candidates nobody "
        "exceeds 6.40%, since the wire carries one of 32 messages."
    )
    more = few_messages(wire="r", bits=6.0, **limits(within=(0.6, 1.0), top1=(0.06, 64 / 500)))
    assert said([row(unseen_images=500), few_messages(), more])[1].endswith(
        "nobody exceeds 6.40% to 12.8% behind 2 of them, since the wire carries one of 32 messages "
        "or since the wire carries one of 64 messages."
    )
    unlimited = said([row(), few_messages(bits=4096.0, **limits())])[1]
    assert unlimited.endswith("No upper bound below 100% is known for other candidates.")


def test_a_defence_of_another_network_or_layer_says_whose(said):
    code = {"target": "mine", "cut_layer": "code"}
    answer = said([row(unseen_images=500), few_messages() | code])[1]
    assert " of mine, cut at code (" in answer
    assert "cut at" not in said([row(unseen_images=500), few_messages()])[1]


def test_of_many_wires_the_ranges_are_given_and_none_is_set_above_another(said):
    ratios = {8: (0.86, 0.9997), 4: (0.552, 0.985), 2: (0.2, 0.62)}
    wires = [
        noisy_row(ratio, attacker="retrieval", within=share, promise=promise, readings=ratio)
        for ratio, (share, promise) in ratios.items()
    ]
    found = [row(), few_messages(unseen={"within_character": 0.61}), *wires]
    answer = said(found)[1]
    assert "in 20.0% to 86.0% of cases, and 57.0% to 60.0% is possible" in answer
    assert "3 of them promise that nobody exceeds 62.0% to >99.9% among" in answer
    assert "with 8 readings of each input and noise that is fresh and secret or with 4" in answer


def test_a_target_that_was_trained_to_leak_less_is_a_defence(said):
    shy = row("shy", recipe="nopeek", unseen={"within_character": 0.05})
    assert said([row(), shy])[1].startswith("From shy (32 numbers), the strongest attack that")


def private_attacks(seeds):
    noisy = [
        one
        for noise, share in ((0.7, 0.2), (0.3, 0.3))
        for one in of_seeds(
            dp_row, noise, seeds=seeds, unseen=within(share), validation_accuracy=0.4
        )
    ]
    return of_seeds(row, seeds=seeds) + noisy


def test_private_training_is_never_compared_with_one_seed(said):
    """However far the intervals are apart."""
    apart = differences(("dp-noise-0.7", "no-dp", -0.4), width=np.nan, seeds=1)
    private = said(private_attacks(1), differences=apart)[2]
    assert private.startswith(
        "With noise multiplier 0.3 to 0.7 in training, validation accuracy as trained is "
        "40.0% and the right image is picked out of rebuilt ones in 20.0% to 30.0% of cases; with "
        "no-dp, which differs in more than the noise, these are 72.1% and 61.0% (one seed: not "
        "compared); no ε"
    )
    assert not [word for word in NEVER_OF_ONE_SEED if word in private]


@pytest.mark.parametrize(
    ("gaps", "stands"),
    [
        ((-0.4, -0.3), "lower in each case"),
        ((0.4, 0.3), "higher in each case"),
        ((0.001, 0.3), "not told apart (dp-noise-0.7) and higher (dp-noise-0.3)"),
    ],
)
def test_private_training_is_set_beside_a_target_by_their_paired_difference(said, gaps, stands):
    first, second = gaps  # one of them is listed the other way round
    apart = differences(("dp-noise-0.7", "no-dp", first), ("no-dp", "dp-noise-0.3", -second))
    private = said(private_attacks(4), differences=apart)[2]
    assert (
        f"72.1% and 61.0% (over 4 seeds, the share picked out with noise is {stands}); no ε"
        in private
    )


def test_private_training_is_set_beside_the_control_that_is_matched_if_there_is_one(said):
    apart = differences(("dp-noise-0.7", "clip-only", -0.4), ("dp-noise-0.3", "clip-only", -0.3))
    attacks = private_attacks(4) + of_seeds(control_row, unseen=within(0.5))
    private = said(attacks, differences=apart)[2]
    assert (
        "; with clip-only, like dp-noise-0.7 and dp-noise-0.3 but for the noise, these are 72.1% "
        "and 50.0% (over 4 seeds, the share picked out with noise is lower in each case); no ε"
    ) in private
    assert "no-dp" not in private


def test_private_training_alone_is_set_beside_nothing(said):
    leak, _, private = said([dp_row(0.7, unseen=within(0.2))])
    assert "(dp-noise-0.7, cut at mobile_output" in leak
    assert "in 20.0% of cases; this study has no target without differential privacy" in private


@pytest.mark.parametrize("round_", range(10))
@pytest.mark.slow
def test_sentences_hold_together_for_any_numbers(said, round_):
    targets = (row, lambda **of: dp_row(0.7, **of), lambda **of: noisy_row(2, **of))
    random = np.random.default_rng([20200515, round_])
    attacks = any_attacks(random, 1 + round_ % 4, targets)
    attacks += [few_messages(**accuracy("fine_tuned_accuracy", 0.5))] * (round_ % 2)
    for sentence in said(attacks):
        assert sentence.endswith(".")
        for wrong in ("nan", "None", "()", " ,", " ;", " .", ".."):
            assert wrong not in sentence, sentence
