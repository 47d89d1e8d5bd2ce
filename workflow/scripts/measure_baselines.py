"""Measure what ways of rebuilding that need no wire score, and the autoencoder as wide as it."""

from typing import Any

import numpy as np

from intercept.runtime.script import Job, run
from intercept.attackers.auxiliary import part_name
from intercept.baselines import images as baselines
from intercept.datasets import cache
from intercept.devices.activations import observe, read_activations
from intercept.metrics.embedding import read_embeddings
from intercept.metrics.groups import measure_groups, reconstruction_scores
from intercept.networks.model_file import load_network
from intercept.provenance import provenance
from intercept.runtime.files import read_json, write_json
from intercept.runtime.progress import watched


def main(snakemake: Job) -> None:
    """Write a summary for each baseline."""
    source = snakemake.input
    seed = int(snakemake.wildcards.seed)
    manifest = read_json(source.manifest)
    sets, by_image = manifest["sets"], not manifest["identities"]
    evaluation = cache.read(source.evaluation, sets["evaluation"])
    own = cache.read(source.attacker, sets["attacker"]).images
    embedding = read_embeddings(source.embeddings, [part_name(None)])[part_name(None)]
    width = read_activations(source.activations, "attacker")[0].size
    autoencoder = load_network(source.autoencoder)
    images = evaluation.images
    rebuild = {
        "blank_image": lambda: baselines.blank_image(images, own),
        "mean_image": lambda: baselines.mean_image(images, own),
        "nearest_own_image": lambda: baselines.nearest_own_image(images, own),
        "principal_components": lambda: baselines.principal_components(images, own, width),
        "autoencoder": lambda: observe(autoencoder, images),
    }
    mean_image = own.mean_image()

    def measured(answers: np.ndarray) -> dict[str, Any]:
        return measure_groups(
            evaluation,
            lambda index: reconstruction_scores(
                answers[index], evaluation.select(index), mean_image, embedding
            ),
            seed,
            by_image,
        )[0]

    # One after the other, for each is as large as the evaluation set in float32.
    measures = {
        name: measured(answer())
        for name, answer in watched(rebuild.items(), "baselines", "baseline")
    }
    numbers = dict.fromkeys(("principal_components", "autoencoder"), width)
    record = {"measures": measures, "numbers": numbers, **provenance(snakemake)}
    write_json(snakemake.output.baselines, record)


snakemake: Job
run(main, snakemake)
