"""The tables of a study: one row for each attack, and one for each baseline."""

from collections.abc import Mapping
from typing import Any, Protocol

from intercept.provenance import joint_hash

GROUPS = ("unseen", "seen")
SEPARATOR = " | "  # between the broken conditions of a row
MEASURES = (
    "mse",
    "mean_image_mse",
    "skill",
    "psnr",
    "ssim",
    "ink_f1",
    "within_character",
    "top1",
    "top5",
    "mean_reciprocal_rank",
    "class_top1",
    "activation_error",
)

BOUNDED = ("top1", "within_character")  # measures that a noisy wire bounds
ACCURACIES = {"server_accuracy": "accuracy", "fine_tuned_accuracy": "fine_tuned_accuracy"}


class Row(Protocol):
    """One row of a table, as pandas has it or as a dict: values by column."""

    def __getitem__(self, column: str, /) -> Any: ...


def summary_row(
    study: str,
    config_hash: str,
    manifest: Mapping[str, Any],
    training: Mapping[str, Any],
    privacy: Mapping[str, Any],
    wire: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> dict[str, Any]:
    """Put the records of one attack and of what it attacked into one row.

    Args:
        study: the study's name.
        config_hash: of its configuration.
        manifest: the record of the dataset.
        training: the record of the target's training.
        privacy: the target's privacy record.
        wire: the record of the release.
        metrics: the record of the attack's evaluation.

    Returns:
        Values by column. Accuracies, ``majority_share`` (of the largest class, among the
        validation images) and identifications are shares in [0, 1], errors are per pixel; None
        stands where there is nothing to state, such as measures of a group without images, or an
        epsilon that is infinite. ``epsilon`` is that of the sampler that ran, add or remove one;
        ``epsilon_claimed`` is the post's own and stands for its recipe alone.
        ``broken_conditions`` are sentences with `SEPARATOR` between them. For each group and
        measure there are ``<group>_<measure>`` and its 95% interval, ``…_low`` and ``…_high``;
        ``held_out`` is the attacker's own judgement of itself, on all of its images, each answered
        by what has not learned its label; by it the strongest is chosen where
        ``judges_itself`` is true.

        Of the release there are ``cut_layer``; ``defence``, its name and how strong it is;
        ``numbers`` on the wire and ``bits``, if it is quantised; ``server_accuracy`` and
        ``fine_tuned_accuracy`` of the server part on the validation images with their intervals;
        ``clip_to_noise_ratio`` and ``dfil``; and for each group and each of `BOUNDED` the two
        ceilings ``<group>_<measure>_bound`` (from the clip and the noise) and ``…_fano``.
    """
    names, final = metrics["wildcards"], training["final"] or {}
    row = {
        "study": study,
        "dataset": manifest["dataset"],
        "synthetic": manifest["synthetic"],
        "target": names["target"],
        "recipe": training["settings"]["recipe"],
        **_privacy_columns(privacy),
        "seed": training["seed"],
        "release": names["release"],
        **_wire_columns(wire),
        "attacker": names["attacker"],
        "target_epochs": training["settings"].get("epochs", 0),
        "target_steps": training["steps"],
        "train_accuracy": final.get("train_accuracy"),
        "validation_accuracy": final.get("validation_accuracy"),
        "majority_share": training["majority_share"]["validation"],
        "rebuilds": metrics["rebuilds"],
        "judges_itself": metrics["judges_itself"],
        "attacker_epochs": metrics["attacker_settings"].get("epochs"),
        "attacker_mse": metrics["attacker_mse"],
    }
    for group in ("held_out", *GROUPS):
        row |= _measured(group, metrics[group])
    return row | {
        "data_hash": metrics["evaluation_sha256"],
        "config_hash": config_hash,
        "code_hash": joint_hash(*(r["code_sha256"] for r in (training, wire, metrics))),
        "tensorflow": metrics["versions"]["tensorflow"],
        "intercept": metrics["versions"]["intercept"],
    }


def baseline_row(
    baseline: str,
    seed: int,
    cut_layer: str,
    target: str | None,
    record: Mapping[str, Any],
    config_hash: str,
) -> dict[str, Any]:
    """Put the summaries of one baseline into one row.

    Args:
        baseline: its name.
        seed: of the attacker's networks.
        cut_layer: which says how wide the wire is.
        target: the target that it is of; None if it is of none.
        record: ``measures``, for each baseline its summary for each group, None for one without
            images; and ``code_sha256``.
        config_hash: of the study's configuration.

    Returns:
        Values by column, of measures as in `summary_row`.
    """
    row = {"baseline": baseline, "seed": seed, "cut_layer": cut_layer, "target": target}
    for group in GROUPS:
        row |= _measured(group, record["measures"][baseline][group])
    return row | {"config_hash": config_hash, "code_hash": record["code_sha256"]}


def _measured(group: str, measured: Mapping[str, Any] | None) -> dict[str, Any]:
    columns: dict[str, Any] = {f"{group}_images": measured["images"] if measured else 0}
    for measure in MEASURES:
        estimate = (measured or {}).get(measure) or dict.fromkeys(("value", "low", "high"))
        columns[f"{group}_{measure}"] = estimate["value"]
        columns[f"{group}_{measure}_low"] = estimate["low"]
        columns[f"{group}_{measure}_high"] = estimate["high"]
    return columns


def _wire_columns(wire: Mapping[str, Any]) -> dict[str, Any]:
    bounds = wire["bounds"] or {}
    columns = {
        "cut_layer": wire["cut_layer"],
        "defence": wire["wildcards"]["release"].removeprefix(f"{wire['cut_layer']}-")
        if wire["defence"]["defence"] != "none"
        else "none",
        "numbers": wire["numbers"],
        "bits": wire["bits"],
        "clip_to_noise_ratio": bounds.get("clip_to_noise_ratio"),
        "dfil": bounds.get("dfil"),
    }
    for column, name in ACCURACIES.items():
        for end, value in wire[name].items():
            columns[column if end == "value" else f"{column}_{end}"] = value
    for group in GROUPS:
        for measure in BOUNDED:
            ceilings = (bounds.get(group) or {}).get(measure) or {}
            columns[f"{group}_{measure}_bound"] = ceilings.get("gaussian")
            columns[f"{group}_{measure}_fano"] = ceilings.get("fano")
    return columns


def _privacy_columns(privacy: Mapping[str, Any]) -> dict[str, Any]:
    epsilon = privacy["epsilon"]
    computed, claimed = privacy["as_the_post_computed"], privacy["claimed"]
    return {
        # Not from the settings, which may ask for an epsilon instead.
        "noise_multiplier": privacy["noise_multiplier"],
        "l2_norm_clip": privacy["l2_norm_clip"],
        "sampler": privacy["sampler"],
        "sampling_probability": privacy["sampling_probability"],
        "noise_source": privacy["noise_source"],
        "delta": privacy["delta"],
        "epsilon": epsilon["sampler_that_ran"],
        "epsilon_replace_one": epsilon["replace_one"],
        "epsilon_rdp": epsilon["rdp"],
        "epsilon_no_amplification": epsilon["no_amplification"],
        "epsilon_as_the_post_computed": computed["epsilon"] if computed else None,
        "epsilon_claimed": claimed["epsilon"] if claimed else None,
        "is_a_guarantee": privacy["is_a_guarantee"],
        "broken_conditions": SEPARATOR.join(privacy["broken_conditions"]),
    }
