"""Rows of summary.csv and baselines.csv, as pandas reads them."""

import numpy as np
import pandas as pd

from intercept.report.differences import COLUMNS, COMPARED
from intercept.report.summary import BOUNDED, MEASURES

UNSEEN = {
    "mse": 0.0488,
    "mean_image_mse": 0.0697,
    "skill": 0.3,
    "psnr": 13.1,
    "ssim": 0.41,
    "ink_f1": 0.52,
    "within_character": 0.61,
    "top1": 0.332,
    "top5": 0.545,
    "mean_reciprocal_rank": 0.44,
    "class_top1": 0.25,
    "activation_error": 0.021,
}
IMAGE_MEASURES = ("mse", "mean_image_mse", "skill", "psnr", "ssim", "ink_f1", "class_top1")
SEARCHING = ("retrieval", "linkage")


def measures(group, values, width=0.01):
    """The columns of a group; every measure that is not NaN has an interval of +- `width`."""
    columns = {}
    for name in MEASURES:
        value = values.get(name, np.nan)
        columns[f"{group}_{name}"] = value
        columns[f"{group}_{name}_low"] = value - width
        columns[f"{group}_{name}_high"] = value + width
    return columns


def accuracy(column, value, width=0.02):
    """An accuracy with an interval of +- `width`."""
    return {column: value, f"{column}_low": value - width, f"{column}_high": value + width}


def limits(within=(1.0, 1.0), top1=(1.0, 1.0), group="unseen", width=0.0):
    """The optimum and the promise of a wire in each measure, the first +- `width`."""
    columns = {}
    for measure, (optimum, promise) in {"within_character": within, "top1": top1}.items():
        column = f"{group}_{measure}"
        columns[f"{column}_optimum"] = optimum
        columns[f"{column}_optimum_low"] = optimum - width
        columns[f"{column}_optimum_high"] = optimum + width
        columns[f"{column}_promise"] = promise
    return columns


def noisy_row(ratio, within=0.2, optimum=0.57, promise=0.64, tuned=0.4, **changed):
    """One attack on a target behind noise at the wire, which identifies `within` of 20."""
    values = {
        "wire": f"mobile_output-noise-{ratio}",
        "defence": f"noise-{ratio}",
        "clip_to_noise_ratio": float(ratio),
        **accuracy("server_accuracy", tuned - 0.1),
        **accuracy("fine_tuned_accuracy", tuned),
        **limits(within=(optimum, promise), top1=(0.08, 0.1), width=0.005),
        "unseen": {"within_character": within, "top1": 0.03},
    }
    return row(**(values | changed))


