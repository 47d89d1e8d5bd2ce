"""The gate of the whole study: it stays quiet over fair attacks and stops one that cheats."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from report_rows import row

from intercept.bounds.gate import broken_promises, compare
from intercept.bounds.optimum import best_hits, exact_hits

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
PLACE = {"target": "t", "seed": 1, "wire": "r", "attacker": "a"}


class Params(dict):
    """Parameters of a job, as Snakemake has them."""

    __getattr__ = dict.__getitem__


@pytest.fixture(scope="module")
def wire():
    """Signals that noise blurs, and what was read of them."""
    random = np.random.default_rng(1)
    signals = random.normal(size=(400, 6)).astype(np.float32)
    return signals, signals + random.normal(0, 0.8, signals.shape), np.arange(400) // 20


def table(hits):
    return pd.DataFrame({"image": np.arange(400), "group": "unseen", **hits})


def of_rule(near):
    hits = (near == np.arange(400)).astype(float)
    return table({"top1": hits, "within_character": hits})


def judged(attack, best, comparisons=200):
    return [one.beats(comparisons) for one in compare(PLACE, attack, best)]


def test_the_best_rule_does_not_beat_itself(wire):
    signals, readings, characters = wire
    best = table(best_hits(readings, signals, characters))
    assert judged(best, best) == [False, False]


def test_fair_attacks_stay_below(wire):
    signals, readings, characters = wire
    best = table(best_hits(readings, signals, characters))
    weaker = np.abs(readings[:, np.newaxis] - signals).sum(axis=2).argmin(axis=1)
    assert judged(of_rule(weaker), best) == [False, False]


def test_an_attack_that_has_seen_the_signals_is_stopped(wire):
    signals, readings, characters = wire
    best = table(best_hits(readings, signals, characters))
    leaked = 0.7 * signals + 0.3 * readings  # less noise than crossed the wire
    assert judged(table(best_hits(leaked, signals, characters)), best) == [True, True]


def test_a_wire_without_noise_leaves_nothing_to_chance():
    codes = (np.arange(400) // 2)[:, np.newaxis].astype(np.float32)
    best = table(exact_hits(codes, np.arange(400) // 20))
    fair = of_rule(np.arange(400) // 2 * 2)  # names the first of two that send the same
    assert judged(fair, best) == [False, False]
    one_more = fair.copy()
    one_more.loc[1, ["top1", "within_character"]] = 1.0
    found = next(compare(PLACE, one_more, best))
    assert found.difference == pytest.approx(1 / 400)


def test_a_hundred_fair_studies_hardly_raise_an_alarm():
    random = np.random.default_rng(2)
    alarms = 0
    for _ in range(100):
        # An attack that is as good as the rule, on other draws of luck: the hardest fair case.
        hits = {m: random.random(400) < 0.3 for m in ("top1", "within_character")}
        theirs = {m: random.random(400) < 0.3 for m in ("top1", "within_character")}
        attack, best = (
            table({k: v * 1.0 for k, v in hits.items()}),
            table({k: v * 1.0 for k, v in theirs.items()}),
        )
        alarms += any(judged(attack, best, comparisons=2))
    assert alarms <= 4


@pytest.mark.parametrize("images", [2, 3, 5])
def test_one_lucky_guess_among_few_images_is_no_alarm(images):
    """Where every image is guessed and the rule missed each, the differences have no spread."""
    place = {"image": np.arange(images), "group": "unseen"}
    missed, lucky = (
        pd.DataFrame({**place, "top1": hit, "within_character": hit}) for hit in (0.0, 1.0)
    )
    assert judged(lucky, missed, comparisons=20) == [False, False]


def test_tables_of_other_images_are_refused(wire):
    signals, readings, characters = wire
    best = table(best_hits(readings, signals, characters))
    with pytest.raises(ValueError, match="other images"):
        list(compare(PLACE, best.iloc[::-1].reset_index(drop=True), best))


def test_an_optimum_above_its_promise_is_named():
    columns = {
        f"{group}_{measure}_{column}": [np.nan if group == "seen" else value]
        for group in ("unseen", "seen")
        for measure, low, value, promised in (
            ("top1", 0.6015, 0.607, 0.6),  # by its 95% interval, of which there are two
            ("within_character", 0.7, 0.705, 0.6),
        )
        for column, value in (("optimum", value), ("optimum_low", low), ("promise", promised))
    }
    summary = pd.DataFrame({"target": ["t"], "seed": [1], "wire": ["r"], **columns})
    (said,) = broken_promises(summary)
    assert said.startswith("r of t, seed 1: unseen within_character has an optimum of 0.69")


def test_each_attack_is_set_beside_the_best_rule_of_its_own_wire(tmp_path):
    """Whatever the order of what its place is named by."""
    best, wires = {"r": 1.0, "q": 0.5}, [{"wire": w, "seed": 1, "target": "t"} for w in "rq"]
    for name, share in (*best.items(), ("attack", 0.25)):
        hits = (np.arange(400) < 400 * share).astype(float)
        table({"top1": hits, "within_character": hits}).to_csv(tmp_path / name, index=False)
    pd.DataFrame([row("t", wire=wire) for wire in best]).to_csv(tmp_path / "summary", index=False)
    source = (SCRIPTS / "check_bounds.py").read_text().rpartition("snakemake: Job")[0]
    exec(source, script := {"__name__": "check_bounds"})
    params = {"wires": wires, "attacks": [PLACE | {"wire": wire} for wire in best], "code": "c"}
    script["main"](
        SimpleNamespace(
            input=SimpleNamespace(
                summary=tmp_path / "summary",
                goal=[],
                scores=[tmp_path / "attack"] * 2,
                optima=[tmp_path / wire for wire in best],
            ),
            output=SimpleNamespace(bounds=tmp_path / "bounds", verdict=tmp_path / "verdict"),
            params=Params(params),
        )
    )
    found = pd.read_csv(tmp_path / "bounds")
    assert dict(zip(found["wire"], found["optimum"], strict=True)) == best
    assert found["attack"].tolist() == [0.25] * 4
