"""The configuration: what it expands to, and the one line that is said of a mistake."""

import copy
import dataclasses
import math
from pathlib import Path

import pytest
import yaml

from intercept.attackers import attacker_names, attacker_settings
from intercept.defences import defence_names, defence_settings
from intercept.errors import UserError
from intercept.schema import read_schema
from intercept.study import read_study
from intercept.training.recipes import recipe_names, recipe_settings

ROOT = Path(__file__).parents[2]
SCHEMA_FILE = ROOT / "workflow" / "schemas" / "config.schema.yaml"
SCHEMA = read_schema(SCHEMA_FILE)
DEFAULT = yaml.safe_load((ROOT / "config.yaml").read_text())
GLYPHS = yaml.safe_load((ROOT / "profiles" / "demo" / "glyphs.yaml").read_text())


def study(config):
    return read_study(config, SCHEMA_FILE)


def changed(*path_and_value):
    """The default study with one value set, as ``changed("targets", 0, "epochs", 3)``."""
    *path, key, value = path_and_value
    config = copy.deepcopy(DEFAULT)
    section = config
    for part in path:
        section = section[part]
    section[key] = value
    return config


def without(*path):
    config = copy.deepcopy(DEFAULT)
    section = config
    for part in path[:-1]:
        section = section[part]
    del section[path[-1]]
    return config


def refusal(config):
    with pytest.raises(UserError) as refused:
        study(config)
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 300
    return message


def test_the_default_study_is_the_posts():
    default = study(DEFAULT)
    assert (default.name, default.seeds) == ("omniglot", [1])
    assert default.cut_layers == ["mobile_output", "mobile_pool_3"]
    assert default.dataset == DEFAULT["dataset"]
    sound = {"epochs": 20, "batch_size": 32, "learning_rate": 0.005, "l2_norm_clip": 1.0}
    plain = {"batch_size": 32, "learning_rate": 0.001}
    assert default.targets == {
        "no-dp": recipe_settings("post-part-1", epochs=10, **plain),
        **{
            f"dp-noise-{noise}": recipe_settings(
                "sound", noise_multiplier=noise, delta=1e-5, noise_source="os-entropy", **sound
            )
            for noise in (0.7, 0.5, 0.3)
        },
        "clip-only": recipe_settings(
            "sound", noise_multiplier=0, noise_source="seed", **sound | {"learning_rate": 0.001}
        ),
        "untrained": recipe_settings("non-private", epochs=0, **plain),
        **{
            f"as-accurate-as-{noise}": recipe_settings(
                "non-private", stop_at_accuracy_of=f"dp-noise-{noise}", epochs=10, **plain
            )
            for noise in (0.7, 0.3)
        },
        "plain": recipe_settings("non-private", epochs=10, **plain),
        **{
            f"nopeek-weight-{weight}": recipe_settings("nopeek", weight=weight, epochs=10, **plain)
            for weight in (1, 3)
        },
        "bottleneck-8": recipe_settings("bottleneck", channels=8, epochs=10, **plain),
    }
    assert default.attackers == {name: attacker_settings(name) for name in attacker_names()}
    assert list(default.attackers) == ["post", "decoder", "refine", "prior", "retrieval"]
    assert default.augmentation == {"copies": 20}


def test_the_demonstration_is_small_and_needs_no_download():
    demo = study(GLYPHS)
    assert (demo.name, demo.dataset["name"]) == ("glyphs", "glyphs")
    assert list(demo.targets) == ["no-dp", "dp-noise-0.7"]
    default = study(DEFAULT)
    for name, settings in demo.targets.items():
        assert dataclasses.replace(settings, epochs=0) == dataclasses.replace(
            default.targets[name], epochs=0
        )
        assert 0 < settings.epochs < default.targets[name].epochs
    assert list(demo.attackers) == list(default.attackers)
    assert 0 < demo.augmentation["copies"] < default.augmentation["copies"]


def with_targets(*targets):
    config = changed("releases", [{"cut_layers": ["mobile_output"]}])
    config["targets"] = [{"name": "dp", "recipe": "sound", **target} for target in targets]
    return config


