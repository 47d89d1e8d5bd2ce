"""Answers of attackers as files: to the digits that they are judged by, or refused."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from damage import unreadable

from intercept.attackers.answers import (
    as_stored,
    read_answers,
    refuse_infinite,
    write_answers,
)
from intercept.runtime.errors import UserError

RANDOM = np.random.default_rng(11)


@pytest.fixture
def images():
    return (RANDOM.random((40, 6, 6, 1)) < 0.7).astype(np.float32)


@pytest.fixture
def written(tmp_path, images):
    path = tmp_path / "reconstructions.h5"
    write_answers(path, {"held_out": images, "evaluation": images[:7] / 3}, images=True)
    return path


def test_answers_are_read_as_they_are_stored(written, images):
    read = read_answers(written)
    np.testing.assert_array_equal(read["held_out"], images)
    np.testing.assert_array_equal(read["evaluation"], as_stored(images[:7] / 3))
    assert {answers.dtype for answers in read.values()} == {np.dtype("float32")}


def test_activations_keep_their_digits(tmp_path):
    activations = RANDOM.normal(0, 1e6, (4, 2)).astype(np.float32)
    answers = {"held_out": activations, "evaluation": activations}
    write_answers(tmp_path / "answers.h5", answers, images=False)
    np.testing.assert_array_equal(read_answers(tmp_path / "answers.h5")["held_out"], activations)


@unreadable
def test_damaged_answers_are_refused(written, damage):
    damage(written)
    with pytest.raises(UserError, match="delete it and run the same command again"):
        read_answers(written)


def test_answers_that_are_not_finite_are_refused_with_what_to_do(images):
    good = {"held_out": images, "evaluation": images[:7]}
    refuse_infinite(good, "attacker a on t, wire w", 1e3, learns=True)
    spoilt = images[:7].copy()
    spoilt[2, 0, 0], spoilt[5, 1, 1] = np.nan, np.inf
    with pytest.raises(UserError) as refused:
        refuse_infinite({**good, "evaluation": spoilt}, "attacker a on t, wire w", 1e15, True)
    assert str(refused.value) == (
        "attacker a on t, wire w: 2 of 47 answers are not finite; what crosses the wire reaches "
        "1e+15, and what is computed of it may be too large: cut elsewhere, or lower the "
        "attacker's learning_rate"
    )
    with pytest.raises(UserError, match=r"cut elsewhere$"):
        refuse_infinite({**good, "evaluation": spoilt}, "a", 1e15, learns=False)


def test_an_attack_writes_nothing_where_answers_are_not_finite(tmp_path):
    """The script, with an attack in the place of the attacker's."""
    source = Path(__file__).parents[2] / "workflow/scripts/attack_wire.py"
    space = {}
    exec(source.read_text().replace("run(main, snakemake)", ""), space)
    numbers = np.full((3, 2), -1e15, np.float32)
    nothing = {"held_out": numbers * np.nan, "evaluation": numbers * np.nan}
    space |= {
        "read_activations": lambda path, role: numbers,
        "read_auxiliary": lambda path: None,
        "queried": SimpleNamespace(load=lambda path, allowed: None),
        "carry_out": lambda *given: (nothing, None),
    }
    outputs = {name: tmp_path / name for name in ("attacker", "history", "answers")}
    job = SimpleNamespace(
        input=SimpleNamespace(
            activations="", intercepted="", auxiliary="", prior="", server="", defence="", start=""
        ),
        output=SimpleNamespace(**outputs),
        params=SimpleNamespace(settings={"kind": "decoder"}, allowed_code=[]),
        wildcards=SimpleNamespace(attacker="decoder", target="phone", wire="code", seed="1"),
    )
    with pytest.raises(UserError, match=r"^attacker decoder on phone, wire code: 6 of 6 .* 1e\+15"):
        space["main"](job)
    assert not list(tmp_path.iterdir())
