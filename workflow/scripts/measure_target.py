"""Measure what a target's own answers tell: whom it has seen, and which class it predicts."""

from typing import Any

from intercept.runtime.script import Job, run
from intercept.attackers.auxiliary import part_name
from intercept.audit.membership import UNKNOWN, membership_record
from intercept.baselines.images import mean_of_predicted_class
from intercept.datasets import cache
from intercept.devices.activations import observe
from intercept.devices.interface import Device
from intercept.metrics.embedding import read_embeddings
from intercept.metrics.groups import measure_groups, reconstruction_scores
from intercept.networks import queried
from intercept.provenance import provenance
from intercept.runtime.files import read_json, write_json


def main(snakemake: Job) -> None:
    """Write how well its loss tells its training images from others, where these are known to be
    others, and what a decoder scores that knows only the predicted class; nothing of a device part
    without a server part."""
    source, wildcards, output = snakemake.input, snakemake.wildcards, snakemake.output
    network = queried.load(source.network, snakemake.params.allowed_code)
    serves, apart = (snakemake.params.judged_by[one] for one in ("serves", "apart"))
    manifest = read_json(source.manifest)
    training, others = cache.read_target(source.images, manifest)
    found = UNKNOWN
    if serves and apart:
        found = membership_record(network, training, others, int(wildcards.seed))
    images = {"training": len(training), "validation": len(others)}
    record = {"wildcards": dict(wildcards.items()), "images": images, **found}
    write_json(output.membership, {**record, **provenance(snakemake)})
    measures = {}
    if serves:
        measures["predicted_class"] = _of_predicted_class(network, manifest, snakemake)
    write_json(output.baselines, {"measures": measures, "numbers": {}, **provenance(snakemake)})


def _of_predicted_class(
    network: Device, manifest: dict[str, Any], snakemake: Job
) -> dict[str, Any]:
    source, sets = snakemake.input, manifest["sets"]
    evaluation = cache.read(source.evaluation, sets["evaluation"])
    own = cache.read(source.attacker, sets["attacker"]).images
    embedding = read_embeddings(source.embeddings, [part_name(None)])[part_name(None)]
    classes, own_classes = (
        observe(network, images).argmax(axis=1) for images in (evaluation.images, own)
    )
    rebuilt = mean_of_predicted_class(classes, own, own_classes)
    mean_image = own.mean_image()
    record, _ = measure_groups(
        evaluation,
        lambda index: reconstruction_scores(
            rebuilt[index], evaluation.select(index), mean_image, embedding
        ),
        int(snakemake.wildcards.seed),
        not manifest["identities"],
    )
    return record


snakemake: Job
run(main, snakemake)
