"""Mistakes in a configuration, and the one line that is said of each."""

import math

import pytest
from configurations import DEFAULT, changed, study, with_release, with_targets, without

from intercept.runtime.errors import UserError


def refusal(config):
    with pytest.raises(UserError) as refused:
        study(config)
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 300
    return message


BOTH = changed("targets", 1, "noise_multiplier", 0.7)
TWICE = with_targets({"name": "no-dp", "epsilon": 1}, {"name": "no-dp", "epsilon": 2})
SAME_ATTACKER = changed("attackers", DEFAULT["attackers"] * 2)


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        (changed("seedz", [1]), ["unknown key 'seedz'", "did you mean 'seeds'?"]),
        (
            changed("targets", 0, "epoch", 3),
            ["unknown key 'targets[0].epoch'", "did you mean 'epochs'?"],
        ),
        (
            changed("dataset", "splits", "evaluaton", "small2"),
            ["'dataset.splits.evaluaton'", "did you mean 'evaluation'?"],
        ),
        (
            changed("releases", 0, "zzz", 1),
            ["unknown key 'releases[0].zzz'", "allowed are attackers, bit_width"],
        ),
        (
            changed("targets", 1, "noise_multipliers", [0.7, -0.5]),
            ["'targets[1].noise_multipliers[1]' is -0.5", "a number, 0 or more"],
        ),
        (
            changed("targets", 1, "noise_multipliers", ["1e-3"]),
            ["'targets[1].noise_multipliers[0]' is '1e-3'", "a number, 0 or more"],
        ),
        (
            changed("targets", 0, "learning_rate", "1e-3"),
            ["'targets[0].learning_rate' is '1e-3'", "write 0.001, not 1e-3"],
        ),
        (
            changed("targets", 0, "learning_rate", 0),
            ["'targets[0].learning_rate' is 0", "a number above 0"],
        ),
        (
            changed("targets", 1, "noise_multipliers", [math.nan]),
            ["'targets[1].noise_multipliers[0]' is nan", "0 or more"],
        ),
        (
            changed("targets", 0, "learning_rate", math.inf),
            ["'targets[0].learning_rate' is inf", "a number above 0"],
        ),
        (changed("targets", 1, "delta", 1), ["'targets[1].delta' is 1", "above 0 and below 1"]),
        (changed("targets", 1, "delta", 0), ["'targets[1].delta' is 0", "above 0 and below 1"]),
        (changed("targets", 1, "l2_norm_clip", 0), ["'targets[1].l2_norm_clip' is 0", "above 0"]),
        (
            changed("targets", 1, "normalisation", "batch"),
            ["normalisation is 'batch', which recipe 'sound' refuses", "mixes", "write example"],
        ),
        (
            with_targets({}),
            ["recipe 'sound' has neither noise_multiplier nor epsilon", "give one"],
        ),
        (
            with_targets({"epsilons": [1], "noise_multiplier": 1}),
            ["'dp' has a list of epsilons and another of", "give one of them"],
        ),
        (with_targets({"epsilon": 0}), ["'targets[0].epsilon' is 0", "a number above 0"]),
        (
            changed("targets", 4, "stop_at_accuracy_of", "dp"),
            ["stop_at_accuracy_of of 'as-accurate-as-0.7' is 'dp'", "no-dp, dp-noise-0.7"],
        ),
        (
            changed("targets", 5, "stop_at_accuracy_of", "as-accurate-as-0.7"),
            ["is 'as-accurate-as-0.7'", "another target that trains to its end"],
        ),
        (
            changed("targets", 0, "epochs", -1),
            ["'targets[0].epochs' is -1", "a whole number, 0 or more"],
        ),
        (
            changed("targets", 0, "epochs", 2.5),
            ["'targets[0].epochs' is 2.5", "a whole number, 0 or more"],
        ),
        (
            changed("targets", 0, "epochs", True),
            ["'targets[0].epochs' is True", "a whole number, 0 or more"],
        ),
        (
            changed("targets", 0, "epochs", 2.0),
            ["'targets[0].epochs' is 2.0", "a whole number, 0 or more"],
        ),
        (
            changed("targets", 0, "checkpoints", [1, 2.5]),
            ["'targets[0].checkpoints[1]' is 2.5", "a whole number, 0 or more"],
        ),
        (
            changed("targets", 0, "checkpoints", [1, 10]),
            ["checkpoints is [1, 10]", "epochs from 0 to 9, below epochs"],
        ),
        (
            changed(
                "targets",
                [
                    {"name": "a", "recipe": "post-part-1", "epochs": 2, "checkpoints": [1]},
                    {"name": "a-epoch-1", "recipe": "non-private"},
                ],
            ),
            ["targets: 'a-epoch-1' is listed twice", "list it once"],
        ),
        (changed(True, "yes"), ["unknown key", "True"]),
        (
            changed("targets", 0, "recipe", "post-part-3"),
            [
                "'targets[0].recipe' is 'post-part-3'",
                "one of bottleneck, model-file, non-private, nopeek, post, post-part-1, sound",
            ],
        ),
        (
            changed("targets", 0, "noise_multiplier", 0.7),
            ["recipe 'post-part-1' has no setting 'noise_multiplier'", "it has", "learning_rate"],
        ),
        (changed("targets", 1, "noise_source", "sead"), ["'sead'", "os-entropy or seed"]),
        (BOTH, ["'dp' has a list of noise_multipliers and", "give one of them"]),
        (TWICE, ["targets: 'no-dp' is listed twice", "list it once"]),
        (
            changed("targets", 1, "noise_multipliers", [0.7, 0.7]),
            ["'dp-noise-0.7' is listed twice"],
        ),
        (SAME_ATTACKER, ["attackers: 'post' is listed twice"]),
        (changed("seeds", [1, 2, 1]), ["seeds: 1 is listed twice"]),
        (
            changed("releases", 0, "cut_layers", ["mobile_output"] * 2),
            ["releases: cut_layers: 'mobile_output' is listed twice"],
        ),
        (
            changed("releases", [{"cut_layers": ["a"]}, {"cut_layers": ["b", "a"]}]),
            ["releases: 'a' is listed twice for target 'no-dp'", "targets of its own"],
        ),
        (
            changed(
                "releases",
                [
                    {
                        "cut_layers": ["a"],
                        "defence": "noise",
                        "clip_to_noise_ratio": 4,
                        "clip_quantile": quantile,
                        "targets": [target],
                    }
                    for target, quantile in (("no-dp", 0.5), ("dp-noise-0.7", 0.9))
                ],
            ),
            ["'a-noise-4' is listed with", "'clip_quantile': 0.9", "the same settings for all"],
        ),
        (changed("releases", []), ["'releases' is []", "a list of one release or more"]),
        (changed("releases", 0, "defence", "nosie"), ["'nosie'", "noise, none, quantisation"]),
        (
            changed("releases", 0, "bit_width", 2),
            ["defence 'none' has no setting 'bit_width'", "it has none"],
        ),
        (
            with_release(defence="noise", clip_to_noise_ratio=1, clip_to_noise_ratios=[2]),
            ["'noise' has a list of clip_to_noise_ratios", "give one of them"],
        ),
        (
            with_release(defence="noise", clip_to_noise_ratios=[1, 0]),
            ["'releases[0].clip_to_noise_ratios[1]' is 0", "a number above 0"],
        ),
        (
            with_release(defence="noise", clip_to_noise_ratios=[1, 1]),
            ["'a-noise-1' is listed twice"],
        ),
        (
            with_release(defence="quantisation", bit_width=17),
            ["'releases[0].bit_width' is 17", "from 1 to 16"],
        ),
        (
            with_release(targets=["no-dp", "dp"]),
            ["releases: targets has 'dp'", "allowed are those of this study: no-dp, dp-noise-0.7"],
        ),
        (
            with_release(attackers=["refine", "retrieval"]),
            ["attackers has 'refine', which starts at 'decoder'", "add it"],
        ),
        (changed("seeds", []), ["'seeds' is []", "a list of one whole number or more"]),
        (changed("seeds", [-1]), ["'seeds[0]' is -1", "a whole number from 0"]),
        (changed("seeds", 1), ["'seeds' is 1", "a list of one whole number or more"]),
        (changed("targets", None), ["'targets' is None", "a list of one target or more"]),
        (without("seeds"), ["key 'seeds' is missing", "add it"]),
        (
            without("targets", 1, "recipe"),
            ["'dp' has neither a recipe nor a model; add recipe, one of"],
        ),
        (without("dataset", "splits", "attacker"), ["key 'dataset.splits.attacker' is missing"]),
        ({}, ["key 'study' is missing"]),
        (changed("study", "../elsewhere"), ["'study' is '../elsewhere'", "letters, digits"]),
        (changed("targets", 0, "name", "a b"), ["'targets[0].name' is 'a b'", "letters, digits"]),
        (
            changed("dataset", "splits", "train", "test[:11000"),
            ["'dataset.splits.train' is 'test[:11000'", "a TFDS split expression"],
        ),
        (changed("dataset", "allow_overlap", "yes"), ["'yes'", "true or false"]),
        (changed("attackers", 0, "name", "pots"), ["no attacker is called 'pots'", "post"]),
        (changed("attackers", 0, "epochs", 0), ["attackers: epochs is 0", "1 or more"]),
        (
            changed("attackers", [{"name": "refine"}, {"name": "retrieval"}]),
            ["'refine' starts at 'decoder'", "rebuild images on their own here: there is none"],
        ),
        (
            changed("attackers", 3, "starts_at", "retrieval"),
            ["'refine' starts at 'retrieval'", "post, decoder, contrastive, prior"],
        ),
        (changed("augmentation", {"copies": -1}), ["'augmentation.copies' is -1", "0 or more"]),
        (changed("augmentation", {"copy": 1}), ["unknown key 'augmentation.copy'", "'copies'"]),
        (changed("targets", 0, "name", "surrogates"), ["'surrogates' is the name of another"]),
    ],
    ids=lambda value: value[0].replace(" ", "_") if isinstance(value, list) else "",
)
def test_a_mistake_is_refused_in_one_line(config, parts):
    message = refusal(config)
    for part in parts:
        assert part in message


def test_of_several_mistakes_the_first_is_named():
    config = changed("targets", 1, "epochs", -1)
    config["targets"][0]["epochs"] = -2
    assert "'targets[0].epochs' is -2" in refusal(config)
