"""Cut a target at a layer: its device part and its server part become models of their own."""

from intercept.hdf5 import whole_hdf5
from intercept.model_file import load_network
from intercept.network import split
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Write the device part and the server part as plain Keras models."""
    network = load_network(snakemake.input.network, snakemake.params.allowed_code)
    parts = split(network, snakemake.wildcards.cut_layer)
    for path, part in (
        (snakemake.output.intercepted, parts.mobile),
        (snakemake.output.server, parts.server),
    ):
        with whole_hdf5(path) as file:
            part.save(file)


snakemake: Job
run(main, snakemake)
