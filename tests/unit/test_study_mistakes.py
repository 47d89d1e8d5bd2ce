"""Mistakes in a configuration, and the one line that is said of each."""

import math

import pytest
from configurations import DEFAULT, changed, study, with_targets, with_wire, without

from intercept.runtime.errors import UserError


def refusal(config):
    with pytest.raises(UserError) as refused:
        study(config)
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 300
    return message


BOTH = changed("targets", "dp", "noise_multiplier", 0.7)
TWICE = with_targets(**{"a": {"epsilons": [1]}, "a-epsilon-1": {"epsilon": 2}})
PRIORS = {"prior": {}, "larger": {"kind": "prior", "latent_size": 128}}
FOLDERS = {"target": "a", "attacker": "b", "evaluation": "c"}
OWN = {"name": "mine", "folders": FOLDERS}


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        (changed("seedz", [1]), ["unknown key 'seedz'", "did you mean 'seeds'?"]),
        (
            changed("targets", "no-dp", "epoch", 3),
            ["unknown key 'targets.no-dp.epoch'", "did you mean 'epochs'?"],
        ),
        (
            changed("dataset", "splits", "evaluaton", "small2"),
            ["'dataset.splits.evaluaton'", "did you mean 'evaluation'?"],
        ),
        (
            changed("wires", "last-layer", "zzz", 1),
            ["unknown key 'wires.last-layer.zzz'", "attackers, cut_layers, defence or targets"],
        ),
        (
            changed("targets", "dp", "noise_multipliers", [0.7, -0.5]),
            ["'targets.dp.noise_multipliers[1]' is -0.5", "a number, 0 or more"],
        ),
        (
            changed("targets", "dp", "noise_multipliers", ["1e-3"]),
            ["'targets.dp.noise_multipliers[0]' is '1e-3'", "0 or more; write 0.001"],
        ),
        (
            changed("targets", "dp", "noise_multipliers", ["low"]),
            ["'targets.dp.noise_multipliers[0]' is 'low'", "a number, 0 or more"],
        ),
        (
            changed("targets", "no-dp", "learning_rate", "1e-3"),
            ["'targets.no-dp.learning_rate' is '1e-3'", "above 0; write 0.001"],
        ),
        (
            changed("targets", "no-dp", "learning_rate", 0),
            ["'targets.no-dp.learning_rate' is 0", "a number above 0"],
        ),
        (
            changed("targets", "dp", "noise_multipliers", [math.nan]),
            ["'targets.dp.noise_multipliers[0]' is nan", "0 or more"],
        ),
        (
            changed("targets", "no-dp", "learning_rate", math.inf),
            ["'targets.no-dp.learning_rate' is inf", "a number above 0"],
        ),
        (changed("targets", "dp", "delta", 1), ["'targets.dp.delta' is 1", "above 0 and below 1"]),
        (changed("targets", "dp", "delta", 0), ["'targets.dp.delta' is 0", "above 0 and below 1"]),
        (
            changed("targets", "dp", "l2_norm_clip", 0),
            ["'targets.dp.l2_norm_clip' is 0", "above 0"],
        ),
        (
            changed("targets", "dp", "normalisation", "batch"),
            ["normalisation' is 'batch'; allowed is: example", "mixes", "write example"],
        ),
        (
            with_targets(dp={}),
            ["'targets.dp' has neither noise_multiplier nor epsilon", "give one"],
        ),
        (
            with_targets(dp={"epsilons": [1], "noise_multiplier": 1}),
            ["'targets.dp' has epsilons and noise_multiplier", "give one of them"],
        ),
        (with_targets(dp={"epsilon": 0}), ["'targets.dp.epsilon' is 0", "a number above 0"]),
        (
            with_targets(dp={"epsilon": 1, "clip_gradients": False}),
            ["'targets.dp.epsilon' is 1", "none without clip_gradients"],
        ),
        (
            changed("targets", "as-accurate-as-0.7", "stop_at_accuracy_of", "dp"),
            ["'targets.as-accurate-as-0.7.stop_at_accuracy_of' is 'dp'", "no-dp, dp-noise-0.7"],
        ),
        (
            changed("targets", "as-accurate-as-0.3", "stop_at_accuracy_of", "dp-nose-0.7"),
            ["is 'dp-nose-0.7'", "did you mean 'dp-noise-0.7'?"],
        ),
        (
            changed("targets", "as-accurate-as-0.3", "stop_at_accuracy_of", "as-accurate-as-0.7"),
            ["is 'as-accurate-as-0.7'", "another target that trains to its end"],
        ),
        (
            with_targets(a={"recipe": "non-private", "stop_at_accuracy_of": "a"}),
            ["is 'a'", "another target that trains to its end, and there is none; add one"],
        ),
        (
            changed("targets", "no-dp", "epochs", -1),
            ["'targets.no-dp.epochs' is -1", "a whole number, 0 or more"],
        ),
        (
            changed("targets", "no-dp", "epochs", 2.5),
            ["'targets.no-dp.epochs' is 2.5", "a whole number, 0 or more"],
        ),
        (
            changed("targets", "no-dp", "epochs", True),
            ["'targets.no-dp.epochs' is True", "a whole number, 0 or more"],
        ),
        (
            changed("targets", "no-dp", "learning_rate", True),
            ["'targets.no-dp.learning_rate' is True", "a number above 0"],
        ),
        (
            changed("targets", "no-dp", "epochs", 2.0),
            ["'targets.no-dp.epochs' is 2.0", "a whole number, 0 or more"],
        ),
        (
            changed("targets", "no-dp", "epochs", "3"),
            ["'targets.no-dp.epochs' is '3'", "a whole number, 0 or more; write 3, without quotes"],
        ),
        (
            changed("targets", "no-dp", "checkpoints", [1, 2.5]),
            ["'targets.no-dp.checkpoints[1]' is 2.5", "a whole number, 0 or more"],
        ),
        (
            changed("targets", "no-dp", "checkpoints", [1, 10]),
            ["checkpoints' is [1, 10]", "epochs from 0 to 9, below epochs"],
        ),
        (
            changed("targets", "no-dp", "checkpoints", [1, 1]),
            ["'targets.no-dp.checkpoints' is [1, 1]", "each epoch once"],
        ),
        (
            changed("targets", "as-accurate-as-0.7", "checkpoints", [1]),
            ["stop_at_accuracy_of' is 'dp-noise-0.7'", "none beside checkpoints"],
        ),
        (
            changed(
                "targets",
                {
                    "a": {"recipe": "post-part-1", "epochs": 2, "checkpoints": [1]},
                    "a-epoch-1": {"recipe": "non-private"},
                },
            ),
            ["'targets.a-epoch-1' makes a target 'a-epoch-1', and so does 'targets.a'"],
        ),
        (changed(True, "yes"), ["unknown key True", "a text"]),
        (
            changed("targets", "no-dp", "recipe", "post-part-3"),
            ["'targets.no-dp.recipe' is 'post-part-3'", "did you mean 'post-part-1'?"],
        ),
        (
            changed("targets", "no-dp", "recipe", "zzz"),
            [
                "'targets.no-dp.recipe' is 'zzz'",
                "bottleneck, command, dp-adam, model-file, noise-trained, non-private, nopeek, "
                "post",
            ],
        ),
        (
            changed("targets", "no-dp", "noise_multiplier", 0.7),
            [
                "'targets.no-dp.noise_multiplier'",
                "recipe 'post-part-1' has no such setting",
                "recipe",
            ],
        ),
        (
            changed("targets", "n", {"recipe": "nopeek"}),
            ["key 'targets.n.weight' is missing; add it or 'weights'"],
        ),
        (changed("targets", "dp", "noise_source", "sead"), ["'sead'", "os-entropy or seed"]),
        (BOTH, ["'targets.dp' has noise_multipliers and noise_multiplier", "give one of them"]),
        (TWICE, ["'targets.a-epsilon-1' makes a target 'a-epsilon-1'", "so does 'targets.a'"]),
        (
            changed("targets", "dp", "noise_multipliers", [0.7, 0.7]),
            ["'targets.dp' makes a target 'dp-noise-0.7', and so does", "list each value once"],
        ),
        (
            changed("targets", "dp", "noise_multipliers", []),
            ["'targets.dp.noise_multipliers' is []", "a list of values of noise_multiplier"],
        ),
        (
            changed("targets", "dp", "noise_multipliers", 0.7),
            ["'targets.dp.noise_multipliers' is 0.7", "a list of values of noise_multiplier"],
        ),
        (
            changed("targets", [{"name": "a", "recipe": "non-private"}]),
            ["'targets' is [{'name': 'a'", "one target or more, each under a name of its own"],
        ),
        (changed("targets", "no-dp", None), ["'targets.no-dp' is empty", "recipe"]),
        (changed("seeds", [1, 2, 1]), ["'seeds' has 1 listed twice"]),
        (
            changed("wires", "last-layer", "cut_layers", ["mobile_output"] * 2),
            ["'wires.last-layer.cut_layers' has 'mobile_output' listed twice"],
        ),
        (
            changed("wires", {"one": {"cut_layers": ["a"]}, "two": {"cut_layers": ["b", "a"]}}),
            ["'wires' have 'a' twice for target 'no-dp'", "targets of its own"],
        ),
        (
            changed(
                "wires",
                {
                    target: {
                        "cut_layers": ["a"],
                        "defence": "noise",
                        "clip_to_noise_ratio": 4,
                        "clip_quantile": quantile,
                        "targets": [target],
                    }
                    for target, quantile in (("no-dp", 0.5), ("dp-noise-0.7", 0.9))
                },
            ),
            ["have 'a-noise-4' with", "'clip_quantile': 0.9", "the same settings for all"],
        ),
        (
            changed("wires", {"one": {"cut_layer": ["code"]}}),
            ["unknown key 'wires.one.cut_layer'; did you mean 'cut_layers'?"],
        ),
        (
            changed("wires", {"one": {"defence": "noise", "cutlayers": ["code"]}}),
            ["unknown key 'wires.one.cutlayers'; did you mean 'cut_layers'?"],
        ),
        (
            changed("wires", {"one": {"defence": "noise"}}),
            ["key 'wires.one.cut_layers' is missing; add it"],
        ),
        (
            with_wire(cut_layers=[123]),
            ["'wires.one.cut_layers[0]' is 123", "a number to YAML: write it in quotes"],
        ),
        (changed("study", 2020), ["'study' is 2020", "a number to YAML: write it in quotes"]),
        (
            with_wire(cut_layers=[True]),
            ["cut_layers[0]' is True", "true or false to YAML: write it in quotes"],
        ),
        (changed("wires", {}), ["'wires' is {}", "one wire or more"]),
        (
            with_wire(defence="sphere", width=8),
            ["'wires.one' has neither clip_to_noise_ratio nor", "a goal to the study"],
        ),
        (
            with_wire(defence="codebook", word_counts=[20], identified=0.1, among=99),
            ["'wires.one' has word_counts and identified; give one of them"],
        ),
        (
            with_wire(defence="codebook", identified_rates=[0.1, 0.01], among=100),
            ["'wires.one' asks for 0.01 among 100, and guessing has 0.01"],
        ),
        (
            changed("goal", {"identified": 0.05, "among": 20, "keep_accuracy": 0.7}),
            ["'goal' asks for 0.05 among 20, and guessing has 0.05"],
        ),
        (
            changed("goal", {"identified": 0.05, "among": 20_000}),
            ["key 'goal.keep_accuracy' is missing"],
        ),
        (
            changed("goal", {"identified": 5, "among": 20_000, "keep_accuracy": 0.7}),
            ["'goal.identified' is 5", "above 0 and below 1"],
        ),
        (
            changed("wires", "last-layer", "defence", "nosie"),
            ["'nosie'", "did you mean 'noise'?"],
        ),
        (
            changed("wires", "last-layer", "defence", "wall"),
            [
                "'wires.last-layer.defence' is 'wall'",
                "codebook, noise, none, quantisation, shredder or sphere",
            ],
        ),
        (
            changed("wires", "last-layer", "bit_width", 2),
            ["'wires.last-layer.bit_width'", "defence 'none' has no such setting"],
        ),
        (
            with_wire(defence="noise", clip_to_noise_ratio=1, clip_to_noise_ratios=[2]),
            ["'wires.one' has clip_to_noise_ratios and", "give one of them"],
        ),
        (
            with_wire(defence="codebook", word_counts=[20, 30], epsilons=[1, 2]),
            ["'wires.one' has word_counts and epsilons; give one of them"],
        ),
        (
            with_wire(defence="codebook", words=20, epsilon=1, epsilons=[1, 2]),
            ["'wires.one' has epsilons and epsilon; give one of them"],
        ),
        (
            with_wire(defence="noise", clip_to_noise_ratios=[1, 0]),
            ["'wires.one.clip_to_noise_ratios[1]' is 0", "a number above 0"],
        ),
        (
            with_wire(defence="noise", clip_to_noise_ratios=[1, 1]),
            ["'wires.one' has 'noise-1' listed twice"],
        ),
        (
            with_wire(defence="noise", clip_to_noise_ratio=1, clip_quantile=2),
            ["'wires.one.clip_quantile' is 2", "a number above 0 and at most 1"],
        ),
        (
            with_wire(defence="quantisation", bit_width=17),
            ["'wires.one.bit_width' is 17", "from 1 to 16"],
        ),
        (
            with_wire(targets=["no-dp", "dp"]),
            ["'wires.one.targets[1]' is 'dp'", "none of that name", "no-dp, dp-noise-0.7"],
        ),
        (
            with_wire(attackers=["retreival"]),
            ["'wires.one.attackers[0]' is 'retreival'", "did you mean 'retrieval'?"],
        ),
        (with_wire(targets=[]), ["'wires.one.targets' is []", "a list of one or more"]),
        (
            with_wire(attackers=["refine", "retrieval"]),
            ["attackers' has 'refine', which starts at 'decoder'", "add it"],
        ),
        (
            changed("seeds", []),
            ["'seeds' is []", "a list of one or more, each a whole number from"],
        ),
        (changed("seeds", [-1]), ["'seeds[0]' is -1", "a whole number from 0 to 2147483647"]),
        (changed("seeds", 1), ["'seeds' is 1", "a list of one or more"]),
        (changed("targets", None), ["'targets' is empty", "one target or more"]),
        (without("seeds"), ["key 'seeds' is missing", "add it"]),
        (
            without("targets", "dp", "recipe"),
            [
                "'targets.dp' has neither a recipe nor a model; add recipe, one of",
                "nopeek, post, post-part-1, or model",
            ],
        ),
        (without("dataset", "splits", "attacker"), ["key 'dataset.splits.attacker' is missing"]),
        (without("dataset", "name"), ["key 'dataset.name' is missing"]),
        (without("dataset", "features"), ["'dataset' has none of features, folders and folder"]),
        (
            changed("dataset", {**DEFAULT["dataset"], **OWN}),
            ["'dataset' has folders and splits; give one"],
        ),
        (
            changed("dataset", {"name": "mine"}),
            ["'dataset' has none of splits, folders and folder"],
        ),
        ({}, ["key 'study' is missing"]),
        (changed("study", "../elsewhere"), ["'study' is '../elsewhere'", "letters, digits"]),
        (
            changed("targets", "a b", {"recipe": "non-private"}),
            ["'targets' has the name 'a b'", "letters, digits"],
        ),
        (
            changed("targets", 7, {"recipe": "non-private"}),
            ["'targets' has the name 7", "letters, digits"],
        ),
        (
            changed("dataset", "splits", "train", "test[:11000"),
            ["'dataset.splits.train' is 'test[:11000'", "a TFDS split expression"],
        ),
        (changed("dataset", "allow_overlap", "yes"), ["'yes'", "true or false"]),
        (
            changed("attackers", "pots", {}),
            ["'attackers.pots' has no kind", "did you mean 'post'?"],
        ),
        (changed("attackers", "mallory", {}), ["'attackers.mallory' has no kind", "post"]),
        (
            changed("attackers", "pots", {"kind": "psot"}),
            ["'attackers.pots.kind' is 'psot'", "did you mean 'post'?"],
        ),
        (
            changed("attackers", "retrieval", None),
            ["'attackers.retrieval' is empty", "its settings, or {}"],
        ),
        (
            changed("attackers", "post", "epochs", 0),
            ["'attackers.post.epochs' is 0", "a whole number, 1 or more"],
        ),
        (
            changed("attackers", "post", "epochs", -1),
            ["'attackers.post.epochs' is -1", "a whole number, 1 or more"],
        ),
        (
            changed("attackers", "contrastive", "batch_size", 0),
            ["'attackers.contrastive.batch_size' is 0", "a whole number, 2 or more"],
        ),
        (
            changed("attackers", "contrastive", "dropout", 1),
            ["'attackers.contrastive.dropout' is 1", "a number, 0 or more and below 1"],
        ),
        (
            changed("attackers", {"refine": {}, "retrieval": {}}),
            ["'attackers.refine' starts at 'decoder'", "there is none, so add one"],
        ),
        (
            changed("attackers", "refine", "starts_at", "retrieval"),
            ["'attackers.refine' starts at 'retrieval'", "post, decoder, contrastive or prior"],
        ),
        (
            changed("attackers", PRIORS),
            ["'attackers.larger.latent_size' is 128, and that of 'prior' is 64", "one generative"],
        ),
        (changed("augmentation", {"copies": -1}), ["'augmentation.copies' is -1", "0 or more"]),
        (changed("augmentation", {"copy": 1}), ["unknown key 'augmentation.copy'", "'copies'"]),
        (
            changed("targets", "auxiliary", {"recipe": "non-private"}),
            ["'targets.auxiliary' has the name of another folder", "any name but figures"],
        ),
    ],
    ids=lambda value: value[0].replace(" ", "_") if isinstance(value, list) else "",
)
def test_a_mistake_is_refused_in_one_line(config, parts):
    message = refusal(config)
    for part in parts:
        assert part in message


def test_of_several_mistakes_the_first_is_named():
    config = changed("targets", "dp", "epochs", -1)
    config["targets"]["no-dp"]["epochs"] = -2
    assert "'targets.no-dp.epochs' is -2" in refusal(config)


def test_a_misspelt_key_is_named_before_the_one_that_it_leaves_missing():
    config = without("seeds") | {"sede": [1]}
    assert "unknown key 'sede'; did you mean 'seeds'?" in refusal(config)
