"""The gate: quiet over audits of what is stated, and loud over one that contradicts it."""

import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from intercept.accounting.mechanism import Mechanism
from intercept.audit.guesses import Canaries
from intercept.audit.record import audit_record, contradictions
from intercept.audit.simulation import simulated_canaries
from intercept.audit.table import audit_row
from intercept.runtime.errors import UserError

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
STATED = Mechanism(
    sampler="poisson",
    examples=80,
    batch_size=40,
    l2_norm_clip=1.0,
    noise_multiplier=3.0,
    delta=1e-5,
    noise_source="seed",
)
STEPS = 16


def record_of(noise_multiplier, seed=1, canaries=2000, learned=0.0, noise=None):
    """Of a training that states `STATED`, with this much noise in fact for the canaries.

    `learned`: how far the losses of mislabelled images that were in are from those left out.
    """
    random = np.random.default_rng(seed)
    simulated = simulated_canaries(noise_multiplier, 0.5, STEPS, canaries, random)
    left_in = random.random(400) < 0.5
    mislabelled = Canaries(random.normal(size=400) + learned * left_in, left_in)
    noise = random.normal(scale=3.0, size=(STEPS, 128)) if noise is None else noise
    return audit_record(STATED, STEPS, simulated, noise, mislabelled)


@pytest.fixture(scope="module")
def sound():
    return record_of(3.0)


@pytest.fixture(scope="module")
def broken():
    return record_of(0.75)


def test_an_audit_of_what_is_stated_is_no_alarm(sound):
    assert 0 < sound["any_mechanism"] < sound["stated"]
    assert 0 < sound["this_mechanism"] < sound["stated"]
    assert contradictions(sound, sound["stated"], 0.99) == []


def test_a_quarter_of_the_noise_is_an_alarm(broken):
    assert broken["this_mechanism"] > broken["stated"]
    assert broken["any_mechanism"] > broken["stated"]
    (said,) = contradictions(broken, broken["stated"], 0.99)
    assert "guesses about 2000 canaries were correct, which takes at least" in said


def test_either_bound_raises_it(sound, broken):
    assert contradictions(sound, 0.5 * sound["any_mechanism"], 0.95)
    # No guesses show more than this of any mechanism, but they contradict the mechanism itself.
    (said,) = contradictions(broken, 20.0, 0.99)
    assert said.endswith("of this mechanism")


def test_canaries_that_were_never_in_are_an_alarm():
    unseen = record_of(1e9)
    (said,) = contradictions(unseen, unseen["stated"], 0.99)
    assert re.fullmatch(
        r"only \d+ of \d+ guesses about 2000 canaries were correct, where \d+% are of a step that "
        "does what it states: canaries were not among what was sampled and summed",
        said,
    )


def test_what_an_outsider_finds_is_an_alarm_where_it_is_above_what_is_stated():
    learned = record_of(3.0, learned=9.0)
    assert learned["outsider"]["guesses"] == {"canaries": 400, "made": 200, "correct": 200}
    (said,) = contradictions(learned, learned["stated"], 0.99)
    assert said.startswith(
        "from the finished network 200 of 200 guesses about 400 mislabelled images were correct"
    )
    assert contradictions(learned, 10.0, 0.99) == []


def test_an_audit_without_mislabelled_images_knows_of_no_outsider():
    nobody = Canaries(np.empty(0), np.empty(0, bool))
    simulated = simulated_canaries(3.0, 0.5, STEPS, 200, np.random.default_rng(1))
    record = audit_record(STATED, STEPS, simulated, np.ones((STEPS, 2)), nobody)
    assert record["outsider"] is None


def test_sound_audits_are_seldom_contradicted():
    alarms = [contradictions(one := record_of(3.0, seed), one["stated"], 0.8) for seed in range(20)]
    assert sum(map(bool, alarms)) <= 4


def test_no_bound_is_above_what_canaries_can_show(broken):
    assert broken["any_mechanism"] <= broken["at_most"] < 7
    guesses = broken["guesses"]
    assert guesses["correct"] <= guesses["made"] <= guesses["canaries"] == 2000


def test_a_row_has_what_is_stated_beside_what_was_found(sound):
    estimate = {"value": 0.6, "low": 0.5, "high": 0.7}
    privacy = {"epsilon": {"sampler_that_ran": sound["stated"]}, "delta": 1e-5}
    measured = {"auc": estimate, "advantage": estimate}
    row = audit_row("dp", 1, privacy, measured, sound)
    assert (row["target"], row["seed"], row["epsilon"]) == ("dp", 1, sound["stated"])
    assert row["membership_auc_low"] == 0.5
    assert row["audited_this_mechanism"] == sound["this_mechanism"]
    assert row["audited_outsider"] == sound["outsider"]["any_mechanism"]
    assert (row["mislabelled"], row["mislabelled_guesses"]) == (400, 200)
    nothing = {"epsilon": {"sampler_that_ran": None}, "delta": None}
    without = audit_row("no-dp", 1, nothing, measured, None)
    assert without.keys() == row.keys()
    assert without["audited_this_mechanism"] is without["audited_outsider"] is None
    assert math.isclose(without["membership_advantage"], 0.6)


def checked(folder, audit, epsilon, network=None):
    """The script that checks, over one target whose records these are."""
    estimate = {"value": 0.6, "low": 0.5, "high": 0.7}
    records = {
        "privacies": {"epsilon": {"sampler_that_ran": epsilon}, "delta": 1e-5},
        "memberships": {"auc": estimate, "advantage": estimate},
        "audits": audit,
    }
    paths = {name: [folder / f"{name}.json"] for name in records}
    for name, record in records.items():
        paths[name][0].write_text(json.dumps(record))
    source = (SCRIPTS / "check_audits.py").read_text().rpartition("snakemake: Job")[0]
    exec(source, script := {"__name__": "check_audits"})
    places = [{"target": "dp", "seed": 1}]
    table = folder / "audits.csv"
    script["main"](
        SimpleNamespace(
            input=SimpleNamespace(**paths),
            output=SimpleNamespace(audits=table),
            params=SimpleNamespace(networks=[network or places[0]], audits=places),
        )
    )
    return pd.read_csv(table)


def test_a_study_of_sound_steps_has_its_table(sound, tmp_path):
    (row,) = checked(tmp_path, sound, sound["stated"]).to_dict("records")
    assert row["target"] == "dp"
    assert row["correct"] == sound["guesses"]["correct"]
    assert row["audited_any_mechanism"] < row["epsilon"]


def test_a_study_whose_audit_contradicts_it_fails(broken, tmp_path):
    with pytest.raises(UserError, match=r"^dp, seed 1: epsilon 3.019 is stated at delta 1e-05"):
        checked(tmp_path, broken, broken["stated"])
    assert not (tmp_path / "audits.csv").exists()


def test_an_audit_is_of_its_network_whatever_the_order_of_what_that_is_named_by(broken, tmp_path):
    with pytest.raises(UserError, match=r"^dp, seed 1: epsilon 3.019 is stated"):
        checked(tmp_path, broken, broken["stated"], {"seed": 1, "target": "dp"})
