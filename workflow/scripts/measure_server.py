"""Measure what a wire costs the server in accuracy."""

import numpy as np

from intercept.activations import observe
from intercept.datasets import cache
from intercept.defences import restore
from intercept.hdf5 import whole_hdf5
from intercept.metrics.intervals import mean
from intercept.model_file import load_network
from intercept.network import split
from intercept.provenance import provenance
from intercept.runtime.files import read_json, write_json
from intercept.runtime.script import Job, run
from intercept.serving import FINE_TUNING, fine_tune, hits
from intercept.wire import send


def main(snakemake: Job) -> None:
    """Write the server part fine-tuned to the defence, and the record."""
    source, wildcards = snakemake.input, snakemake.wildcards
    seed = int(wildcards.seed)
    manifest = read_json(source.manifest)
    images = cache.read(source.images, manifest["sets"]["target"])
    training = images.select(slice(manifest["training_images"]))
    validation = images.select(slice(manifest["training_images"], None))
    defence = restore(read_json(source.defence) if source.defence else {"defence": "none"})
    parts = split(
        load_network(source.network, snakemake.params.allowed_code), snakemake.params.cut_layer
    )
    activations = observe(parts.mobile, training.images)
    tuned = fine_tune(parts.server, defence, activations, training.labels, seed)
    generator = np.random.default_rng([seed, 1])  # not the noise of the fine-tuning
    sent = send(defence, observe(parts.mobile, validation.images), generator)
    right = {
        "accuracy": hits(parts.server, sent, validation.labels),
        "fine_tuned_accuracy": hits(tuned, sent, validation.labels),
    }
    with whole_hdf5(snakemake.output.server) as file:
        tuned.save(file)
    numbers = activations[0].size
    record = {
        "wildcards": dict(wildcards.items()),
        **provenance(snakemake),
        "cut_layer": snakemake.params.cut_layer,
        "defence": defence.as_record(),
        "numbers": numbers,
        "bits": defence.bits(numbers),
        "fine_tuning": FINE_TUNING,
        "fine_tuned_on_training_images": bool(tuned.trainable_weights),
        # The classes are the task, and there are no others: only their characters are a sample.
        **{
            name: mean(scores, None, validation.characters, seed).as_record()
            for name, scores in right.items()
        },
    }
    write_json(snakemake.output.record, record)


snakemake: Job
run(main, snakemake)
