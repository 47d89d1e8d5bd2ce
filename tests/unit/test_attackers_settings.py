"""Attackers by their names in the configuration, and their settings."""

import pytest

from intercept.attackers import attacker_names, attacker_settings, build_attacker
from intercept.runtime.errors import UserError

NAMES = ["contrastive", "decoder", "linkage", "post", "prior", "refine", "retrieval"]


def test_every_attacker_is_found_by_its_name():
    assert attacker_names() == NAMES
    for name in NAMES:
        settings = attacker_settings(name)
        assert settings.attacker == name
        assert hasattr(build_attacker(settings, seed=1), "attack")


@pytest.mark.parametrize(
    ("name", "values", "parts"),
    [
        ("pots", {}, ["no attacker is called 'pots'", "post"]),
        ("settings", {}, ["no attacker is called 'settings'"]),
        ("post", {"epoch": 1}, ["'post' has no setting 'epoch'", "epochs, batch_size"]),
        ("post", {"epochs": 0}, ["epochs is 0", "1 or more"]),
        ("decoder", {"batch_size": 0}, ["batch_size is 0", "1 or more"]),
        ("decoder", {"learning_rate": 0.0}, ["learning_rate is 0.0", "above 0"]),
        ("post", {"learning_rate": float("nan")}, ["learning_rate is nan", "above 0"]),
        ("contrastive", {"batch_size": 1}, ["batch_size is 1", "2 or more"]),
        ("contrastive", {"epochs": 0}, ["epochs is 0", "1 or more"]),
        ("refine", {"steps": 0}, ["steps is 0", "1 or more"]),
        ("refine", {"learning_rate": -1.0}, ["learning_rate is -1.0", "above 0"]),
        ("refine", {"trust": -0.1}, ["trust is -0.1", "0 or more"]),
        ("refine", {"epochs": 1}, ["'refine' has no setting 'epochs'", "starts_at"]),
        ("prior", {"latent_size": 0}, ["latent_size is 0", "1 or more"]),
        ("prior", {"steps": 0}, ["steps is 0", "1 or more"]),
        ("retrieval", {"epochs": 1}, ["'retrieval' has no setting 'epochs'", "it has none"]),
    ],
)
def test_settings_that_cannot_be_are_refused(name, values, parts):
    with pytest.raises(UserError) as refused:
        attacker_settings(name, **values)
    for part in ["attackers: ", *parts]:
        assert part in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_plain_and_sorted_for_snakemake(name):
    params = attacker_settings(name).as_params()
    assert list(params) == sorted(params)
    assert all(type(value) in (int, float, str) for value in params.values())
    assert attacker_settings(**params) == attacker_settings(name)


def test_more_steps_do_not_retrain_the_prior():
    one, other = (attacker_settings("prior", steps=steps) for steps in (5, 6))
    assert one.model_params() == other.model_params() != one.as_params()
    assert attacker_settings(**one.model_params()).latent_size == one.latent_size
