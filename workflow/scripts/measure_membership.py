"""Measure how well the loss of a target tells its training images from others."""

import numpy as np
import tensorflow as tf

from intercept.activations import observe
from intercept.audit.membership import membership
from intercept.datasets import cache
from intercept.datasets.cache import ImageSet
from intercept.devices import queried
from intercept.provenance import provenance
from intercept.runtime.files import read_json, write_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Write the record; nothing is known of a device part without a server part."""
    source, wildcards = snakemake.input, snakemake.wildcards
    network = queried.load(source.network, snakemake.params.allowed_code)

    def losses(some: ImageSet) -> np.ndarray:
        probabilities = observe(network, some.images)
        found = tf.keras.losses.sparse_categorical_crossentropy(some.labels, probabilities)
        return found.numpy().astype(np.float64)

    training, others = cache.read_target(source.images, read_json(source.manifest))
    unknown = dict.fromkeys(("value", "low", "high"))
    found = {"auc": unknown, "advantage": unknown}
    if snakemake.params.serves:
        measured = membership(losses(training), losses(others), int(wildcards.seed))
        found = {name: getattr(measured, name).as_record() for name in found}
    record = {
        "wildcards": dict(wildcards.items()),
        **provenance(snakemake),
        "images": {"training": len(training), "validation": len(others)},
        **found,
    }
    write_json(snakemake.output.record, record)


snakemake: Job
run(main, snakemake)
