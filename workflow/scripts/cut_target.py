"""Cut a target at a layer: its device part and its server part become networks of their own."""

from intercept.devices import queried
from intercept.network import cut
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Write the device part and the server part."""
    network = queried.load(snakemake.input.network, snakemake.params.allowed_code)
    device, server = cut(network, snakemake.wildcards.cut_layer, snakemake.params.serves)
    queried.write(snakemake.output.intercepted, device)
    queried.write(snakemake.output.server, server)


snakemake: Job
run(main, snakemake)
