"""The table of a study: one row for each target, seed, release and attacker."""

from collections.abc import Mapping
from typing import Any

GROUPS = ("unseen", "seen")
SEPARATOR = " | "  # between the broken conditions of a row
_MEASURES = ("mse", "mean_image_mse", "skill", "top1", "top5")


def summary_row(
    study: str,
    manifest: Mapping[str, Any],
    training: Mapping[str, Any],
    privacy: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> dict[str, Any]:
    """Put the records of one attack and of what it attacked into one row.

    Args:
        study: the study's name.
        manifest: the record of the dataset.
        training: the record of the target's training.
        privacy: the target's privacy record.
        metrics: the record of the attack's evaluation.

    Returns:
        Values by column. Accuracies, ``majority_share`` (of the largest class, among the
        validation images) and identifications are shares in [0, 1], errors are per pixel; None
        stands where there is nothing to state, such as measures of a group without images, or an
        epsilon that is infinite. ``epsilon`` is that of the sampler that ran, add or remove one;
        ``epsilon_claimed`` is the post's own and stands for its recipe alone.
        ``broken_conditions`` are sentences with `SEPARATOR` between them.
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
        "attacker": names["attacker"],
        "target_epochs": training["settings"]["epochs"],
        "target_steps": training["steps"],
        "train_accuracy": final.get("train_accuracy"),
        "validation_accuracy": final.get("validation_accuracy"),
        "majority_share": training["majority_share"]["validation"],
        "attacker_epochs": metrics["attacker_settings"]["epochs"],
        "attacker_mse": metrics["attacker_mse"],
    }
    for group in GROUPS:
        measured = metrics[group]
        row[f"{group}_images"] = measured["images"] if measured else 0
        row |= {
            f"{group}_{measure}": measured[measure] if measured else None for measure in _MEASURES
        }
    return row | {
        "data_hash": metrics["evaluation_sha256"],
        "tensorflow": metrics["versions"]["tensorflow"],
        "intercept": metrics["versions"]["intercept"],
    }


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