def row(target="no-dp", attacker="decoder", unseen=(), seen=(), held_out=(), width=0.01, **changed):
    """One attack on a target without DP; `unseen` and its like change the usual measures."""
    usual = dict(UNSEEN)
    if attacker in SEARCHING:
        usual |= dict.fromkeys((*IMAGE_MEASURES, "activation_error"), np.nan)
    if attacker == "linkage":
        usual |= dict.fromkeys(set(usual) - set(BOUNDED), np.nan)
    values = {
        "study": "s",
        "dataset": "omniglot",
        "target": target,
        "training": target,
        "recipe": "post-part-1",
        "noise_multiplier": np.nan,
        "l2_norm_clip": np.nan,
        "sampler": np.nan,
        "sampling_probability": np.nan,
        "noise_source": np.nan,
        "noise_generator": np.nan,
        "delta": np.nan,
        "epsilon": np.nan,
        "epsilon_replace_one": np.nan,
        "epsilon_rdp": np.nan,
        "epsilon_no_amplification": np.nan,
        "epsilon_as_the_post_computed": np.nan,
        "epsilon_claimed": np.nan,
        "network_is_guaranteed": False,
        "is_a_guarantee": False,
        "broken_conditions": "Trained without differential privacy.",
        "not_covered": "target.h5 | server.h5",
        "seed": 1,
        "wire": "mobile_output",
        "cut_layer": "mobile_output",
        "defence": "none",
        "numbers": 32,
        "bits": np.nan,
        "clip_to_noise_ratio": np.nan,
        "local_epsilon": np.nan,
        "readings": 1,
        **accuracy("server_accuracy", 0.7213),
        **accuracy("fine_tuned_accuracy", 0.7321),
        **accuracy("character_accuracy", 0.3127),
        "fine_tuned_outside_guarantee": False,
        "unseen_drawings": 20,
        "seen_drawings": 20,
        **limits(),
        **limits(group="seen"),
        "attacker": attacker,
        "attacker_kind": attacker,
        "target_epochs": 10,
        "target_steps": 3440,
        "batch_size": 32,
        "learning_rate": 0.001,
        "train_accuracy": 0.8312,
        "validation_accuracy": 0.7213,
        "classes": 20,
        "majority_share": 0.0723,
        "beats_guessing": True,
        "rebuilds": attacker not in SEARCHING,
        "links": attacker == "linkage",
        "judges_itself": attacker != "post",
        "not_run": np.nan,
        "attacker_epochs": 100,
        "attacker_mse": 0.0412,
        "held_out_images": 544,
        **measures("held_out", usual | dict(held_out), width),
        "unseen_images": 2120,
        **measures("unseen", usual | dict(unseen), width),
        "seen_images": 1000,
        **measures("seen", usual | dict(seen), width),
        "data_hash": "ab12",
        "tensorflow": "2.15.1",
        "intercept": "0.1.0",
    }
    unknown = set(changed) - set(values)
    assert not unknown, unknown
    if "wire" in changed and "defence" not in changed:
        values["cut_layer"] = changed["wire"]
    if "training" not in changed:
        values["training"] = changed.get("target", target)
    return values | changed


def dp_row(noise, computed=4.02, **changed):
    """One attack on a target of the recipe dp-adam."""
    values = {
        "target": f"dp-noise-{noise}",
        "recipe": "dp-adam",
        "noise_multiplier": noise,
        "l2_norm_clip": 1.0,
        "sampler": "poisson",
        "sampling_probability": 32 / 11_000,
        "noise_source": "os-entropy",
        "noise_generator": "float64-rounded-once",
        "delta": 1e-5,
        "epsilon": 3.3437,
        "epsilon_replace_one": 4.5483,
        "epsilon_rdp": 3.9442,
        "epsilon_no_amplification": 53.56,
        "epsilon_as_the_post_computed": computed,
        "network_is_guaranteed": True,
        "fine_tuned_outside_guarantee": True,
        "broken_conditions": np.nan,
        "not_covered": "server.h5",
        "target_epochs": 20,
        "target_steps": 6880,
        "learning_rate": 0.005,
    }
    return row(**(values | changed))


def control_row(target="clip-only", **changed):
    """One attack on a target that is trained like those of `dp_row`, without noise."""
    values = {
        "recipe": "dp-adam",
        "noise_multiplier": 0.0,
        "l2_norm_clip": 1.0,
        "target_steps": 6880,
        "learning_rate": 0.005,
    }
    return row(target, **(values | changed))


def post_row(noise, computed, **changed):
    """One attack on a target of the recipe post."""
    values = {
        "target": f"post-noise-{noise}",
        "recipe": "post",
        "sampler": "shuffle-buffer",
        "sampling_probability": np.nan,
        "epsilon": np.nan,
        "epsilon_replace_one": np.nan,
        "epsilon_rdp": np.nan,
        "epsilon_claimed": computed,
        "noise_generator": "tensorflow",
        "network_is_guaranteed": False,
        "fine_tuned_outside_guarantee": False,
        "broken_conditions": "BatchNorm mixes. | The buffer shuffles.",
    }
    return dp_row(noise, computed, **(values | changed))


