"""The verdict for machines, and the wires that it advises."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from report_rows import accuracy, any_attacks, limits, noisy_row, row, without

from intercept.report.advice import CEILINGS, advise, verdict_record
from intercept.report.verdict import wires


def table(*rows):
    return pd.DataFrame(rows)


def few_messages(words=20, tuned=0.76, **changed):
    top1 = (words / 2120, words / 2120)
    values = {
        "wire": f"mobile_output-codebook-{words}",
        "defence": f"codebook-{words}",
        "bits": math.log2(words),
        **accuracy("fine_tuned_accuracy", tuned),
        **limits(within=(0.26, 1.0), top1=top1),
    }
    return row(**(values | changed))


STUDY = (
    row(),
    noisy_row(4, tuned=0.4, promise=0.9),
    noisy_row(2, tuned=0.2, promise=0.25, **limits(within=(0.2, 0.25), top1=(0.01, 0.009))),
    few_messages(20, tuned=0.76),
    few_messages(63, tuned=0.77),
)


def test_the_most_accurate_wire_that_promises_it_is_advised_beside_its_undefended_one():
    found = wires(table(*STUDY), "unseen")
    by_ceiling = {one["ceiling"]: one for one in advise(found, "top1")}
    assert list(by_ceiling) == list(CEILINGS)
    # 0.94 % of 20 words and 0.9 % of the noise are below 1 %; 63 words promise 2.97 %.
    assert by_ceiling[0.01]["wire"] == "mobile_output-codebook-20"
    assert by_ceiling[0.01]["promise"] == pytest.approx(20 / 2120)
    for ceiling in (0.05, 0.1, 0.3):
        assert by_ceiling[ceiling]["wire"] == "mobile_output-codebook-63"
        assert by_ceiling[ceiling]["accuracy"]["value"] == pytest.approx(0.77)
        assert by_ceiling[ceiling]["accuracy_undefended"]["value"] == pytest.approx(0.7321)
    within = {one["ceiling"]: one for one in advise(found, "within_character")}
    assert [within[ceiling]["wire"] for ceiling in (0.01, 0.05, 0.1)] == [None] * 3
    assert within[0.3]["wire"] == "mobile_output-noise-2"
    assert within[0.3]["accuracy_undefended"]["value"] == pytest.approx(0.7321)
    assert within[0.1]["accuracy"] is None and within[0.1]["accuracy_undefended"] is None


def test_a_promise_that_meets_the_ceiling_keeps_it():
    found = wires(table(row(), noisy_row(2, **limits(top1=(0.01, 0.05)))), "unseen")
    assert [one["wire"] is not None for one in advise(found, "top1")] == [False, True, True, True]


def test_nothing_is_advised_where_nothing_is_promised_nor_set_beside_where_all_are_defended():
    assert all(one["wire"] is None for one in advise(wires(table(row()), "unseen"), "top1"))
    (_, second, *_) = advise(wires(table(few_messages()), "unseen"), "top1")
    assert second["wire"] and second["accuracy_undefended"] is None


def test_a_verdict_has_every_number_of_a_wire():
    rows = [
        one | {"attacker": name, "rebuilds": rebuilds, "links": links, "attacker_kind": name}
        for one in (noisy_row(4, within=0.2), noisy_row(4, within=0.2, seed=2))
        for name, rebuilds, links in (("decoder", True, False), ("linkage", False, True))
    ]
    found = verdict_record(table(*rows), table(*rows)[:0])
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["seeds"] == [1, 2]
    assert (found["group"], found["images"], found["drawings"]) == ("unseen", 2120, 20)
    assert found["threat_model"] and found["assumptions"]
    (wire,) = found["wires"]
    assert wire["wire"] == "mobile_output-noise-4"
    assert (wire["clip_to_noise_ratio"], wire["readings"], wire["bits"]) == (4.0, 1, None)
    within = wire["within_character"]
    assert within["strongest_attack"]["value"] == pytest.approx(0.2)
    assert within["strongest_attack"]["attackers"] == ["decoder"]
    assert within["linkage"]["attackers"] == ["linkage"]
    half = 0.005 / np.sqrt(2)  # of the draws of each seed, which agree
    assert within["optimum"] == pytest.approx(
        {"value": 0.57, "low": 0.57 - half, "high": 0.57 + half}
    )
    assert within["promise"] == 0.64
    assert wire["accuracy"]["value"] == pytest.approx(0.4)


def test_what_is_absent_is_none():
    found = verdict_record(without(without(table(row()), "unseen"), "seen"), table(row())[:0])
    assert (found["group"], found["images"], found["wires"]) == (None, 0, [])
    random = np.random.default_rng(1)
    for _ in range(10):
        summary = table(*any_attacks(random, 3, [row, noisy_row_of(4)]))
        json.dumps(verdict_record(summary, summary[:0]), allow_nan=False)


def noisy_row_of(ratio):
    return lambda **changed: noisy_row(ratio, **changed)
