"""The gate: quiet over audits of what is stated, and loud over one that contradicts it."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from intercept.audit.record import audit_record, contradicts
from intercept.audit.simulation import simulated_scores
from intercept.audit.table import audit_row
from intercept.mechanism import Mechanism
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


def record_of(noise_multiplier, seed=1, canaries=2000):
    """Of a training that states `STATED`, with this much noise in fact."""
    simulated = simulated_scores(
        noise_multiplier, 0.5, STEPS, canaries, np.random.default_rng(seed)
    )
    return audit_record(STATED, STEPS, *simulated)


@pytest.fixture(scope="module")
def sound():
    return record_of(3.0)


@pytest.fixture(scope="module")
def broken():
    return record_of(0.75)


def test_an_audit_of_what_is_stated_is_no_alarm(sound):
    assert 0 < sound["any_mechanism"] < sound["stated"]
    assert 0 < sound["this_mechanism"] < sound["stated"]
    assert not contradicts(sound, sound["stated"], 0.99)


def test_a_quarter_of_the_noise_is_an_alarm(broken):
    assert broken["this_mechanism"] > broken["stated"]
    assert broken["any_mechanism"] > broken["stated"]
    assert contradicts(broken, broken["stated"], 0.99)


def test_either_bound_raises_it(sound, broken):
    assert contradicts(sound, 0.5 * sound["any_mechanism"], 0.95)
    # No guesses show more than this of any mechanism, but they contradict the mechanism itself.
    assert contradicts(broken, 20.0, 0.99)


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
    nothing = {"epsilon": {"sampler_that_ran": None}, "delta": None}
    without = audit_row("no-dp", 1, nothing, measured, None)
    assert without.keys() == row.keys()
    assert without["audited_this_mechanism"] is None
    assert math.isclose(without["membership_advantage"], 0.6)


def checked(folder, audit, epsilon):
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
            params=SimpleNamespace(networks=places, audits=places),
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
