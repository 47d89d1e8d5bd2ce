"""One verdict for a wire: attacks of every kind, what is possible, and what is promised."""

import numpy as np
import pandas as pd
import pytest
from report_rows import accuracy, dp_row, limits, noisy_row, row

from intercept.report.verdict import (
    marked_accuracy,
    promise_text,
    same_attackers,
    wires,
)

WITHIN = "within_character"


def table(*rows):
    return pd.DataFrame(rows)


def within(value):
    return {WITHIN: value}


def attack(attacker, value, make=row, **changed):
    return make(attacker=attacker, unseen=within(value), **changed)


def behind_noise(attacker, value, **changed):
    return noisy_row(4, attacker=attacker, within=value, **changed)


def verdict_of(*rows, measure=WITHIN):
    (wire,) = wires(table(*rows), "unseen")
    return wire.verdicts[measure]


def test_the_strongest_attack_is_the_worst_of_all_that_answer_one_input_at_a_time():
    verdict = verdict_of(
        behind_noise("decoder", 0.10),
        behind_noise("retrieval", 0.552),
        behind_noise("linkage", 0.883),
    )
    assert verdict.strongest() == "retrieves"
    assert verdict.most().value == 0.552
    assert verdict.most().attackers == ("retrieval",)
    assert verdict.attacks["rebuilds"].value == 0.10
    assert verdict.attacks["links"].value == 0.883
    assert (verdict.optimum.value, verdict.promise) == (0.57, 0.64)
    assert (verdict.optimum.low, verdict.optimum.high) == pytest.approx((0.565, 0.575))


def test_who_rebuilds_is_chosen_on_held_out_images_and_stands_where_it_got_most():
    verdict = verdict_of(
        attack("decoder", 0.6, held_out=within(0.2)),
        attack("refine", 0.5, held_out=within(0.3)),
        attack("retrieval", 0.4),
    )
    assert verdict.strongest() == "rebuilds"
    assert verdict.most().value == 0.5
    assert verdict.most().attackers == ("refine",)


def test_who_cannot_be_chosen_counts_where_it_got_more():
    chosen = attack("decoder", 0.3), attack("contrastive", 0.2, held_out=within(0.9))
    assert verdict_of(*chosen, attack("post", 0.52)).worst.attackers == ("post",)
    assert verdict_of(*chosen, attack("post", 0.1)).worst.attackers == ("contrastive",)


def test_without_an_attack_there_is_no_strongest():
    verdict = verdict_of(attack("linkage", 0.9))
    assert verdict.strongest() is None
    assert not verdict.most().known
    verdict = verdict_of(attack("linkage", 0.9), measure="top1")
    assert verdict.attacks["links"].value == pytest.approx(0.332)


def test_over_seeds_the_optimum_is_a_mean_and_the_promise_holds_for_each():
    seeds = [
        noisy_row(4, seed=seed, within=0.1 * seed, **limits(within=(0.2 * seed, 0.3 * seed)))
        for seed in (1, 2)
    ]
    verdict = verdict_of(*seeds)
    assert verdict.attacks["rebuilds"].value == pytest.approx(0.15)
    assert verdict.optimum.value == pytest.approx(0.3)
    assert verdict.promise == pytest.approx(0.6)


def test_the_wires_of_a_target_stand_together():
    found = wires(table(row(), dp_row(0.7), noisy_row(4), noisy_row(2)), "unseen")
    assert [(wire.target, wire.defence) for wire in found] == [
        ("no-dp", "none"),
        ("no-dp", "noise-4"),
        ("no-dp", "noise-2"),
        ("dp-noise-0.7", "none"),
    ]
    assert np.isnan(found[0].ratio) and found[1].ratio == 4
    assert [wire.readings for wire in found] == [1] * 4


def test_a_server_part_trained_further_behind_a_private_target_is_marked():
    plain, private, untuned = wires(
        table(
            row(**accuracy("fine_tuned_accuracy", 0.4)),
            dp_row(0.7, **accuracy("fine_tuned_accuracy", 0.4)),
            dp_row(0.5, **accuracy("fine_tuned_accuracy", np.nan)),
        ),
        "unseen",
    )
    assert marked_accuracy(plain) == "40.0%"
    assert marked_accuracy(private) == "40.0%‡"
    assert marked_accuracy(untuned) == "72.1%"  # as it was trained, with its privacy


def test_wires_are_compared_by_the_attackers_that_all_of_them_met():
    summary = table(
        attack("decoder", 0.4),
        attack("contrastive", 0.5, held_out=within(0.9)),
        attack("retrieval", 1.0),
        behind_noise("decoder", 0.1),
        behind_noise("retrieval", 0.552),
    )
    assert same_attackers(summary) == ["decoder", "retrieval"]
    plain, noisy = wires(summary, "unseen", same_attackers(summary))
    assert plain.verdicts[WITHIN].attacks["rebuilds"].attackers == ("decoder",)
    assert plain.verdicts[WITHIN].attacks["rebuilds"].value == 0.4
    assert noisy.verdicts[WITHIN].attacks["rebuilds"].value == 0.1
    everyone, _ = wires(summary, "unseen")
    assert everyone.verdicts[WITHIN].attacks["rebuilds"].attackers == ("contrastive",)


def test_a_wire_that_met_none_of_them_is_there_without_an_attack():
    summary = table(
        attack("decoder", 0.4),
        attack("decoder", 0.3, make=noisy_row, ratio=2),
        behind_noise("prior", 0.2, optimum=0.3),
    )
    assert same_attackers(summary) == ["decoder"]
    *_, other = wires(summary, "unseen", same_attackers(summary))
    assert other.attackers == ()
    assert other.verdicts[WITHIN].strongest() is None
    assert other.verdicts[WITHIN].optimum.value == 0.3


@pytest.mark.parametrize(
    ("promise", "text"),
    [(1.0, "none"), (0.9991, ">99.9%"), (0.9989, "99.9%"), (32 / 500, "6.40%"), (np.nan, "–")],
)
def test_a_promise_is_a_share_or_none(promise, text):
    assert promise_text(promise) == text
