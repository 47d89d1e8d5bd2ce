"""The sentences of the page, which have to hold for any numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from report_rows import any_attacks, baselines, dp_row, row, without

from intercept.report.comparing import Measured, against, compare, enclosing, measured, standing
from intercept.report.findings import findings
from intercept.report.one_release import OneRelease


def said(rows, of=None):
    """The paragraphs by heading."""
    summary = pd.DataFrame(rows)
    return dict(findings(summary, baselines(summary) if of is None else of))


def both(value):
    """The same identification and skill."""
    return {"within_character": value, "skill": value}


def test_the_leak_is_that_of_the_strongest_attackers_beside_chance():
    attacks = [
        row(attacker="decoder", held_out={"skill": 0.4}, unseen={"skill": 0.38}),
        row(
            attacker="refine", held_out={"within_character": 0.9}, unseen={"within_character": 0.7}
        ),
    ]
    leak = said(attacks)["The leak"]
    assert leak.startswith("Without differential privacy (no-dp, validation accuracy 72.1%), ")
    assert (
        "drawing of its character in 70.0% of cases (69.0 to 71.0%; refine), above chance (5.00%)"
        in leak
    )
    assert "among all 2,120 images in 33.2% (32.2 to 34.2%; decoder), above chance (0.05%)" in leak
    assert "Skill is +0.38 (+0.37 to +0.39; decoder), where the mean image has 0." in leak


@pytest.mark.parametrize(
    ("value", "width", "said_of_it"),
    [
        (0.2, 0.01, ", above chance (5.00%)"),
        (0.055, 0.01, ", no different from chance (5.00%) within the interval"),
        (0.02, 0.01, ", below chance (5.00%)"),
        (0.2, math.nan, ", where chance is 5.00%"),
    ],
)
def test_chance_is_beaten_only_beyond_the_interval(value, width, said_of_it):
    leak = said([row(unseen={"within_character": value}, width=width)])["The leak"]
    assert said_of_it in leak
    assert ("95% intervals and the attacker" in leak) is not math.isnan(width)


def test_without_baselines_there_is_no_word_of_chance_or_ceilings():
    found = said([row()], of=baselines(pd.DataFrame([row()])).iloc[:0])
    assert "chance" not in found["The leak"]
    assert "Ceilings" not in found


@pytest.mark.parametrize(
    ("theirs", "ends"),
    [
        (0.1, ": the strongest attackers identify 6.1 times as often within the character and "),
        (0.025, ": the strongest attackers identify 24 times as often within the character and "),
        (0.6, "identify 1.0 times as often within the character (within their intervals) and "),
        (0.8, "identify 0.8 times as often within the character and "),
    ],
)
def test_the_posts_decoder_is_set_beside_the_strongest(theirs, ends):
    post = row(attacker="post", unseen={"within_character": theirs, "top1": 0.0332})
    found = said([post, row(attacker="decoder")])["The post's own decoder"]
    assert ends in found
    assert found.endswith("and 10 times as often among all images.")


def test_there_is_no_ratio_to_nothing():
    nothing = row(attacker="post", unseen={"within_character": 0.0, "top1": 0.0})
    found = said([nothing, row(attacker="decoder")])["The post's own decoder"]
    assert "0.00%" in found
    assert "times as often" not in found


def test_the_post_is_not_set_beside_itself():
    assert "The post's own decoder" not in said(
        [row(attacker="post"), dp_row(0.7, attacker="post")]
    )


@pytest.mark.parametrize(
    ("private", "ends"),
    [
        ((0.2, 0.25), "and skill are lower in each case."),
        ((0.8, 0.85), "and skill are higher in each case."),
        ((0.51, 0.49), "and skill are no different within their intervals in each case."),
        (
            (0.2, 0.5),
            "are lower (dp-noise-0.3) and no different within their intervals (dp-noise-0.7).",
        ),
        ((0.2, 0.9), "and skill are lower (dp-noise-0.3) and higher (dp-noise-0.7)."),
        (
            (math.nan, 0.9),
            "not comparable for want of an interval (dp-noise-0.3) and higher (dp-noise-0.7).",
        ),
    ],
)
def test_noise_is_called_a_help_only_beyond_the_intervals(private, ends):
    attacks = [row(unseen=both(0.5))]
    attacks += [
        dp_row(noise, unseen=both(value)) for noise, value in zip((0.3, 0.7), private, strict=True)
    ]
    found = said(attacks)["With DP training"]
    assert found.startswith("At noise multiplier 0.3 to 0.7, validation accuracy is 72.1%")
    assert "Beside no-dp, identification within the character" in found
    assert found.endswith(ends)


def test_identification_and_skill_are_judged_apart():
    attacks = [row(unseen=both(0.5))]
    attacks += [dp_row(0.7, unseen={"within_character": 0.2, "skill": 0.9})]
    ends = "Beside no-dp, identification within the character is lower; skill is higher."
    assert said(attacks)["With DP training"].endswith(ends)


def test_without_a_target_without_dp_nothing_is_set_beside_it():
    found = said([dp_row(0.7), dp_row(0.3)])
    assert found["The leak"].startswith("At the first target (dp-noise-0.7, ")
    assert "Beside" not in found["With DP training"]
    assert "Controls" not in found


@pytest.mark.parametrize(
    ("private", "ends", "no_protection"),
    [
        ([0.22, 0.3], "within the range of the controls and their intervals in each case", True),
        ([0.205, 0.615], "within the range of the controls and their intervals in each case", True),
        ([0.02, 0.03], "lower than at every control in each case", False),
        ([0.8, 0.9], "higher than at every control in each case", False),
        (
            [0.02, 0.3],
            "and within the range of the controls and their intervals (dp-noise-0.7)",
            False,
        ),
    ],
)
def test_private_targets_are_set_beside_the_controls(private, ends, no_protection):
    controls = [
        row("clip-only", recipe="sound", noise_multiplier=0.0, unseen=both(0.2)),
        row("untrained", target_steps=0, validation_accuracy=math.nan, unseen=both(0.6)),
    ]
    noisy = [
        dp_row(noise, unseen=both(value)) for noise, value in zip((0.3, 0.7), private, strict=True)
    ]
    found = said([row(), *noisy, *controls])["Controls"]
    assert found.startswith("They have no noise (clip-only, untrained) and show")
    assert "accuracy 72.1%, identification within the character 20.0% to 60.0% and skill" in found
    assert ends in found
    assert ("no protection of the wire by the noise itself" in found) is no_protection
    assert "Controls" not in said([row(), *noisy])
    assert "Controls" not in said([row(), *controls])


def test_an_untrained_network_is_not_taken_for_the_one_without_dp():
    attacks = [row("untrained", target_steps=0), row("plain"), dp_row(0.7)]
    found = said(attacks)
    assert "Without differential privacy (plain," in found["The leak"]
    assert "(untrained)" in found["Controls"]


def test_retrieval_is_searching_and_no_leak_of_reconstructions():
    attacks = [
        row(attacker="decoder"),
        row(attacker="retrieval", unseen={"top1": 0.99}),
        dp_row(0.7, attacker="retrieval", unseen={"top1": 0.4}),
    ]
    found = said(attacks)["Candidates known"]
    assert "for no-dp, retrieval finds the true one of 2,120 in 99.0% of cases" in found
    assert found.endswith(", above chance (0.05%); over all targets, in 40.0% to 99.0%.")
    assert set(said(attacks[1:])) == {"Candidates known", "Seeds"}


@pytest.mark.parametrize(
    ("seen", "stands"),
    [
        (0.9, "higher than on the unseen ones"),
        (0.1, "lower than on the unseen ones"),
        (0.5, "no different from the unseen ones within their intervals"),
    ],
)
def test_seen_images_are_set_beside_the_unseen_ones(seen, stands):
    attacks = [row(unseen=both(0.5), seen=both(seen))]
    attacks += [row(attacker="post", unseen=both(0.07), seen=both(0.95))]
    found = said(attacks)["Seen images"]
    assert found.count(stands) == 2
    assert "The post's decoder identifies 95.0% (94.0 to 96.0%) of them" in found
    assert "and 7.00% (6.00 to 8.00%) of the unseen ones" in found
    assert "The post's decoder" not in said(attacks[:1])["Seen images"]


@pytest.mark.parametrize("group", ["seen", "unseen"])
def test_with_one_group_there_is_nothing_to_set_beside(group):
    found = said(without(pd.DataFrame([row(), dp_row(0.7)]), group))
    assert "Seen images" not in found
    whose = "never saw" if group == "seen" else "owns as well"
    assert f"an image that the attacker {whose} is closer" in found["The leak"]
    assert ("among all 2,120 images" in found["The leak"]) is (group == "seen")


def test_the_ceilings_are_named_beside_what_the_attack_gets():
    found = said([row()])["Ceilings"]
    assert "gets identification within the character 93.0% (92.0 to 94.0%) and skill +0.62" in found
    assert "and skill +0.55 (+0.54 to +0.56). The strongest attackers of no-dp get" in found
    of = baselines(pd.DataFrame([row()]))
    lone = said([row()], of=of[of["baseline"] != "principal_components"])["Ceilings"]
    assert "principal components" not in lone


def test_several_seeds_are_averaged_and_their_intervals_joined():
    attacks = [row(seed=1, unseen=both(0.3)), row(seed=2, unseen=both(0.5))]
    attacks += [row(seed=seed, attacker="weak", held_out=both(0.0)) for seed in (1, 2)]
    found = said(attacks)
    assert "in 40.0% of cases (29.0 to 51.0%; decoder)" in found["The leak"]
    assert found["Seeds"].startswith("Numbers in these sentences are means over 2 seeds")
    assert "one seed" in said(attacks[:1])["Seeds"]


def test_seeds_may_have_different_strongest_attackers():
    attacks = [row(seed=1), row(seed=1, attacker="refine", held_out=both(0.9))]
    attacks += [row(seed=2, held_out=both(0.9)), row(seed=2, attacker="refine")]
    assert "refine and decoder)" in said(attacks)["The leak"]


def test_each_release_has_findings_of_its_own():
    attacks = [row(release=cut, unseen=both(value)) for cut, value in (("a", 0.3), ("b", 0.5))]
    found = said(attacks)
    assert "30.0%" in found["The leak, cut at a"]
    assert "50.0%" in found["The leak, cut at b"]
    assert list(found)[-1] == "Seeds"


def test_no_images_no_findings_but_the_seeds():
    nobody = without(without(pd.DataFrame([row()]), "seen"), "unseen")
    assert list(said(nobody)) == ["Seeds"]


RANDOM = np.random.default_rng(20200515)


@pytest.mark.parametrize("round_", range(10))
def test_sentences_hold_together_for_any_numbers(round_):
    targets = (row, lambda **of: dp_row(0.7, **of))
    attacks = any_attacks(RANDOM, 1 + round_ % 4, targets)
    for paragraph in said(attacks).values():
        assert "nan" not in paragraph
        assert "None" not in paragraph
        assert "()" not in paragraph
        assert "  " not in paragraph


def test_intervals_that_touch_are_not_apart():
    one = Measured(0.3, 0.2, 0.4)
    assert compare(one, Measured(0.5, 0.4, 0.6)) == "within"
    assert compare(one, Measured(0.5, 0.41, 0.6)) == "lower"
    assert compare(one, Measured(0.1, 0.0, 0.19)) == "higher"
    assert compare(one, Measured(0.1, math.nan, math.nan)) is None
    around = enclosing([one, Measured(0.7, 0.6, 0.8)])
    assert (around.low, around.high) == (0.2, 0.8)
    assert math.isnan(enclosing([one, Measured(0.1, math.nan, math.nan)]).low)


def test_a_seed_without_an_interval_leaves_all_without_one():
    rows = pd.DataFrame([row(seed=1), row(seed=2, width=math.nan)])
    found = measured(rows, "unseen", "top1")
    assert found.value == pytest.approx(0.332)
    assert math.isnan(found.low) and math.isnan(found.high)
    assert not measured(rows.iloc[:0], "unseen", "top1").known


def test_one_target_stands_without_each_case():
    words = {"lower": "lower", "higher": "higher", "within": "alike"}
    assert standing({"a": "lower"}, words) == "lower"
    assert standing({"a": "lower", "b": "lower"}, words) == "lower in each case"
    assert (
        standing({"a": "lower", "b": "within", "c": "lower"}, words) == "lower (a, c) and alike (b)"
    )
    assert against(Measured(0.5, 0.4, 0.6), Measured(math.nan, math.nan, math.nan)) == ""


def test_the_ceilings_are_those_of_the_wire_that_is_spoken_of():
    attacks = pd.DataFrame([row("narrow", numbers=8), row("wide")])
    of = baselines(attacks)
    narrow = (of["baseline"] == "autoencoder") & (of["numbers"] == 8)
    of.loc[narrow, "unseen_within_character"] = 0.71
    found = said(attacks, of=of)["Ceilings"]
    assert "gets identification within the character 71.0%" in found
    assert "identification within the character 93.0%" in found  # principal components
    assert "81" not in found


def test_checkpoints_and_gradients_without_clipping_are_no_private_training():
    noisy = {"noise_multiplier": 0.5, "recipe": "sound"}
    attacks = [
        dp_row(0.5, target="dp-epoch-0", training="dp", target_steps=0),
        dp_row(0.5, target="dp"),
        row("unclipped", **noisy),
    ]
    release = OneRelease(pd.DataFrame(attacks), baselines(pd.DataFrame(attacks)))
    assert (release.subject, release.without_dp) == ("unclipped", True)
    assert (release.noisy, release.controls) == (["dp"], [])
    alone = OneRelease(pd.DataFrame(attacks[:1]), baselines(pd.DataFrame(attacks)))
    assert alone.subject == "dp-epoch-0"
