"""A study: the targets, wires and attacks that its configuration asks for."""

import copy

import pytest
from configurations import DEFAULT, DEMO, added, changed, study, with_targets, with_wire

from intercept.attackers import attacker_kinds, attacker_settings
from intercept.attackers.settings import Augmentation
from intercept.defences import defence_settings
from intercept.runtime.errors import UserError
from intercept.training.recipes import recipe_settings


def test_the_default_study_is_the_posts():
    default = study(DEFAULT)
    assert (default.name, default.seeds) == ("omniglot", [1])
    assert list(default.wires) == ["mobile_output"]
    attacked = {target: set() for target in default.targets}
    for place in default.attacks():
        attacked[place["target"]].add(place["attacker"])
    few = {"contrastive", "retrieval", "linkage"}
    controls = ("untrained", "as-accurate-as-0.7", "as-accurate-as-0.3")
    assert attacked == {
        target: few if target in controls else set(default.attackers) for target in default.targets
    }
    assert default.dataset == DEFAULT["dataset"]
    sound = {"epochs": 20, "batch_size": 32, "learning_rate": 0.005, "l2_norm_clip": 1.0}
    plain = {"batch_size": 32, "learning_rate": 0.001}
    assert default.targets == {
        "no-dp": recipe_settings("post-part-1", epochs=10, **plain),
        **{
            f"dp-noise-{noise}": recipe_settings(
                "dp-adam", noise_multiplier=noise, delta=1e-5, noise_source="os-entropy", **sound
            )
            for noise in (0.7, 0.5, 0.3)
        },
        "untrained": recipe_settings("non-private", epochs=0, **plain),
        **{
            f"as-accurate-as-{noise}": recipe_settings(
                "non-private", stop_at_accuracy_of=f"dp-noise-{noise}", epochs=10, **plain
            )
            for noise in (0.7, 0.3)
        },
    }
    # A shadow would need images of the alphabets that the network names, which small1 has none of.
    kinds = [kind for kind in attacker_kinds() if kind != "shadow"]
    own = {"decoder": {"epochs": 6}, "contrastive": {"epochs": 12}}
    assert default.attackers == {
        kind: attacker_settings(kind, **own.get(kind, {})) for kind in kinds
    }
    assert list(default.attackers) == [
        "post",
        "decoder",
        "contrastive",
        "refine",
        "prior",
        "retrieval",
        "linkage",
    ]
    assert default.augmentation == Augmentation().model_dump()
    assert default.augmentation["copies"] == 20


def test_the_study_of_defences_adds_to_the_default_one_and_changes_nothing_of_it():
    default, both = study(DEFAULT), study(added("config.yaml", "studies/defences.yaml"))
    assert (both.name, both.seeds, both.dataset) == (default.name, default.seeds, default.dataset)
    assert both.attackers == default.attackers
    plain = {"batch_size": 32, "learning_rate": 0.001}
    assert both.targets == default.targets | {
        "plain": recipe_settings("non-private", epochs=10, **plain),
        **{
            f"nopeek-weight-{weight}": recipe_settings("nopeek", weight=weight, epochs=10, **plain)
            for weight in (1, 3)
        },
        "bottleneck-8": recipe_settings("bottleneck", channels=8, epochs=10, **plain),
        "through-noise": recipe_settings(
            "noise-trained", clip_to_noise_ratio=4, epochs=12, ordinary_epochs=6, **plain
        ),
    }
    assert list(both.targets)[: len(default.targets)] == list(default.targets)
    assert [attack for attack in both.attacks() if attack in default.attacks()] == default.attacks()
    assert len(both.attacks()) > len(default.attacks())
    assert default.widths.items() <= both.widths.items()


def test_the_study_of_audits_adds_them_to_the_default_one_and_changes_nothing_else():
    default, both = study(DEFAULT), study(added("config.yaml", "studies/audits.yaml"))
    assert both.attacks() == default.attacks()
    assert default.audits() == []
    audited = {place["target"] for place in both.audits()}
    assert audited == {name for name in default.targets if name.startswith("dp-noise-")}


