"""The privacy record: which epsilon stands where, and what breaks it."""

import json
import math

import numpy as np
import pytest
from mechanism_records import mechanism

from intercept.accounting.record import privacy_record
from intercept.accounting.replace_one import epsilon_by_pld_replace_one
from intercept.accounting.sampled import (
    epsilon_as_the_post_computed,
    epsilon_by_pld,
    epsilon_by_rdp,
)
from intercept.accounting.truncated import delta_of_truncated_noise
from intercept.accounting.unamplified import epsilon_without_amplification
from intercept.runtime.files import read_json, write_json

MANIFEST = {"training_images": 11_000, "validation_images": 2180}
KEYS = ("sampler_that_ran", "replace_one", "rdp", "no_amplification")


def training_record(recipe="dp-adam", steps=6880, epochs=20, settings=(), **changed):
    """The record of a training by the recipe dp-adam but for what is changed."""
    return {
        "mechanism": mechanism(**({"l2_norm_clip": 1.5} | changed)),
        "settings": {"recipe": recipe, "epochs": epochs, "batch_size": 32, **dict(settings)},
        "seed": 7,
        "steps": steps,
        "training_images": 11_000,
    }


def post_record(**changed):
    """That of the post's own training."""
    how = {"sampler": "shuffle-buffer", "batch_normalisation": True, "noise_source": "seed"}
    how["noise_generator"] = "tensorflow"
    settings = {"images_assumed": 13_180}
    return training_record(
        **({"recipe": "post", "steps": 8240, "settings": settings} | how | changed)
    )


def no_dp_record(**changed):
    return training_record(recipe="non-private", **changed) | {"mechanism": None}


def test_a_sound_training_has_four_epsilons_and_nothing_broken():
    record = privacy_record(training_record(), MANIFEST)
    sampled = (0.7, 32 / 11_000, 6880, 1e-5)
    assert record["epsilon"] == {
        "sampler_that_ran": epsilon_by_pld(*sampled),
        "replace_one": epsilon_by_pld_replace_one(*sampled),
        "rdp": epsilon_by_rdp(*sampled),
        "no_amplification": epsilon_without_amplification(0.7, 21, 1e-5),  # 6880 · 32/11000 = 20.01
    }
    assert record["reasons"] == {}
    assert record["broken_conditions"] == []
    assert record["network_is_guaranteed"] is True
    assert record["claimed"] is None
    assert set(record["methods"]) == set(KEYS)
    assert "add or remove one" in record["methods"]["sampler_that_ran"]
    assert "replace one" in record["methods"]["replace_one"]
    assert "proposition 12" in record["methods"]["rdp"]
    assert "here 21, as many as expected" in record["methods"]["no_amplification"]


def test_the_record_holds_what_the_accounts_are_of():
    record = privacy_record(training_record(), MANIFEST)
    expected = {
        "training_images": 11_000,
        "steps": 6880,
        "adjacency": "add or remove one",
        "sampler": "poisson",
        "batch_size": 32,
        "sampling_probability": 32 / 11_000,
        "gradients_clipped": True,
        "l2_norm_clip": 1.5,
        "noise_multiplier": 0.7,
        "noise_source": "os-entropy",
        "noise_generator": "float64-rounded-once",
        "batch_normalisation": False,
        "delta": 1e-5,
    }
    assert {key: record[key] for key in expected} == expected


def test_the_record_says_how_the_noise_was_drawn_and_added():
    ours = privacy_record(training_record(), MANIFEST)["noise"]
    for said in ("float64", "key of 128 bits", "has no end", "rounded once", "last bits"):
        assert said in ours
    theirs = privacy_record(post_record(), MANIFEST)["noise"]
    assert "TensorFlow in float32, never beyond 5.68" in theirs
    for without in (no_dp_record(), training_record(noise_multiplier=0.0)):
        assert privacy_record(without, MANIFEST)["noise"] is None


def test_truncated_noise_is_broken_and_its_least_delta_stands_with_it():
    (truncated,) = privacy_record(training_record(noise_generator="tensorflow"), MANIFEST)[
        "broken_conditions"
    ]
    assert "never beyond 5.68 standard deviations" in truncated
    # 20.01 uses of the upper tail beyond 5.6777 - 1/0.7 = 4.249, which is 1.07e-5.
    assert "with probability 0.00021 over its 20 uses" in truncated
    quiet = training_record(noise_generator="tensorflow", noise_multiplier=0.0)
    assert "truncated" not in " ".join(privacy_record(quiet, MANIFEST)["broken_conditions"])


@pytest.mark.parametrize(("noise_multiplier", "delta"), [(0.7, 2.1e-4), (0.5, 2.4e-3), (0.3, 0.17)])
def test_delta_of_noise_that_ends_where_tensorflows_does(noise_multiplier, delta):
    found = delta_of_truncated_noise(noise_multiplier, 20, 5.6777)
    assert found == pytest.approx(delta, rel=0.03)


