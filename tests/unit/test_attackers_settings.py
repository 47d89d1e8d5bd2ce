"""Attackers by their kinds, and their settings."""

import pytest

from intercept.attackers import REGISTRY, attacker_kinds, attacker_settings, build_attacker
from intercept.configuration.entries import settings
from intercept.runtime.errors import UserError

KINDS = ["contrastive", "decoder", "linkage", "post", "prior", "refine", "retrieval", "shadow"]


def test_every_attacker_is_found_by_its_kind():
    assert attacker_kinds() == KINDS
    for kind in KINDS:
        found = attacker_settings(kind)
        assert found.kind == kind
        assert hasattr(build_attacker(found, seed=1), "attack")


@pytest.mark.parametrize(
    ("kind", "values", "parts"),
    [
        ("pots", {}, ["kind' is 'pots'", "did you mean 'post'"]),
        ("settings", {}, ["kind' is 'settings'", "contrastive, decoder"]),
        ("post", {"epoch": 1}, ["unknown key 'attackers.epoch'", "did you mean 'epochs'"]),
        ("post", {"epochs": 0}, ["epochs' is 0", "1 or more"]),
        ("decoder", {"batch_size": 0}, ["batch_size' is 0", "1 or more"]),
        ("decoder", {"learning_rate": 0.0}, ["learning_rate' is 0.0", "above 0"]),
        ("post", {"learning_rate": float("nan")}, ["learning_rate' is nan", "above 0"]),
        ("contrastive", {"batch_size": 1}, ["batch_size' is 1", "2 or more"]),
        ("contrastive", {"epochs": 0}, ["epochs' is 0", "1 or more"]),
        ("refine", {"steps": 0}, ["steps' is 0", "1 or more"]),
        ("refine", {"learning_rate": -1.0}, ["learning_rate' is -1.0", "above 0"]),
        ("refine", {"trust": -0.1}, ["trust' is -0.1", "0 or more"]),
        (
            "refine",
            {"epochs": 1},
            ["unknown key 'attackers.epochs'", "kind 'refine' has no such", "starts_at"],
        ),
        ("prior", {"latent_size": 0}, ["latent_size' is 0", "1 or more"]),
        ("prior", {"steps": 0}, ["steps' is 0", "1 or more"]),
        (
            "retrieval",
            {"epochs": 1},
            ["unknown key 'attackers.epochs'", "'retrieval' has no such setting; there is none"],
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(kind, values, parts):
    with pytest.raises(UserError) as refused:
        settings(REGISTRY, kind, values, ("attackers",))
    for part in ["'attackers.", *parts]:
        assert part in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_plain_and_sorted_for_snakemake(kind):
    params = attacker_settings(kind).as_params()
    assert list(params) == sorted(params)
    plain = (int, float, str, tuple, type(None))
    assert all(type(value) in plain for value in params.values())
    assert attacker_settings(**params) == attacker_settings(kind)


def test_more_steps_do_not_retrain_the_prior():
    one = attacker_settings("prior", latent_size=5)
    for values in ({"steps": 6}, {"step_size": 0.2}, {"guesser_epochs": 3}):
        assert one.changed(**values).prior_params() == one.prior_params() != one.as_params()
    for values in (
        {"epochs": 3},
        {"latent_size": 6},
        {"learning_rate": 0.1},
        {"batch_size": 9},
        {"channels": (8, 8, 8)},
    ):
        assert one.changed(**values).prior_params() != one.prior_params()
    assert attacker_settings(**one.prior_params()).latent_size == 5