@pytest.mark.parametrize(
    ("file", "others"),
    [
        ("studies/seeds.yaml", ["config.yaml"]),
        ("studies/defences-seeds.yaml", ["config.yaml", "studies/defences.yaml"]),
    ],
)
def test_studies_of_seeds_train_defend_and_attack_nothing_of_the_others_anew(file, others):
    before, more = study(added(*others)), study(added(file))
    assert (more.name, more.dataset) == (before.name, before.dataset)
    assert more.augmentation == before.augmentation
    for section in ("targets", "attackers"):
        assert getattr(more, section).items() <= getattr(before, section).items()
    for name, wire in more.wires.items():
        assert wire.defence == before.wires[name].defence, name
    first = [attack for attack in more.attacks() if attack["seed"] == 1]
    assert len(first) * len(more.seeds) == len(more.attacks())
    assert all(attack in before.attacks() for attack in first)


@pytest.mark.parametrize(
    "file", ["studies/matched.yaml", "studies/depth-and-width.yaml", "studies/promises.yaml"]
)
def test_the_other_studies_are_whole(file):
    assert study(added(file)).attacks()


def test_the_template_is_refused_until_it_is_filled_in():
    template = added("studies/template.yaml")
    folders, target = template["dataset"]["folders"], template["targets"]["mine"]
    wire = template["wires"]["as-it-is"]
    for section, key, value, name in [
        (folders, "target", "a", "dataset.folders.target"),
        (folders, "attacker", "b", "dataset.folders.attacker"),
        (folders, "evaluation", "c", "dataset.folders.evaluation"),
        (wire, "cut_layers", ["code"], "wires.as-it-is.cut_layers"),
        (target, "model", "mine.keras", "targets.mine.model"),
    ]:
        with pytest.raises(UserError, match=f"{name!r} is "):
            study(template)
        section[key] = value
    assert study(template).targets["mine"].model == "mine.keras"


def attacked_by(attackers):
    """The default study with these attackers, each on every wire."""
    wires = {"last": {"cut_layers": ["mobile_output"]}}
    return study({**DEFAULT, "wires": wires, "attackers": attackers})


def test_two_attackers_of_one_kind_stand_beside_each_other():
    found = attacked_by(
        {
            "decoder": {"epochs": 2},
            "longer": {"kind": "decoder", "epochs": 4},
            "refine": {"starts_at": "longer"},
        }
    )
    assert found.attackers["decoder"] == attacker_settings("decoder", epochs=2)
    assert found.attackers["longer"] == attacker_settings("decoder", epochs=4)
    assert found.attackers["refine"].describe().endswith("It starts at longer.")
    assert {place["attacker"] for place in found.attacks()} == {"decoder", "longer", "refine"}


def test_two_attackers_may_search_one_generative_model():
    found = attacked_by({"prior": {}, "farther": {"kind": "prior", "steps": 20}})
    assert found.attackers["prior"].prior_params() == found.attackers["farther"].prior_params()


def test_the_demonstration_is_small_and_needs_no_download():
    demo = study(DEMO)
    assert (demo.name, demo.dataset["name"]) == ("demo", "mnist_5k")
    assert list(demo.targets) == ["no-dp", "dp-noise-0.7", "dp-noise-0.5", "dp-noise-0.3"]
    default = study(DEFAULT)
    for name, settings in demo.targets.items():
        assert settings.changed(epochs=0) == default.targets[name].changed(epochs=0)
        assert 0 < settings.epochs < default.targets[name].epochs
    assert set(demo.attackers) < set(default.attackers)
    assert 0 < demo.augmentation["copies"] < default.augmentation["copies"]


def test_a_noise_multiplier_alone_leaves_the_name_as_it_is():
    assert study(with_targets(dp={"noise_multiplier": 2})).targets["dp"].noise_multiplier == 2
    assert study(with_targets(dp={"epsilon": 2})).targets["dp"].epsilon == 2


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"noise_multipliers": [0, 1.0, 0.05]}, ["dp-noise-0", "dp-noise-1", "dp-noise-0.05"]),
        ({"epsilons": [0.5, 8.0]}, ["dp-epsilon-0.5", "dp-epsilon-8"]),
    ],
)
def test_a_list_makes_a_target_of_each_value_and_puts_it_into_the_name(given, names):
    targets = study(with_targets(dp=given)).targets
    assert list(targets) == names
    ((key, values),) = given.items()
    assert [getattr(target, key.removesuffix("s")) for target in targets.values()] == values