def test_delta_of_truncated_noise_is_the_share_of_outputs_that_are_impossible_without_it():
    """With an end so low that outputs can be counted."""
    random = np.random.default_rng(1)
    noise = random.normal(size=(400_000, 3))
    noise = np.where(np.abs(noise) < 1.5, noise, np.nan)
    whole = noise[~np.isnan(noise).any(axis=1)]
    beyond = np.mean((whole + 1 / 2 > 1.5).any(axis=1))
    assert delta_of_truncated_noise(2, 3, 1.5) == pytest.approx(beyond, abs=0.004)
    assert delta_of_truncated_noise(0.1, 1, 1.5) == pytest.approx(1)  # beyond with any noise
    assert delta_of_truncated_noise(2, 0, 1.5) == 0


def test_the_number_of_uses_is_exact():
    # In floating point 1100 · (3/1100) is above 3.
    changed = {"steps": 1100, "examples": 1100, "batch_size": 3, "noise_multiplier": 2.0}
    record = privacy_record(training_record(**changed), MANIFEST)
    assert record["epsilon"]["no_amplification"] == epsilon_without_amplification(2, 3, 1e-5)


def test_the_assumptions_say_what_is_not_covered():
    text = " ".join(privacy_record(training_record(), MANIFEST)["assumptions"])
    for said in (
        "not chosen by looking at the training images",
        "the network and what is made of it alone",
        "32-bit floating point",
        "number of training images is public",
        "one training image",
        "never those that are sent through it",
    ):
        assert said in text


@pytest.mark.parametrize("noise", [0, 0.7])
def test_gradients_that_were_not_clipped_have_no_epsilon(noise):
    training = training_record(gradients_clipped=False, noise_multiplier=noise)
    record = privacy_record(training, MANIFEST)
    assert record["epsilon"] == dict.fromkeys(KEYS)
    assert set(record["reasons"].values()) == {
        "where gradients are not clipped epsilon is infinite"
    }
    assert record["network_is_guaranteed"] is record["is_a_guarantee"] is False
    first, *others = record["broken_conditions"]
    assert first.startswith("Gradients were not clipped")
    assert others == ([] if noise else ["No noise was added."])
    assert record["as_the_post_computed"] is None


def listed(record, depends_on, covered_by):
    return [
        one["what"]
        for one in record["published"]
        if (one["depends_on"], one["covered_by"]) == (depends_on, covered_by)
    ]


def test_a_sound_training_is_guaranteed_for_the_network_and_not_for_all_that_is_published():
    record = privacy_record(training_record(), MANIFEST)
    assert record["network_is_guaranteed"] is True
    assert record["is_a_guarantee"] is False
    (covered,) = listed(record, "training images", "account")
    assert covered.startswith("target.h5")
    bare = "; ".join(listed(record, "training images", "nothing"))
    for named in ("history.csv", "server.h5", "fine_tuned_accuracy", "sample-target", "seeds"):
        assert named in bare
    unprotected = "; ".join(listed(record, "validation images", "nothing"))
    assert "validation_accuracy" in unprotected and "defence.json" in unprotected
    assert listed(record, "validation images", "account") == []
    assert all(one["why"].endswith(".") for one in record["published"])


def test_an_untouched_network_is_guaranteed_though_its_server_part_is_fine_tuned():
    record = privacy_record(training_record(steps=0, epochs=0), MANIFEST)
    assert record["network_is_guaranteed"] is True
    assert record["published"][0]["covered_by"] == "account"
    assert "No step was taken" in record["published"][0]["why"]
    assert "server.h5" in "; ".join(listed(record, "training images", "nothing"))
    assert record["is_a_guarantee"] is False


@pytest.mark.parametrize(
    "training", [no_dp_record(), post_record(), training_record("model-file", steps=0, epochs=0)]
)
def test_without_an_account_that_holds_nothing_published_is_covered(training):
    record = privacy_record(training, MANIFEST)
    assert record["network_is_guaranteed"] is record["is_a_guarantee"] is False
    assert {one["covered_by"] for one in record["published"]} == {"nothing"}
    assert record["published"][0]["what"].startswith("target.h5")


def test_a_training_that_stops_at_an_accuracy_depends_on_the_validation_images():
    stopped = no_dp_record(settings={"stop_at_accuracy_of": "dp-noise-0.7"})
    for training, depends in ((stopped, True), (no_dp_record(), False)):
        record = privacy_record(training, MANIFEST)
        found = listed(record, "validation images", "nothing")
        assert any(what.startswith("target.h5") for what in found) is depends


