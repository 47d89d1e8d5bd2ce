"""Train one target once more with canaries in it, and bound its epsilon from below."""

import pandas as pd

from intercept.runtime.script import Job, run
from intercept.audit import mislabelled
from intercept.audit.guesses import Canaries
from intercept.audit.record import audit_record
from intercept.audit.trainers import build_audited_trainer
from intercept.datasets import cache
from intercept.provenance import provenance
from intercept.runtime.files import read_json, whole, write_json
from intercept.training.checkpoint import Checkpoint, checkpoint_path
from intercept.training.loop import train
from intercept.training.recipes import recipe_settings


def main(snakemake: Job) -> None:
    """Write the canaries with their scores, and the record."""
    output, wildcards, params = snakemake.output, snakemake.wildcards, snakemake.params
    seed = int(wildcards.seed)
    settings, asked = recipe_settings(**params.settings), params.planted
    manifest = read_json(snakemake.input.manifest)
    entry = manifest["sets"]["target"]
    training, validation = cache.read_target(snakemake.input.images, manifest)
    training, false = mislabelled.mislabel(training, asked["mislabelled"], seed)
    trainer = build_audited_trainer(
        asked["canaries"],
        false,
        settings,
        tuple(entry["image_shape"]),
        manifest["classes"],
        len(training),
        seed,
    )
    made = provenance(snakemake)
    fingerprint = {
        "settings": settings.as_params(),
        **asked,
        "seed": seed,
        "data_sha256": entry["content_sha256"],
        "file_sha256": params.content,
        "code_sha256": made["code_sha256"],
        "versions": made["versions"],
    }
    # Beside that of the target's own training, which may run at the same time.
    path = checkpoint_path(output.record).with_name("audit-checkpoint.npz")
    checkpoint = Checkpoint(path, fingerprint)
    name = f"{wildcards.target}, seed {seed}, with canaries"
    progress = train(trainer, training, validation, settings.training_epochs, checkpoint, name)
    planted = trainer.planted
    canaries = {
        "gradient": Canaries(planted.scores.numpy(), planted.included.numpy()),
        "mislabelled": Canaries(
            mislabelled.scores(trainer.network, training.select(false)),
            planted.mislabelled_included.numpy(),
        ),
    }
    with whole(output.canaries) as temporary:
        pd.concat(
            pd.DataFrame({"canary": kind, "included": some.included, "score": some.scores})
            for kind, some in canaries.items()
        ).to_csv(temporary, index=False)
    record = {
        **fingerprint,
        **made,
        **audit_record(
            trainer.mechanism,
            progress.steps,
            canaries["gradient"],
            planted.noise.numpy(),
            canaries["mislabelled"],
        ),
    }
    write_json(output.record, record)
    checkpoint.path.unlink(missing_ok=True)


snakemake: Job
run(main, snakemake)
