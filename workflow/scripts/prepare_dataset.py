"""Read, preprocess, hash and cache the three image sets."""

import logging
from importlib.metadata import version
from pathlib import Path

import numpy as np
import tensorflow as tf

from intercept.datasets import cache, overlap, source
from intercept.files import whole, write_json
from intercept.script import run

log = logging.getLogger("intercept")


def main(snakemake):
    """Write the caches, the overlaps and the manifest of the data set in ``params.settings``."""
    settings, output = snakemake.params.settings, snakemake.output
    splits, features = settings["splits"], settings["features"]
    drawn = snakemake.input.get("drawn")
    builder = source.open_builder(settings["name"], Path(drawn).parent if drawn else None)
    parts = {}
    for part, split in splits.items():
        log.info("reading %s, split %s, as the %s images", settings["name"], split, part)
        parts[part] = source.load(builder, split, features)
    training, validation = parts["train"], parts["validation"]
    sets = {
        "target": cache.ImageSet(
            *(
                np.concatenate([getattr(training, field), getattr(validation, field)])
                for field in ("images", "labels", "characters", "seen")
            )
        ),
        "attacker": parts["attacker"],
        "evaluation": parts["evaluation"],
    }
    overlaps = overlap.find_overlaps(sets)
    overlap.refuse_overlaps(overlaps, settings["allow_overlap"])
    sets["evaluation"] = overlap.mark_seen(sets["evaluation"], overlaps)
    log.info("%d evaluation images are also the attacker's", sets["evaluation"].seen.sum())
    for name, images in sets.items():
        log.info("writing %s: %d images", output[name], len(images))
        cache.write(output[name], images)
    with whole(output.overlap) as temporary:
        overlaps.to_csv(temporary, index=False)
    manifest = {
        "dataset": settings["name"],
        "dataset_version": str(builder.version),
        "synthetic": bool(drawn),
        "splits": splits,
        "features": features,
        "classes": source.number_of_classes(builder, features["label"]),
        "training_images": len(training),
        "validation_images": len(validation),
        "sets": {name: cache.describe(images) for name, images in sets.items()},
        "versions": {
            "tensorflow": tf.__version__,
            "tensorflow_datasets": version("tensorflow-datasets"),
        },
    }
    write_json(output.manifest, manifest)


run(main, snakemake)  # noqa: F821