def test_what_the_post_would_have_computed_stands_beside_any_noise():
    beside = privacy_record(training_record(), MANIFEST)["as_the_post_computed"]
    assert beside["epsilon"] == epsilon_as_the_post_computed(0.7, 13_180, 32, 20)
    assert (beside["images_assumed"], beside["steps_assumed"]) == (13_180, 8238)
    assert beside["delta"] == 1e-5
    assert "classic" in beside["conversion"]
    assert beside["why_it_does_not_hold"] == [
        "It counts 13180 images and 8238 steps, where 11000 images were trained on for 6880 steps."
    ]


def test_the_posts_own_epsilon_is_claimed_and_none_is_said_of_its_sampler():
    record = privacy_record(post_record(), MANIFEST)
    assert record["claimed"]["epsilon"] == pytest.approx(4.02, rel=0.005)
    assert record["claimed"] == record["as_the_post_computed"]
    assert record["sampling_probability"] is None
    assert [record["epsilon"][key] for key in KEYS[:3]] == [None] * 3
    assert set(record["reasons"]) == set(KEYS[:3])
    assert "shuffle buffer" in record["reasons"]["sampler_that_ran"]
    assert record["epsilon"]["no_amplification"] == epsilon_without_amplification(0.7, 24, 1e-5)
    assert "here 24, the passes" in record["methods"]["no_amplification"]
    assert record["claimed"]["why_it_does_not_hold"] == [
        "It assumes Poisson sampling, where batches came from a shuffle buffer.",
        "It counts 13180 images and 8238 steps, where 11000 images were trained on for 8240 steps.",
    ]
    assert record["network_is_guaranteed"] is False


def test_the_claim_is_of_as_many_images_as_the_post_assumed():
    record = privacy_record(post_record(settings={"images_assumed": 500}), MANIFEST)
    assert record["claimed"]["images_assumed"] == 500
    assert record["claimed"]["epsilon"] == epsilon_as_the_post_computed(0.7, 500, 32, 20)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"batch_normalisation": True}, ["normalises each image by the others", "moving averages"]),
        ({"noise_generator": "tensorflow"}, ["noise is truncated"]),
        ({"sampler": "shuffle-buffer"}, ["shuffle buffer, not from Poisson sampling"]),
        ({"delta": 1 / 11_000}, ["not below 1/11000"]),
        ({"noise_source": "seed"}, ["seed 7, which is published"]),
        ({"noise_multiplier": 0.0}, ["No noise was added"]),
    ],
)
def test_each_broken_condition_is_named_and_ends_the_guarantee(changed, named):
    record = privacy_record(training_record(**changed), MANIFEST)
    assert len(record["broken_conditions"]) == len(named)
    for condition, part in zip(record["broken_conditions"], named, strict=True):
        assert part in condition
    assert record["network_is_guaranteed"] is False


def test_a_delta_just_below_one_over_the_images_breaks_nothing():
    record = privacy_record(training_record(delta=math.nextafter(1 / 11_000, 0)), MANIFEST)
    assert record["broken_conditions"] == []


def test_the_post_breaks_several_conditions_at_once():
    assert len(privacy_record(post_record(), MANIFEST)["broken_conditions"]) == 5


@pytest.mark.parametrize(
    ("training", "reason"),
    [
        (no_dp_record(), "trained without differential privacy"),
        (training_record(noise_multiplier=0.0), "without noise"),
    ],
)
def test_without_differential_privacy_there_is_no_epsilon_and_the_reason_says_so(training, reason):
    record = privacy_record(training, MANIFEST)
    assert record["epsilon"] == dict.fromkeys(KEYS)
    assert set(record["reasons"]) == set(KEYS)
    assert all(reason in text and "infinite" in text for text in record["reasons"].values())
    assert record["as_the_post_computed"] is None
    assert record["network_is_guaranteed"] is False
    assert len(record["broken_conditions"]) == 1


@pytest.mark.parametrize(
    "training",
    [
        training_record(steps=0, epochs=0),
        training_record(steps=0, epochs=0, noise_multiplier=0.0, noise_source="seed"),
        post_record(steps=0, epochs=0),
        no_dp_record(steps=0, epochs=0),
    ],
)
def test_an_untrained_network_keeps_every_image_private(training):
    record = privacy_record(training, MANIFEST)
    assert record["epsilon"] == dict.fromkeys(KEYS, 0.0)
    assert record["reasons"] == {}
    assert record["broken_conditions"] == []
    assert record["network_is_guaranteed"] is True
    assert "No step was taken" in record["assumptions"][0]
    if record["as_the_post_computed"]:
        assert record["as_the_post_computed"]["epsilon"] == 0


def test_the_record_is_json_without_infinity(tmp_path):
    for training in (training_record(), post_record(), no_dp_record()):
        record = privacy_record(training, MANIFEST)
        json.dumps(record, allow_nan=False)
        write_json(tmp_path / "privacy.json", record)
        assert read_json(tmp_path / "privacy.json") == record