def any_attacks(random, attackers, targets):
    """Attacks with numbers of all kinds, also absent ones, by so many attackers on each target.

    Args:
        random: draws them.
        attackers: how many, 1 to 4.
        targets: makers of a row, as `row` is.
    """

    def anything():
        drawn = random.choice([0.0, 0.05, 0.3, 1.0, np.nan], size=3)
        return dict(zip(("within_character", "top1", "skill"), drawn, strict=True))

    return [
        make(
            attacker=str(name),
            width=random.choice([0.0, 0.2, np.nan]),
            **{group: anything() for group in ("held_out", "unseen", "seen")},
            **accuracy("fine_tuned_accuracy", random.choice([0.4, np.nan])),
        )
        for name in random.permutation(["post", "decoder", "refine", "retrieval"])[:attackers]
        for make in targets
    ]


def without(summary, group):
    """A table in which a group has no images."""
    summary = summary.copy()
    summary[f"{group}_images"] = 0
    measured = [name for name in summary if name.startswith(f"{group}_")]
    summary[[name for name in measured if name != f"{group}_images"]] = np.nan
    return summary


def baselines(summary):
    """The baselines that go with attacks: the mean image is at chance, the others above it."""
    floor = {
        "mse": 0.0697,
        "skill": 0.0,
        "ink_f1": 0.02,
        "within_character": 0.05,
        "top1": 1 / 2120,
    }
    ceiling = UNSEEN | {"skill": 0.62, "within_character": 0.93, "activation_error": np.nan}
    shared = {
        "blank_image": floor | {"skill": -0.21},
        "mean_image": floor,
        "nearest_own_image": ceiling | {"skill": 0.11},
        "principal_components": ceiling | {"skill": 0.55},
        "autoencoder": ceiling,
    }
    rows = []
    wide = ("principal_components", "autoencoder")
    for seed, attacks in summary.groupby("seed", sort=False):
        named = [
            (name, np.nan, numbers, values)
            for name, values in shared.items()
            for numbers in (attacks["numbers"].unique() if name in wide else [np.nan])
        ]
        named += [
            ("predicted_class", target, np.nan, floor) for target in attacks["target"].unique()
        ]
        for name, target, numbers, values in named:
            place = {"baseline": name, "seed": seed, "numbers": numbers, "target": target}
            for group in ("unseen", "seen"):
                images = attacks[f"{group}_images"].max()
                place[f"{group}_images"] = images
                place |= measures(group, values if images else {})
            rows.append(place)
    return pd.DataFrame(rows)


def differences(*pairs, width=0.01, seeds=4):
    """Rows of differences.csv, of every measure and group, with intervals of +- `width`.

    Args:
        *pairs: target, other target and the difference; the other is "post" for the post's decoder
            on the same target. All are cut at mobile_output.
        width: NaN for no interval.
        seeds: how many.
    """
    rows = []
    for one, other, value in pairs:
        beside_post = other == "post"
        place = {
            "kind": "attackers" if beside_post else "targets",
            "target_a": one,
            "wire_a": "mobile_output",
            "target_b": one if beside_post else other,
            "wire_b": "mobile_output",
            "attacker_a": "decoder",
            "attacker_b": "post" if beside_post else "decoder",
            "seeds": seeds,
            "value": value,
            "low": value - width,
            "high": value + width,
        }
        for measure in COMPARED:
            for group in ("unseen", "seen"):
                rows.append({"measure": measure, "group": group, **place})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def audits(summary, **found):
    """Rows of audits.csv, of targets that are not audited unless `found` has columns for them."""
    rows = summary.drop_duplicates(["target", "seed"])
    columns = ("canaries", "guesses", "correct", "confidence", "audited_any_mechanism")
    columns = (*columns, "audited_this_mechanism", "audited_at_most", "audited_outsider")
    columns = (*columns, "mislabelled", "mislabelled_guesses", "mislabelled_correct")
    values = {
        **dict.fromkeys(columns, np.nan),
        **accuracy("membership_auc", 0.523),
        **accuracy("membership_advantage", 0.034),
    }
    return rows[["target", "seed", "epsilon", "delta"]].assign(**(values | found))
