"""Measure what a decoder scores that knows only which class the target predicts."""

from typing import Any

from intercept.activations import observe
from intercept.attackers.auxiliary import part_name
from intercept.baselines.images import mean_of_predicted_class
from intercept.datasets import cache
from intercept.devices import queried
from intercept.metrics.embedding import read_embeddings
from intercept.metrics.groups import measure_groups, reconstruction_scores
from intercept.provenance import provenance
from intercept.runtime.files import read_json, write_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Write its summary; there is none of a device part without a server part."""
    measures = {"predicted_class": _measured(snakemake)} if snakemake.params.serves else {}
    write_json(
        snakemake.output.baselines, {"measures": measures, "numbers": {}, **provenance(snakemake)}
    )


def _measured(snakemake: Job) -> dict[str, Any]:
    source = snakemake.input
    sets = read_json(source.manifest)["sets"]
    evaluation = cache.read(source.evaluation, sets["evaluation"])
    own = cache.read(source.attacker, sets["attacker"]).images
    embedding = read_embeddings(source.embeddings, [part_name(None)])[part_name(None)]
    network = queried.load(source.network, snakemake.params.allowed_code)
    classes, own_classes = (
        observe(network, images).argmax(axis=1) for images in (evaluation.images, own)
    )
    rebuilt = mean_of_predicted_class(classes, own, own_classes)
    mean_image = own.mean(axis=0)
    record, _ = measure_groups(
        evaluation,
        lambda index: reconstruction_scores(
            rebuilt[index], evaluation.select(index), mean_image, embedding
        ),
        int(snakemake.wildcards.seed),
    )
    return record


snakemake: Job
run(main, snakemake)
