"""The table of a study: one row for each target, seed, release and attacker."""

from collections.abc import Mapping
from typing import Any

GROUPS = ("unseen", "seen")
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
        Values by column. Accuracies and identifications are shares in [0, 1], errors are per
        pixel; None stands where there is nothing to state, such as measures of a group without
        images.
    """
    names, final = metrics["wildcards"], training["final"] or {}
    row = {
        "study": study,
        "dataset": manifest["dataset"],
        "synthetic": manifest["synthetic"],
        "target": names["target"],
        "recipe": training["settings"]["recipe"],
        "noise_multiplier": training["settings"].get("noise_multiplier"),
        "epsilon_claimed": privacy["epsilon_claimed"],
        "seed": training["seed"],
        "release": names["release"],
        "attacker": names["attacker"],
        "target_epochs": training["settings"]["epochs"],
        "target_steps": training["steps"],
        "train_accuracy": final.get("train_accuracy"),
        "validation_accuracy": final.get("validation_accuracy"),
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