def test_a_checkpoint_is_a_target_of_its_own_before_the_end_of_its_training():
    found = study(
        with_targets(
            dp={"noise_multipliers": [0.3, 0.7], "epochs": 4, "checkpoints": [2, 0]},
            whole={"noise_multiplier": 1},
        )
    )
    names = [
        f"dp-noise-{noise}{end}" for noise in (0.3, 0.7) for end in ("-epoch-0", "-epoch-2", "")
    ]
    assert list(found.targets) == [*names, "whole"]
    assert found.checkpoints == {
        f"{training}-epoch-{epoch}": training
        for training in ("dp-noise-0.3", "dp-noise-0.7")
        for epoch in (0, 2)
    }
    end, earlier = found.targets["dp-noise-0.7"], found.targets["dp-noise-0.7-epoch-2"]
    assert earlier == end.changed(epochs=2, checkpoints=())
    assert [place["target"] for place in found.trainings()] == [
        "dp-noise-0.3",
        "dp-noise-0.7",
        "whole",
    ]
    assert [place["target"] for place in found.places()] == list(found.targets)


def test_a_wire_may_name_a_checkpoint_and_a_target_may_stop_at_its_accuracy():
    config = with_targets(
        dp={"noise_multiplier": 1, "epochs": 2, "checkpoints": [1]},
        stopped={"recipe": "non-private", "stop_at_accuracy_of": "dp-epoch-1"},
    )
    config["wires"] = {"a": {"cut_layers": ["a"], "targets": ["dp-epoch-1"]}}
    found = study(config)
    assert found.wires["a"].targets == ("dp-epoch-1",)
    assert found.targets["stopped"].stop_at_accuracy_of == "dp-epoch-1"


def test_a_noise_multiplier_and_an_epsilon_may_both_be_given():
    settings = study(with_targets(dp={"noise_multiplier": 0.7, "epsilon": 3})).targets["dp"]
    assert (settings.noise_multiplier, settings.epsilon) == (0.7, 3)


def test_wires_are_cut_layers_times_the_strengths_of_a_defence():
    found = study(
        changed(
            "wires",
            {
                "plain": {"cut_layers": ["a", "b"]},
                "noise": {
                    "cut_layers": ["a", "b"],
                    "defence": "noise",
                    "clip_to_noise_ratios": [4, 0.5],
                    "observations": 9,
                    "targets": ["no-dp"],
                    "attackers": ["retrieval", "post"],
                },
                "coarse": {"cut_layers": ["b"], "defence": "quantisation", "bit_width": 2},
            },
        )
    )
    assert list(found.wires) == [
        "a",
        "b",
        "a-noise-4-read-9-times",
        "a-noise-0.5-read-9-times",
        "b-noise-4-read-9-times",
        "b-noise-0.5-read-9-times",
        "b-quantisation-2",
    ]
    assert found.undefended == found.cut_layers == ["a", "b"]
    noisy = found.wires["b-noise-4-read-9-times"]
    assert (noisy.cut_layer, noisy.targets) == ("b", ("no-dp",))
    assert noisy.attackers == {"no-dp": ("post", "retrieval")}  # in the study's order
    assert noisy.defence == defence_settings("noise", clip_to_noise_ratio=4, observations=9)
    targets, attackers = len(found.targets), len(found.attackers)
    assert len(found.places()) == 3 * targets + 4
    assert len(found.attacks()) == 3 * targets * attackers + 4 * 2
    assert found.attacks()[0] == {
        "target": "no-dp",
        "seed": 1,
        "wire": "a",
        "attacker": "post",
    }


@pytest.mark.parametrize("chance", [{"epsilon": 3}, {"epsilons": [2, 3]}])
def test_words_for_several_readings_of_random_answers_are_not_made_up(chance):
    goal = {"identified": 0.05, "among": 2000, "keep_accuracy": 0.7}
    config = changed("goal", {**goal, "readings": 4})
    config["wires"] = {"words": {"cut_layers": ["a"], "defence": "codebook", **chance}}
    with pytest.raises(UserError, match=r"'wires\.words'.*4 readings.*give words"):
        study(config)
    config["goal"] = {**goal, "readings": 1}
    assert all("-for-0.05-of-2000-epsilon-" in name for name in study(config).wires)


