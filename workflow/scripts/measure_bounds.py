"""Measure what is possible on a wire, and what can be promised of it."""

from intercept.runtime.script import Job, run
from intercept.bounds.record import bounds_record, optimum_table
from intercept.datasets import cache
from intercept.devices.activations import read_activations
from intercept.provenance import provenance
from intercept.runtime.files import read_json, whole, write_json
from intercept.wire.channel import Channel


def main(snakemake: Job) -> None:
    """Write the record, and what the best rule gets of each reading."""
    source, wildcards = snakemake.input, snakemake.wildcards
    sets = read_json(source.manifest)["sets"]
    evaluation = cache.read(source.evaluation, sets["evaluation"])
    signals = read_activations(source.signals, "evaluation")
    known = read_json(source.defence)["channel"] if source.defence else {}
    channel = Channel(**{"numbers": signals[0].size, **known})
    readings = read_activations(source.readings, "evaluation")
    record = {
        "wildcards": dict(wildcards.items()),
        **provenance(snakemake),
        **bounds_record(channel, signals, evaluation, int(wildcards.seed)),
    }
    write_json(snakemake.output.record, record)
    with whole(snakemake.output.optimum) as temporary:
        optimum_table(channel, readings, signals, evaluation).to_csv(temporary, index=False)


snakemake: Job
run(main, snakemake)
