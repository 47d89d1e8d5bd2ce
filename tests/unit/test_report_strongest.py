"""Which attacker stands for a target."""

import math

import numpy as np
import pandas as pd
from report_rows import dp_row, row

from intercept.report.strongest import posts_decoder, strongest


def attack(target, attacker, held_out, seed=1, wire="cut"):
    return row(target, attacker, held_out={"within_character": held_out}, seed=seed, wire=wire)


def test_the_posts_decoder_is_known_by_its_kind_and_not_by_its_name():
    ours = row("a", "titcombe", attacker_kind="post")
    other = row("a", "post", attacker_kind="decoder")
    assert posts_decoder(pd.DataFrame([other, ours])) == "titcombe"
    assert posts_decoder(pd.DataFrame([other])) is None


def test_two_attackers_of_one_kind_are_told_apart():
    longer = attack("a", "longer", 0.4) | {"attacker_kind": "decoder"}
    summary = pd.DataFrame([attack("a", "decoder", 0.3), longer])
    assert list(strongest(summary, "within_character")["attacker"]) == ["longer"]


def test_the_strongest_is_known():
    summary = pd.DataFrame(
        [
            attack("a", "post", 0.9),  # learned from these images
            attack("a", "decoder", 0.3),
            attack("a", "refine", 0.5),
            attack("a", "retrieval", 1.0),  # rebuilds nothing
            attack("b", "decoder", 0.6),
            attack("b", "refine", 0.2),
            attack("a", "decoder", 0.4, seed=2),
            attack("a", "refine", 0.35, seed=2),
            attack("a", "decoder", 0.3, wire="other"),
            attack("a", "refine", np.nan, wire="other"),
        ]
    )
    chosen = strongest(summary, "within_character")
    assert list(zip(chosen["target"], chosen["seed"], chosen["wire"], strict=True)) == [
        ("a", 1, "cut"),
        ("b", 1, "cut"),
        ("a", 2, "cut"),
        ("a", 1, "other"),
    ]
    assert list(chosen["attacker"]) == ["refine", "decoder", "refine", "decoder"]
    assert list(chosen.index) == [2, 4, 7, 8]


def test_one_attacker_stands_for_a_wire_over_all_seeds():
    """The one with the greatest mean, though another is stronger with one seed."""
    rows = [attack("a", "decoder", score, seed) for seed, score in ((1, 0.6), (2, 0.1))]
    rows += [attack("a", "refine", score, seed) for seed, score in ((1, 0.5), (2, 0.3))]
    rows += [attack("a", "prior", score, seed) for seed, score in ((1, 0.9), (2, math.nan))]
    chosen = strongest(pd.DataFrame(rows), "within_character")
    assert list(zip(chosen["seed"], chosen["attacker"], strict=True)) == [
        (1, "refine"),
        (2, "refine"),
    ]


def test_an_attacker_that_does_not_judge_itself_stands_in_only_if_it_is_alone():
    alone = pd.DataFrame([attack("a", "post", 0.9), attack("a", "retrieval", 1.0)])
    assert list(strongest(alone, "within_character")["attacker"]) == ["post"]
    nothing = pd.DataFrame([attack("a", "retrieval", 1.0)])
    assert strongest(nothing, "within_character").empty


def attackers_of(rows, measure="top1"):
    return list(strongest(pd.DataFrame(rows), measure)["attacker"])


def test_the_strongest_is_chosen_on_held_out_images_for_each_target_by_itself():
    attacks = [
        row(attacker="decoder", held_out={"top1": 0.5}, unseen={"top1": 0.1}),
        row(attacker="refine", held_out={"top1": 0.4}, unseen={"top1": 0.9}),
        dp_row(0.7, attacker="decoder", held_out={"top1": 0.1}),
        dp_row(0.7, attacker="refine", held_out={"top1": 0.2}),
    ]
    assert attackers_of(attacks) == ["decoder", "refine"]
    assert attackers_of(attacks[::-1]) == ["refine", "decoder"]  # in the order of the targets
    places = [(seed, cut) for seed in (2, 1) for cut in ("b", "a")]
    found = strongest(pd.DataFrame([row(seed=s, wire=r) for s, r in places]), "top1")
    assert list(zip(found["seed"], found["wire"], strict=True)) == places


def test_the_strongest_rebuilds_and_judges_itself_if_any_does():
    attacks = [
        row(attacker="post", held_out={"top1": 0.9}),
        row(attacker="retrieval", held_out={"top1": 1.0}),
        row(attacker="prior", held_out={"top1": 0.1}),
    ]
    assert attackers_of(attacks) == ["prior"]
    assert attackers_of(attacks[:2]) == ["post"]
    assert attackers_of(attacks[1:2]) == []


def test_the_strongest_has_a_score():
    attacks = [row(attacker="prior", held_out={"top1": math.nan}), row(held_out={"top1": 0.0})]
    assert attackers_of(attacks) == ["decoder"]
    assert attackers_of(attacks[:1]) == []