def test_a_defence_without_a_strength_is_asked_for_what_the_goal_asks():
    config = changed(
        "goal", {"identified": 0.05, "among": 2000, "readings": 4, "keep_accuracy": 0.7}
    )
    here = {"cut_layers": ["a"], "targets": ["no-dp"]}
    config["wires"] = {
        "plain": here,
        "noise": {**here, "defence": "noise"},
        "set": {**here, "defence": "noise", "clip_to_noise_ratio": 3},
        "once": {**here, "defence": "sphere", "width": 8, "observations": 1},
        "own": {**here, "defence": "sphere", "width": 8, "identified": 0.01, "among": 500},
        "rates": {**here, "defence": "codebook", "identified_rates": [0.1, 0.2], "among": 500},
        "words": {**here, "defence": "codebook"},
        "random": {**here, "defence": "codebook", "words": 20, "epsilons": [2, 4.5]},
        "many": {**here, "defence": "codebook", "word_counts": [30], "epsilon": 3},
        "rounded": {**here, "defence": "quantisation", "bit_width": 1},
    }
    found = study(config)
    asked = "for-0.05-of-2000"
    assert list(found.wires) == [
        "a",
        f"a-noise-{asked}-read-4-times",
        "a-noise-3",
        f"a-sphere-8-noise-{asked}",
        "a-sphere-8-noise-for-0.01-of-500",
        "a-codebook-for-0.1-of-500",
        "a-codebook-for-0.2-of-500",
        f"a-codebook-{asked}",
        "a-codebook-20-epsilon-2",
        "a-codebook-20-epsilon-4.5",
        "a-codebook-30-epsilon-3",
        "a-quantisation-1",
    ]
    assert found.wires[f"a-codebook-{asked}"].defence.size == 100
    assert found.goal == config["goal"]
    assert study(DEFAULT).goal is None


def on_devices(*attackers, copies=0, **entries):
    """A study of targets of several kinds, each cut at one layer."""
    known = {"decoder": {}, "refine": {}, "prior": {}, "retrieval": {}}
    config = changed("targets", entries)
    config["attackers"] = {name: known[name] for name in attackers}
    config["wires"] = {"plain": {"cut_layers": ["output"]}}
    return study(config | {"augmentation": {"copies": copies}, "audit": {"targets": []}})


@pytest.mark.parametrize(
    "entry",
    [
        {"model": "a.onnx"},
        {"model": "a.TFLITE"},
        {"recording": "a.npz"},
        {"command": ["python", "a.py"]},
    ],
)
def test_attackers_that_need_gradients_are_not_run_where_there_are_none(entry):
    every = ("decoder", "refine", "prior", "retrieval")
    found = on_devices(*every, keras={"model": "a.keras"}, other=entry)
    wire = found.wires["output"]
    assert wire.attackers == {"keras": every, "other": ("decoder", "retrieval")}
    reasons = {"refine": "no gradients", "prior": "no gradients"}
    assert wire.not_run == {"keras": {}, "other": reasons}
    places = found.attacks_not_run()
    assert {place["attacker"]: place["why"] for place in places} == reasons
    assert {place["target"] for place in places} == {"other"}
    assert len(found.attacks()) == 6 * len(found.seeds)


def test_where_nobody_could_attack_the_study_is_refused():
    with pytest.raises(UserError, match=r"has none that can be run on target 'other'.*: prior"):
        on_devices("prior", other={"model": "a.onnx"})


def test_a_recording_has_no_augmented_copies():
    with pytest.raises(UserError, match=r"'augmentation\.copies' is 3, and target 'one' is a rec"):
        on_devices("decoder", copies=3, one={"recording": "a.npz"})
    assert on_devices("decoder", copies=3, one={"model": "a.onnx"}).attacks()


def test_code_is_allowed_in_keras_files_alone():
    with pytest.raises(UserError, match="has allow_code, which is for Keras files"):
        on_devices("decoder", one={"model": "a.onnx", "allow_code": ["a.B"]})


def test_a_cut_layer_is_named_by_its_path_and_its_folder_is_safe():
    layers = ["backbone/block_3_expand", "backbone.relu@2", "code"]
    found = study(changed("wires", {"plain": {"cut_layers": layers}}))
    assert found.cut_layers == ["backbone.block_3_expand", "backbone.relu@2", "code"]
    assert list(found.wires) == found.cut_layers


