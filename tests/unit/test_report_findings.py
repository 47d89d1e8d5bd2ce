"""The sentences of the page, which have to hold for any numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from report_pages import sentences
from report_rows import (
    any_attacks,
    baselines,
    control_row,
    differences,
    dp_row,
    noisy_row,
    row,
    without,
)

from intercept.report.comparing import Measured, measured, relation
from intercept.report.findings import findings


def said(rows, of=None, apart=None):
    """The paragraphs by heading; with the differences `apart`."""
    return sentences(rows, of, apart)[1]


def of_seeds(make, *names, seeds=4, **changed):
    """The same attack by several seeds."""
    return [make(*names, seed=seed, **changed) for seed in range(1, seeds + 1)]


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
        "drawing of its character in 70.0% of cases (69.0 to 71.0%; refine), where chance is 5.00%"
        in leak
    )
    assert "among all 2,120 images in 33.2% (32.2 to 34.2%; decoder), where chance is 0.05%" in leak
    assert "Skill is +0.38 (+0.37 to +0.39; decoder), where the mean image has 0." in leak


@pytest.mark.parametrize("width", [0.01, math.nan])
def test_the_brackets_are_explained(width):
    leak = said([row(width=width)])["The leak"]
    assert ("95% intervals and the attacker" in leak) is not math.isnan(width)


def test_without_baselines_there_is_no_word_of_chance_or_ceilings():
    found = said([row()], of=baselines(pd.DataFrame([row()])).iloc[:0])
    assert "chance" not in found["The leak"]
    assert "Ceilings" not in found


def test_the_posts_decoder_is_set_beside_the_strongest():
    def attacks(seeds):
        post = of_seeds(row, attacker="post", seeds=seeds, unseen={"within_character": 0.1})
        return post + of_seeds(row, seeds=seeds)

    apart = differences(("no-dp", "post", 0.5))
    found = said(attacks(4), apart=apart)["The post's own decoder"]
    assert found.startswith("It gets 10.0% (9.00 to 11.0%) within the character, ")
    assert found.endswith(
        "; beside it, over 4 seeds, the strongest attackers' identification within the character "
        "and skill are higher."
    )
    alone = said(attacks(1), apart=differences(("no-dp", "post", 0.5), width=math.nan, seeds=1))
    assert alone["The post's own decoder"].endswith("; one seed: not compared.")


def test_the_post_is_not_set_beside_itself():
    assert "The post's own decoder" not in said(
        [row(attacker="post"), dp_row(0.7, attacker="post")]
    )


UNMATCHED = (
    "This study has no control without noise that is like them in network, sampler, learning rate "
    "and steps, so that it does not say what the noise does."
)
NEVER_OF_ONE_SEED = (
    "lower",
    "higher",
    "within their",
    "within the range",
    "no different",
    "above",
    "below",
    "as often",
)


def test_one_seed_is_never_compared_however_far_the_intervals_are_apart():
    """Its intervals do not meet, and another training moves a number further than that."""
    for value in (0.1, 0.9):
        attacks = [row(unseen=both(0.5)), row(attacker="post", unseen=both(0.01))]
        attacks += [dp_row(noise, unseen=both(value), width=0.001) for noise in (0.3, 0.7)]
        attacks += [control_row(unseen=both(0.99)), row("untrained", target_steps=0)]
        apart = differences(("dp-noise-0.7", "clip-only", value - 0.99), width=math.nan, seeds=1)
        found = said(attacks, apart=apart)
        assert found["With DP training"].endswith("; one seed: not compared.")
        assert "no two rows are compared" in found["Seeds"]
        for paragraph in found.values():
            assert not [word for word in NEVER_OF_ONE_SEED if word in paragraph], paragraph


@pytest.mark.parametrize(
    ("gaps", "stands"),
    [
        ((-0.3, -0.2), "are lower in each case."),
        ((0.3, 0.2), "are higher in each case."),
        ((0.005, -0.005), "are not told apart in each case."),
        ((-0.3, 0.005), "are lower (dp-noise-0.3) and not told apart (dp-noise-0.7)."),
        ((-0.3, 0.2), "are lower (dp-noise-0.3) and higher (dp-noise-0.7)."),
    ],
)
def test_over_seeds_private_targets_are_set_beside_the_control_that_is_matched(gaps, stands):
    """By their paired difference: the rows themselves are alike here."""
    attacks = of_seeds(row) + of_seeds(control_row)
    attacks += [one for noise in (0.3, 0.7) for one in of_seeds(dp_row, noise)]
    first, second = gaps  # one of them is listed the other way round
    apart = differences(
        ("dp-noise-0.3", "clip-only", first), ("clip-only", "dp-noise-0.7", -second)
    )
    found = said(attacks, apart=apart)["With DP training"]
    assert found.startswith("At noise multiplier 0.3 to 0.7, validation accuracy is 72.1%")
    assert "With clip-only, like dp-noise-0.3 and dp-noise-0.7 but for the noise, " in found
    lead = "; beside it, over 4 seeds, the private targets' identification within the character "
    assert found.endswith(f"{lead}and skill {stands}")
    assert "no-dp" not in found and UNMATCHED not in found


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
    apart = differences(("dp-noise-0.7", "clip-only", -0.3))
    found = said(attacks, apart=apart)["With DP training"]
    assert found.endswith(UNMATCHED)


def test_clipping_alone_and_neither_are_controls_and_noise_without_clipping_is_none():
    attacks = of_seeds(dp_row, 0.7) + of_seeds(control_row)
    attacks += of_seeds(control_row, "neither", l2_norm_clip=math.nan)
    attacks += of_seeds(control_row, "noise-unclipped", noise_multiplier=0.7, l2_norm_clip=math.nan)
    apart = differences(("dp-noise-0.7", "clip-only", -0.3), ("dp-noise-0.7", "neither", 0.3))
    found = said(attacks, apart=apart)["With DP training"]
    assert found.startswith("At noise multiplier 0.7, ")
    clipped, neither = found.split(" With ")[1:]
    assert clipped.startswith("clip-only, like dp-noise-0.7 but for the noise, ")
    assert clipped.endswith("and skill are lower.")
    assert neither.startswith("neither, like dp-noise-0.7 but for noise and clipping, ")
    assert neither.endswith("and skill are higher.")
    assert "noise-unclipped" not in found


def test_without_a_matched_control_the_target_without_dp_is_beside_them_and_said_to_differ():
    attacks = of_seeds(row) + of_seeds(dp_row, 0.7)
    found = said(attacks, apart=differences(("no-dp", "dp-noise-0.7", 0.3)))["With DP training"]
    assert f"{UNMATCHED} With no-dp, which differs in more than the noise, " in found
    assert found.endswith("identification within the character and skill are lower.")


def test_identification_and_skill_are_judged_apart():
    apart = differences(("dp-noise-0.7", "clip-only", -0.3))
    apart.loc[apart["measure"] == "skill", ["low", "high"]] = [0.1, 0.3]
    found = said(of_seeds(control_row) + of_seeds(dp_row, 0.7), apart=apart)["With DP training"]
    ends = "the private targets' identification within the character is lower; skill is higher."
    assert found.endswith(ends)


def test_without_a_target_without_dp_the_first_is_shown():
    found = said([dp_row(0.7), dp_row(0.3)])
    assert found["The leak"].startswith("At the first target (dp-noise-0.7, ")
    assert found["With DP training"].endswith(UNMATCHED)


def test_an_untrained_network_is_not_taken_for_the_one_without_dp():
    attacks = [row("untrained", target_steps=0), row("plain"), dp_row(0.7)]
    found = said(attacks)
    assert "Without differential privacy (plain," in found["The leak"]
    assert "untrained" not in found["With DP training"]


def test_retrieval_is_searching_and_no_leak_of_reconstructions():
    attacks = [
        row(attacker="decoder"),
        row(attacker="retrieval", unseen={"top1": 0.99}),
        dp_row(0.7, attacker="retrieval", unseen={"top1": 0.4}),
    ]
    found = said(attacks)["Candidates known"]
    assert "for no-dp, retrieval finds the true one of 2,120 in 99.0% of cases" in found
    assert found.endswith(", where chance is 0.05%; over all targets, in 40.0% to 99.0%.")
    assert set(said(attacks[1:])) == {"Candidates known", "Seeds"}


def test_seen_images_are_set_beside_the_unseen_ones():
    attacks = [row(unseen=both(0.5), seen=both(0.9))]
    attacks += [row(attacker="post", unseen=both(0.07), seen=both(0.95))]
    found = said(attacks)["Seen images"]
    assert (
        "On these, for no-dp and by the same attackers, identification within the character is "
        "90.0% (89.0 to 91.0%) (on the unseen ones 50.0% (49.0 to 51.0%)) and skill is +0.90"
    ) in found
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


def test_several_seeds_are_averaged_with_one_attacker():
    attacks = [row(seed=1, unseen=both(0.3)), row(seed=2, unseen=both(0.5))]
    attacks += [row(seed=seed, attacker="weak", held_out=both(0.0)) for seed in (1, 2)]
    ends = {"unseen_within_character_over_seeds_low": 0.25}
    ends |= {"unseen_within_character_over_seeds_high": 0.55}
    found = said([one | ends for one in attacks])
    assert "in 40.0% of cases (25.0 to 55.0%; decoder)" in found["The leak"]
    assert found["Seeds"].startswith("Numbers in these sentences are means over 2 seeds")
    assert "one seed" in said(attacks[:1])["Seeds"]


def test_each_wire_has_findings_of_its_own():
    attacks = [row(wire=cut, unseen=both(value)) for cut, value in (("a", 0.3), ("b", 0.5))]
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
    targets = (row, lambda **of: dp_row(0.7, **of), lambda **of: noisy_row(2, **of))
    short, detail = sentences(any_attacks(RANDOM, 1 + round_ % 4, targets))
    assert len(short) == 3
    for sentence in (*short.values(), *detail.values()):
        assert sentence.endswith(".")
        for wrong in ("nan", "None", "()", " ,", " ;", " .", ".."):
            assert wrong not in sentence, sentence


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
    noisy = {"noise_multiplier": 0.5, "recipe": "dp-adam"}
    attacks = [
        dp_row(0.5, target="dp-epoch-0", training="dp", target_steps=0),
        dp_row(0.5, target="dp"),
        row("unclipped", **noisy),
    ]
    summary = pd.DataFrame(attacks)
    (wire,) = findings(summary, baselines(summary), differences())
    assert (wire["subject"], wire["without_dp"]) == ("unclipped", True)
    assert (wire["private"]["targets"], wire["matched"]) == (["dp"], False)
    (alone,) = findings(summary.iloc[:1], baselines(summary), differences())
    assert alone["subject"] == "dp-epoch-0"