def test_a_noise_multiplier_alone_leaves_the_name_as_it_is():
    assert study(with_targets({"noise_multiplier": 2})).targets["dp"].noise_multiplier == 2
    assert study(with_targets({"epsilon": 2})).targets["dp"].epsilon == 2


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"noise_multipliers": [0, 1.0, 0.05]}, ["dp-noise-0", "dp-noise-1", "dp-noise-0.05"]),
        ({"epsilons": [0.5, 8.0]}, ["dp-epsilon-0.5", "dp-epsilon-8"]),
    ],
)
def test_a_list_makes_a_target_of_each_value_and_puts_it_into_the_name(given, names):
    targets = study(with_targets(given)).targets
    assert list(targets) == names
    ((key, values),) = given.items()
    assert [getattr(target, key.removesuffix("s")) for target in targets.values()] == values


def test_a_noise_multiplier_and_an_epsilon_may_both_be_given():
    settings = study(with_targets({"noise_multiplier": 0.7, "epsilon": 3})).targets["dp"]
    assert (settings.noise_multiplier, settings.epsilon) == (0.7, 3)


def test_releases_are_cut_layers_times_the_strengths_of_a_defence():
    found = study(
        changed(
            "releases",
            [
                {"cut_layers": ["a", "b"]},
                {
                    "cut_layers": ["a", "b"],
                    "defence": "noise",
                    "clip_to_noise_ratios": [4, 0.5],
                    "observations": 9,
                    "targets": ["no-dp"],
                    "attackers": ["retrieval", "post"],
                },
                {"cut_layers": ["b"], "defence": "quantisation", "bit_width": 2},
            ],
        )
    )
    assert list(found.releases) == [
        "a",
        "b",
        "a-noise-4-read-9-times",
        "a-noise-0.5-read-9-times",
        "b-noise-4-read-9-times",
        "b-noise-0.5-read-9-times",
        "b-quantisation-2",
    ]
    assert found.undefended == found.cut_layers == ["a", "b"]
    noisy = found.releases["b-noise-4-read-9-times"]
    assert (noisy.cut_layer, noisy.targets) == ("b", ("no-dp",))
    assert noisy.attackers == ("post", "retrieval")  # in the study's order
    assert noisy.defence == defence_settings("noise", clip_to_noise_ratio=4, observations=9)
    targets, attackers = len(found.targets), len(found.attackers)
    assert len(found.wires()) == 3 * targets + 4
    assert len(found.attacks()) == 3 * targets * attackers + 4 * 2
    assert found.attacks()[0] == {
        "target": "no-dp",
        "seed": 1,
        "release": "a",
        "attacker": "post",
    }


def test_where_every_release_has_a_defence_they_stand_for_the_undefended():
    found = study(with_release(defence="quantisation", bit_widths=[1, 2]))
    assert found.undefended == ["a-quantisation-1", "a-quantisation-2"]
    assert found.cut_layers == ["a"]


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("noise", {"clip_to_noise_ratio": 0}, "clip_to_noise_ratio is 0; allowed is above 0"),
        (
            "noise",
            {"clip_to_noise_ratio": 1, "clip_quantile": 1.5},
            "clip_quantile is 1.5; allowed is above 0 and at most 1",
        ),
        ("noise", {"clip_to_noise_ratio": 1, "observations": 0}, "is 0; allowed is 1 or more"),
        ("quantisation", {"bit_width": 0}, "bit_width is 0; allowed is 1 to 16"),
        ("noise", {}, "defence 'noise' has no clip_to_noise_ratio, which it needs; add it"),
        ("laplace", {}, "no defence is called 'laplace'; there is noise, none, quantisation"),
    ],
)
def test_settings_of_defences_that_cannot_be_are_refused(name, values, said):
    with pytest.raises(UserError, match=f"^releases: .*{said}"):
        defence_settings(name, **values)


def schema_at(path):
    schema = SCHEMA
    for part in path:
        schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
    return schema


def paths(value, path=()):
    """Every key of a configuration, as the path to it."""
    children = value.items() if isinstance(value, dict) else []
    children = enumerate(value) if isinstance(value, list) else children
    for key, child in children:
        yield (*path, key)
        yield from paths(child, (*path, key))


@pytest.mark.parametrize("config", [DEFAULT, GLYPHS], ids=["default", "demo"])
def test_the_schema_has_every_key_and_says_what_is_allowed(config):
    for path in paths(config):
        assert "description" in schema_at(path), path


def test_the_schema_refuses_unknown_keys_everywhere():
    def objects(schema):
        if schema.get("type") == "object":
            yield schema
        for part in [*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])]:
            yield from objects(part)

    found = list(objects(SCHEMA))
    assert len(found) == 9
    assert all(schema["additionalProperties"] is False for schema in found)