@pytest.mark.parametrize("layer", ["../elsewhere", "/etc", "a b", "", "a*"])
def test_what_cannot_be_a_layer_is_refused(layer):
    with pytest.raises(UserError, match=r"cut_layers\[0\]' is .*; allowed is: the name or path of"):
        study(changed("wires", {"plain": {"cut_layers": [layer]}}))


def test_one_layer_in_two_spellings_is_listed_twice():
    with pytest.raises(UserError, match=r"has 'a\.b' listed twice"):
        study(changed("wires", {"plain": {"cut_layers": ["a/b", "a.b"]}}))


def test_a_wire_may_have_other_attackers_for_other_targets():
    found = study(
        changed(
            "wires",
            {
                "dp": {
                    "cut_layers": ["a"],
                    "targets": ["dp-noise-0.7"],
                    "attackers": ["retrieval"],
                },
                "no-dp": {
                    "cut_layers": ["a", "b"],
                    "targets": ["no-dp"],
                    "attackers": ["post", "decoder"],
                },
            },
        )
    )
    assert list(found.wires) == ["a", "b"]
    assert list(found.wires["a"].attackers.items()) == [
        ("no-dp", ("post", "decoder")),
        ("dp-noise-0.7", ("retrieval",)),
    ]
    assert list(found.wires["b"].attackers.items()) == [("no-dp", ("post", "decoder"))]
    assert [
        place["attacker"] for place in found.attacks() if place["target"] == "dp-noise-0.7"
    ] == ["retrieval"]


def test_where_every_wire_has_a_defence_they_stand_for_the_undefended():
    found = study(with_wire(defence="quantisation", bit_widths=[1, 2]))
    assert found.undefended == ["a-quantisation-1", "a-quantisation-2"]
    assert found.cut_layers == ["a"]


def test_the_configuration_is_not_changed_by_reading_it():
    config = copy.deepcopy(DEFAULT)
    study(config)
    assert config == DEFAULT


def test_wires_that_are_equally_wide_have_their_baselines_in_common():
    config = changed(
        "targets",
        {
            "plain": {"recipe": "non-private"},
            "wide": {"recipe": "bottleneck", "channels": 32},
            "narrow": {"recipe": "bottleneck", "channels": 8},
            "early": {"recipe": "bottleneck", "channels": 2, "cut_layer": "mobile_pool_3"},
            "also-narrow": {"recipe": "bottleneck", "channels": 8},
            "one": {"model": "one.keras"},
            "other": {"model": "other.keras"},
        },
    )
    config["wires"] = {
        "late": {"cut_layers": ["mobile_output"]},
        "early": {"cut_layers": ["mobile_pool_3"], "targets": ["narrow", "early"]},
    }
    widths = study(config).widths
    ours = {place: first for place, first in widths.items() if not place[1].startswith("file-")}
    assert ours == {
        ("mobile_output", "standard"): "plain",
        ("mobile_output", "8-channels"): "narrow",
        ("mobile_pool_3", "standard"): "narrow",
        ("mobile_pool_3", "2-channels"): "early",
    }
    assert [first for place, first in widths.items() if place not in ours] == ["one", "other"]


def spelt(write):
    """A study of one's own files, whose paths are written so."""
    folders = {role: write(f"photos/{role}") for role in ("target", "attacker", "evaluation")}
    identity = {"table": write("photos/who.csv"), "column": "person"}
    targets = {
        "mine": {"model": write("nets/n.keras")},
        "own": {"recipe": "non-private", "architecture": write("nets/n.keras")},
        "recorded": {"recording": write("nets/pairs.npz")},
    }
    return study(
        {
            **DEMO,
            "dataset": {"name": "mine", "folders": folders, "identity": identity},
            "targets": targets,
            "wires": {"one": {"cut_layers": ["a"]}},
            "attackers": {"retrieval": {}},
            "augmentation": {"copies": 0},
        }
    )


@pytest.mark.parametrize("other", ["./{}", "{}/", ".//{}", "./{}/."])
def test_one_path_is_one_parameter_however_it_is_spelt(other):
    plain, found = spelt(str), spelt(other.format)
    assert found == plain
    assert found.dataset["folders"]["target"] == "photos/target"
    assert spelt("../{}".format).targets["mine"].files == ["../nets/n.keras"]
    assert spelt("/a/{}".format).dataset["identity"]["table"] == "/a/photos/who.csv"
