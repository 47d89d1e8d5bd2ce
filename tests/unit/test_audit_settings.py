"""Which trainings a configuration may have audited."""

import pytest
from configurations import study, with_targets

from intercept.runtime.errors import UserError

TARGETS = {
    "dp": {"noise_multipliers": [0.7, 0.3]},
    "clip-only": {"noise_multiplier": 0},
    "no-clip": {"noise_multiplier": 0.7, "clip_gradients": False},
    "untrained": {"noise_multiplier": 0.7, "epochs": 0},
    "calibrated": {"epsilon": 4},
    "as-the-post": {"recipe": "post", "noise_multiplier": 0.7},
}


def audits(*targets):
    return study({**with_targets(**TARGETS), "audit": {"targets": list(targets)}}).audits()


def test_no_training_is_audited_unless_asked_for():
    assert study(with_targets(**TARGETS)).audits() == []


def test_targets_are_audited_for_every_seed():
    found = audits("dp-noise-0.7", "calibrated", "as-the-post")
    assert {place["target"] for place in found} == {"dp-noise-0.7", "calibrated", "as-the-post"}


@pytest.mark.parametrize("name", ["clip-only", "no-clip", "untrained", "dp", "other"])
def test_what_states_no_epsilon_is_refused(name):
    with pytest.raises(UserError) as refused:
        audits("dp-noise-0.3", name)
    said = str(refused.value)
    assert (
        f"'audit.targets[1]' is {name!r}; it has to be a target of recipe dp-adam or post" in said
    )
    assert "dp-noise-0.7" in said


def test_a_target_is_audited_once():
    with pytest.raises(UserError, match="listed twice; list it once"):
        audits("dp-noise-0.3", "dp-noise-0.3")
