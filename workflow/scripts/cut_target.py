"""Cut a target at a layer: what runs on the device becomes a model of its own."""

from intercept.hdf5 import whole_hdf5
from intercept.model_file import load_network
from intercept.network import split
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Write the device part as a plain Keras model."""
    network = load_network(snakemake.input.network, snakemake.params.allowed_code)
    with whole_hdf5(snakemake.output.intercepted) as file:
        split(network, snakemake.wildcards.cut_layer).mobile.save(file)


snakemake: Job
run(main, snakemake)
