"""Write what differential privacy would be claimed for one target."""

from intercept.files import read_json, write_json
from intercept.privacy import claimed_privacy
from intercept.script import run


def main(snakemake):
    """Write the target's privacy record."""
    training = read_json(snakemake.input.record)
    manifest = read_json(snakemake.input.manifest)
    write_json(snakemake.output.privacy, claimed_privacy(training, manifest))


run(main, snakemake)  # noqa: F821
