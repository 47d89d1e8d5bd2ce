"""Cut a target at a layer: what runs on the device becomes a model of its own."""

from intercept.files import whole
from intercept.network import split
from intercept.release import load_network
from intercept.script import run


def main(snakemake):
    """Write the device part as a plain Keras model."""
    network = load_network(snakemake.input.network)
    with whole(snakemake.output.intercepted) as temporary:
        split(network, snakemake.wildcards.release).mobile.save(temporary)


run(main, snakemake)  # noqa: F821
