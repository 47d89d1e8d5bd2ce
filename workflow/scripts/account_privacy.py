"""Account for the privacy of one target's training images."""

from intercept.runtime.script import Job, run
from intercept.accounting.record import privacy_record
from intercept.provenance import provenance
from intercept.runtime.files import read_json, write_json


def main(snakemake: Job) -> None:
    """Write the target's privacy record."""
    training = read_json(snakemake.input.record)
    manifest = read_json(snakemake.input.manifest)
    record = privacy_record(training, manifest) | provenance(snakemake)
    write_json(snakemake.output.privacy, record)


snakemake: Job
run(main, snakemake)
