"""Train one target by one recipe from one seed."""

import logging
import math

import pandas as pd

from intercept.runtime.script import Job, run
from intercept.datasets import cache
from intercept.networks import queried
from intercept.provenance import provenance
from intercept.runtime.files import read_json, whole, write_json
from intercept.training.checkpoint import Checkpoint, Progress, checkpoint_path
from intercept.training.guesses import said_of_guessing
from intercept.training.kept import write_kept
from intercept.training.loop import train
from intercept.training.recipes import build_trainer, recipe_settings

log = logging.getLogger("intercept")


def main(snakemake: Job) -> None:
    """Write the trained network, its history, the record of its training and what was kept."""
    output, wildcards = snakemake.output, snakemake.wildcards
    seed = int(wildcards.seed)
    settings = recipe_settings(**snakemake.params.settings)
    manifest = read_json(snakemake.input.manifest)
    entry = manifest["sets"]["target"]
    training, validation = cache.read_target(snakemake.input.images, manifest)
    trainer = build_trainer(
        settings, tuple(entry["image_shape"]), manifest["classes"], len(training), seed
    )
    stop_at = None
    if snakemake.input.stop_at:
        stop_at = read_json(snakemake.input.stop_at)["final"]["validation_accuracy"]
    made = provenance(snakemake)
    fingerprint = {
        "settings": settings.as_params(),
        "seed": seed,
        "stop_at_validation_accuracy": stop_at,
        "data_sha256": entry["content_sha256"],
        "file_sha256": snakemake.params.content,
        "code_sha256": made["code_sha256"],
        "versions": made["versions"],
    }
    checkpoint = Checkpoint(checkpoint_path(output.network), fingerprint)
    name = f"{wildcards.target}, seed {seed}"
    keep = getattr(settings, "checkpoints", ())
    if settings.serves:
        progress = train(
            trainer, training, validation, settings.training_epochs, checkpoint, name, stop_at, keep
        )
    else:
        log.info("%s | there is no server part, so that no accuracy is known", name)
        progress = Progress(history=[{"epoch": 0, "steps": 0}])
    largest = validation.majority_share()
    accuracy = progress.history[-1].get("validation_accuracy", math.nan)
    guesses = settings.serves and said_of_guessing(
        settings, trainer.network, accuracy, largest, len(validation)
    )
    if guesses:
        log.warning(
            "%s | right on %.1f%% of the validation images, of which the largest class has %.1f%%: "
            "%s",
            name,
            100 * accuracy,
            100 * largest,
            guesses,
        )
    queried.write(output.network, trainer.network)
    if keep:
        write_kept(output.checkpoints, progress.kept)
    with whole(output.history) as temporary:
        pd.DataFrame(progress.history).to_csv(temporary, index=False)
    record = {
        **fingerprint,
        **made,
        "training_images": len(training),
        "majority_share": {
            "training": training.majority_share(),
            "validation": largest,
        },
        "mechanism": trainer.mechanism and trainer.mechanism.as_record(),
        "clipped": getattr(trainer, "clipped", None),
        "steps": progress.steps,
        "stopped": progress.stopped,
        "final": progress.history[-1],
    }
    write_json(output.record, record)
    checkpoint.path.unlink(missing_ok=True)


snakemake: Job
run(main, snakemake)
