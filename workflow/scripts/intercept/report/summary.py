"""The tables of a study: one row for each attack, and one for each baseline."""

from collections.abc import Mapping
from typing import Any, Protocol

from intercept.guessing import beats_guessing, can_be_told
from intercept.provenance import joint_hash

GROUPS = ("unseen", "seen")
SEPARATOR = " | "  # between what a column lists, such as broken conditions
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

NOT_RUN = "not_run"  # the column that says why an attack was not
BOUNDED = ("top1", "within_character")  # measures that have an optimum and a promise
ACCURACIES = {
    "server_accuracy": "accuracy",
    "fine_tuned_accuracy": "fine_tuned_accuracy",
    "character_accuracy": "character_accuracy",
}


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
        wire: the record of its server part, and under ``bounds`` that of its bounds.
        metrics: the record of the attack's evaluation; or of one that was not run, see `not_run`.

    Returns:
        Values by column. ``training`` is the target whose training it is, another than ``target``
        where that is a checkpoint. ``classes`` is how many the target's images have. Accuracies,
        ``majority_share`` (of the largest class, among the validation images) and identifications
        are shares in [0, 1], errors are per pixel;
        ``beats_guessing`` says whether the validation accuracy is above the majority share beyond
        chance, None of so few images that none could be; None stands where there is nothing to
        state, such as measures of a group without images, or an epsilon that is infinite.
        ``target_steps``, ``batch_size`` and
        ``learning_rate`` are of the target's training, the last two None for a network of a file.
        ``epsilon`` is that of the sampler that ran, add or remove one; ``epsilon_claimed`` is the
        post's own and stands for its recipe alone; ``l2_norm_clip`` is None where gradients were
        not clipped.
        ``network_is_guaranteed`` says whether the epsilons hold for the network,
        ``is_a_guarantee`` whether they cover all that is published of its training images.
        ``broken_conditions``, and ``not_covered``, what is published and no epsilon covers, have
        `SEPARATOR` between their parts. For each group and measure there are
        ``<group>_<measure>`` and its 95% interval, ``…_low`` and ``…_high``; ``held_out`` is the
        attacker's own judgement of itself, on a sample of its images, each answered by what has
        not learned its label; by it the strongest is chosen where
        ``judges_itself`` is true. ``not_run`` says why there are no measures, None where there are.

        Of the wire there are ``cut_layer``; ``defence``, its name and how strong it is;
        ``numbers`` on the wire and ``bits``, if it is quantised; ``server_accuracy`` and
        ``fine_tuned_accuracy`` of the server part on the validation images with their intervals,
        and ``character_accuracy`` of another that learned to name characters in place of classes;
        ``fine_tuned_outside_guarantee``, whether the latter is of a server part that was trained
        further on the training images without privacy behind a network that is guaranteed;
        ``clip_to_noise_ratio``; ``local_epsilon`` of randomised response; ``readings``; for each
        group ``<group>_drawings``, how many images each character has, None where they differ; and
        for each group and each of `BOUNDED` ``<group>_<measure>_optimum``, possible among these
        candidates, with its interval over noise, and ``<group>_<measure>_promise``, what can be
        promised for any of that number.
    """
    names, final = metrics["wildcards"], training["final"] or {}
    row = {
        "study": study,
        "dataset": manifest["dataset"],
        "target": names["target"],
        "training": training.get("taken_from", names["target"]),
        "recipe": training["settings"]["recipe"],
        **_privacy_columns(privacy),
        "seed": training["seed"],
        "wire": names["wire"],
        **_wire_columns(wire),
        "fine_tuned_outside_guarantee": privacy["network_is_guaranteed"]
        and wire["fine_tuned_on_training_images"],
        "attacker": names["attacker"],
        "attacker_kind": metrics["attacker_settings"]["kind"],
        "target_epochs": training["settings"].get("epochs", 0),
        "target_steps": training["steps"],
        "batch_size": training["settings"].get("batch_size"),
        "learning_rate": training["settings"].get("learning_rate"),
        "train_accuracy": final.get("train_accuracy"),
        "validation_accuracy": final.get("validation_accuracy"),
        "classes": manifest["sets"]["target"]["labels"],
        "majority_share": training["majority_share"]["validation"],
        "beats_guessing": _beats_guessing(training, manifest),
        "rebuilds": metrics["rebuilds"],
        "links": metrics["links"],
        "judges_itself": metrics["judges_itself"],
        NOT_RUN: metrics.get("why"),
        "attacker_epochs": metrics["attacker_settings"].get("epochs"),
        "attacker_mse": metrics["attacker_mse"],
    }
    for group in ("held_out", *GROUPS):
        row |= _measured(group, metrics[group])
    return row | {
        "data_hash": metrics["evaluation_sha256"],
        "config_hash": config_hash,
        "code_hash": joint_hash(
            *(r["code_sha256"] for r in (training, wire, wire["bounds"], metrics))
        ),
        "tensorflow": metrics["versions"]["tensorflow"],
        "intercept": metrics["versions"]["intercept"],
    }


def not_run(
    place: Mapping[str, Any],
    attacker: Mapping[str, Any],
    manifest: Mapping[str, Any],
    wire: Mapping[str, Any],
) -> dict[str, Any]:
    """What stands for the record of an attack that could not be run.

    Args:
        place: its ``target``, ``seed``, ``wire`` and ``attacker``, and ``why`` not.
        attacker: its ``settings``, and whether it ``rebuilds``, ``links`` and ``judges_itself``.
        manifest: the record of the dataset.
        wire: the record of the server part.
    """
    traits = {name: attacker[name] for name in ("rebuilds", "links", "judges_itself")}
    return {
        "wildcards": {**place, "seed": str(place["seed"])},
        "why": place["why"],
        "attacker_settings": attacker["settings"],
        **traits,
        "attacker_mse": None,
        **dict.fromkeys(("held_out", *GROUPS)),
        "evaluation_sha256": manifest["sets"]["evaluation"]["content_sha256"],
        "code_sha256": "",  # none was run
        "versions": wire["versions"],
    }


def baseline_row(
    baseline: str,
    seed: int,
    target: str | None,
    record: Mapping[str, Any],
    config_hash: str,
) -> dict[str, Any]:
    """Put the summaries of one baseline into one row.

    Args:
        baseline: its name.
        seed: of the attacker's networks.
        target: the target that it is of; None if it is of none.
        record: ``measures``, for each baseline its summary for each group, None for one without
            images; ``numbers``, for each baseline that is as wide as a wire how wide that is; and
            ``code_sha256``.
        config_hash: of the study's configuration.

    Returns:
        Values by column: of measures as in `summary_row`, and ``numbers``, on the wires that the
        baseline is a ceiling of; None where it is of no width.
    """
    numbers = record["numbers"].get(baseline)
    row = {"baseline": baseline, "seed": seed, "numbers": numbers, "target": target}
    for group in GROUPS:
        row |= _measured(group, record["measures"][baseline][group])
    return row | {"config_hash": config_hash, "code_hash": record["code_sha256"]}


def _beats_guessing(training: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool | None:
    accuracy = (training["final"] or {}).get("validation_accuracy")
    if accuracy is None:
        return None
    share, images = training["majority_share"]["validation"], manifest["validation_images"]
    return beats_guessing(accuracy, share, images) if can_be_told(share, images) else None


def _measured(group: str, measured: Mapping[str, Any] | None) -> dict[str, Any]:
    columns: dict[str, Any] = {f"{group}_images": measured["images"] if measured else 0}
    for measure in MEASURES:
        estimate = (measured or {}).get(measure) or dict.fromkeys(("value", "low", "high"))
        columns[f"{group}_{measure}"] = estimate["value"]
        columns[f"{group}_{measure}_low"] = estimate["low"]
        columns[f"{group}_{measure}_high"] = estimate["high"]
    return columns


def _wire_columns(wire: Mapping[str, Any]) -> dict[str, Any]:
    bounds = wire["bounds"]
    columns = {
        "cut_layer": wire["cut_layer"],
        "defence": wire["wildcards"]["wire"].removeprefix(f"{wire['cut_layer']}-")
        if wire["defence"]["defence"] != "none"
        else "none",
        "numbers": wire["numbers"],
        "bits": wire["bits"],
        "clip_to_noise_ratio": bounds["clip_to_noise_ratio"],
        "local_epsilon": bounds["channel"]["epsilon"],
        "readings": bounds["readings"],
    }
    for column, name in ACCURACIES.items():
        for end, value in wire[name].items():
            columns[column if end == "value" else f"{column}_{end}"] = value
    for group in GROUPS:
        columns[f"{group}_drawings"] = (bounds[group] or {}).get("drawings")
        for measure in BOUNDED:
            found = (bounds[group] or {}).get(measure) or {}
            best = found.get("optimum") or dict.fromkeys(("value", "low", "high"))
            columns[f"{group}_{measure}_optimum"] = best["value"]
            columns[f"{group}_{measure}_optimum_low"] = best["low"]
            columns[f"{group}_{measure}_optimum_high"] = best["high"]
            columns[f"{group}_{measure}_promise"] = found.get("promise")
    return columns


def _privacy_columns(privacy: Mapping[str, Any]) -> dict[str, Any]:
    epsilon = privacy["epsilon"]
    computed, claimed = privacy["as_the_post_computed"], privacy["claimed"]
    return {
        # Not from the settings, which may ask for an epsilon instead.
        "noise_multiplier": privacy["noise_multiplier"],
        "l2_norm_clip": privacy["l2_norm_clip"] if privacy["gradients_clipped"] else None,
        "sampler": privacy["sampler"],
        "sampling_probability": privacy["sampling_probability"],
        "noise_source": privacy["noise_source"],
        "noise_generator": privacy["noise_generator"],
        "delta": privacy["delta"],
        "epsilon": epsilon["sampler_that_ran"],
        "epsilon_replace_one": epsilon["replace_one"],
        "epsilon_rdp": epsilon["rdp"],
        "epsilon_no_amplification": epsilon["no_amplification"],
        "epsilon_as_the_post_computed": computed["epsilon"] if computed else None,
        "epsilon_claimed": claimed["epsilon"] if claimed else None,
        "network_is_guaranteed": privacy["network_is_guaranteed"],
        "is_a_guarantee": privacy["is_a_guarantee"],
        "broken_conditions": SEPARATOR.join(privacy["broken_conditions"]),
        "not_covered": SEPARATOR.join(
            one["what"] for one in privacy["published"] if one["covered_by"] == "nothing"
        ),
    }