def test_the_schema_has_the_recipes_and_their_settings():
    target = schema_at(("targets", 0))
    assert target["properties"]["recipe"]["enum"] == recipe_names()
    assert target["properties"]["recipe"]["description"] == "one of " + ", ".join(recipe_names())
    required = {
        "sound": {"noise_multiplier": 1},
        "nopeek": {"weight": 1},
        "model-file": {"model": "a.keras"},
    }
    of_the_recipes = {
        field.name
        for recipe in recipe_names()
        for field in dataclasses.fields(recipe_settings(recipe, **required.get(recipe, {})))
    }
    lists = {"noise_multipliers", "epsilons", "weights"}
    assert set(target["properties"]) == of_the_recipes | lists | {"name", "recipe"}


def test_the_schema_has_the_noise_sources_of_the_settings():
    allowed = schema_at(("targets", 0))["properties"]["noise_source"]["enum"]
    for source in allowed:
        recipe_settings("sound", noise_multiplier=1, noise_source=source)
    with pytest.raises(UserError, match=f"allowed is {' or '.join(allowed)}"):
        recipe_settings("sound", noise_multiplier=1, noise_source="x")


def test_the_schema_has_the_defences_and_their_settings():
    release = schema_at(("releases", 0))["properties"]
    assert release["defence"]["enum"] == defence_names()
    required = {"noise": {"clip_to_noise_ratio": 1}, "quantisation": {"bit_width": 1}}
    of_the_defences = {
        field.name
        for name in defence_names()
        for field in dataclasses.fields(defence_settings(name, **required.get(name, {})))
    }
    lists = {"clip_to_noise_ratios", "bit_widths"}
    own = {"cut_layers", "defence", "targets", "attackers"}
    assert set(release) == of_the_defences | lists | own


def test_the_schema_has_the_attackers_settings():
    of_the_attackers = {
        field.name
        for name in attacker_names()
        for field in dataclasses.fields(attacker_settings(name))
    }
    assert set(schema_at(("attackers", 0))["properties"]) == of_the_attackers | {"name"}


BOTH = changed("targets", 1, "noise_multiplier", 0.7)
TWICE = with_targets({"name": "no-dp", "epsilon": 1}, {"name": "no-dp", "epsilon": 2})


def with_release(**values):
    return changed("releases", [{"cut_layers": ["a"], **values}])


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
            ["releases: 'a' is listed twice"],
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
            changed("attackers", 2, "starts_at", "retrieval"),
            ["'refine' starts at 'retrieval'", "post, decoder, prior"],
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


def test_the_configuration_is_not_changed_by_reading_it():
    config = copy.deepcopy(DEFAULT)
    study(config)
    assert config == DEFAULT


@pytest.mark.parametrize("settings", study(DEFAULT).targets.values(), ids=lambda s: s.recipe)
def test_settings_make_the_round_trip_through_snakemakes_params(settings):
    params = settings.as_params()
    assert list(params) == sorted(params)
    assert all(type(value) in (int, float, str, type(None)) for value in params.values())
    assert recipe_settings(**params) == settings


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"recipe": "soun"},
            "no recipe is called 'soun'; there is bottleneck, model-file, non-private, nopeek, ",
        ),
        ({"recipe": "sound", "clip": 1}, "recipe 'sound' has no setting 'clip'"),
        # What the class holds for itself is no setting.
        ({"recipe": "sound", "memory_mb": 1}, "recipe 'sound' has no setting 'memory_mb'"),
        ({"recipe": "nopeek"}, "recipe 'nopeek' has no weight, which it needs; add it"),
        ({"recipe": "nopeek", "weight": -1}, "weight is -1; allowed is 0 or more"),
        ({"recipe": "bottleneck", "channels": 0}, "channels is 0; allowed is 1 or more"),
        ({"recipe": "sound", "l2_norm_clip": 0}, "l2_norm_clip is 0; allowed is above 0"),
        ({"recipe": "sound", "noise_multiplier": -1}, "noise_multiplier is -1; .* 0 or more"),
        ({"recipe": "sound", "noise_source": "x"}, "is 'x'; allowed is os-entropy or seed"),
        ({"recipe": "post-part-1", "batch_size": 0}, "batch_size is 0; allowed is 1 or more"),
        ({"recipe": "post-part-1", "epochs": -1}, "epochs is -1; allowed is 0 or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(values, said):
    with pytest.raises(UserError, match=f"^targets: .*{said}"):
        recipe_settings(**values)
