"""Measure what a wire costs the server in accuracy."""

import math
from typing import Any

import numpy as np

from intercept.runtime.script import Job, run
from intercept.datasets import cache
from intercept.devices.activations import observe
from intercept.metrics.intervals import share
from intercept.networks import queried
from intercept.provenance import provenance
from intercept.runtime.files import read_json, write_json
from intercept.wire.chance import reading_of_record
from intercept.wire.channel import Channel
from intercept.wire.serving import (
    FINE_TUNING,
    fine_tune,
    has_more_characters,
    hits,
    learns,
    names_characters,
)


def main(snakemake: Job) -> None:
    """Write the server part that has learned from the defended wire, and the record.

    The one of a trained defence has learned from it already; others are fine-tuned, but for those
    that cannot be differentiated. Where there is none no accuracy is known.
    """
    source, wildcards = snakemake.input, snakemake.wildcards
    seed = int(wildcards.seed)
    manifest = read_json(source.manifest)
    training, validation = cache.read_target(source.images, manifest)
    allowed_code = snakemake.params.allowed_code
    device = queried.load(source.intercepted, allowed_code)
    server: Any = queried.load_server(source.server, allowed_code)
    undefended: dict[str, Any] = {
        "defence": "none",
        "trained_on_training_images": False,
        "channel": {"numbers": math.prod(device.output_shape[1:])},
    }
    defence = read_json(source.defence) if source.defence else undefended
    channel, read = Channel(**defence["channel"]), reading_of_record(defence)
    tuned, trained_further = server, learns(server)
    tunes = trained_further and not defence["trained_on_training_images"]
    names = ("accuracy", "fine_tuned_accuracy", "character_accuracy")
    right: dict[str, np.ndarray | None] = dict.fromkeys(names)
    if server is not None:
        other_task = has_more_characters(training, validation)
        # What nothing learns from is not computed: a device that is asked may be slow.
        learned = observe(device, training.images) if tunes or other_task else np.empty(0)
        if tunes:
            tuned = fine_tune(server, learned, read, training.labels, seed)
        unseen = observe(device, validation.images)
        sent = read(unseen, np.random.default_rng([seed, 1]))  # not the chance of the fine-tuning
        right["accuracy"] = hits(server, sent, validation.labels)
        if trained_further:
            right["fine_tuned_accuracy"] = hits(tuned, sent, validation.labels)
        if other_task:
            right["character_accuracy"] = names_characters(
                learned, sent, read, training, validation, seed
            )
    queried.write(snakemake.output.server, tuned)
    drawn = validation.characters if manifest["identities"] else None
    record = {
        "wildcards": dict(wildcards.items()),
        **provenance(snakemake),
        "cut_layer": snakemake.params.cut_layer,
        "defence": defence,
        "numbers": channel.numbers,
        "bits": channel.bits,
        "fine_tuning": FINE_TUNING if tunes else None,
        "fine_tuned_on_training_images": trained_further and bool(tuned.trainable_weights),
        # The classes are the task, and there are no others: a sample are only what images show.
        **{
            name: dict.fromkeys(("value", "low", "high"))
            if scores is None
            else share(scores, None, drawn, seed).as_record()
            for name, scores in right.items()
        },
    }
    write_json(snakemake.output.record, record)


snakemake: Job
run(main, snakemake)
