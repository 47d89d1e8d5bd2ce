"""Cut a target at a layer: its device part and its server part become networks of their own."""

import math

from intercept.runtime.script import Job, run
from intercept.networks import queried
from intercept.networks.cutting import cut
from intercept.runtime.files import write_json


def main(snakemake: Job) -> None:
    """Write the device part, the server part, and how much crosses the wire.

    By the last the jobs that hold activations ask for memory.
    """
    network = queried.load(snakemake.input.network, snakemake.params.allowed_code)
    wildcards = snakemake.wildcards
    parts = snakemake.params.parts
    device, server = cut(network, wildcards.cut_layer, parts["serves"])
    if parts["answers_any"]:  # the whole network may be steady where this part is not
        named = f"{wildcards.target}, cut at {wildcards.cut_layer},"
        queried.refuse_other_answers(device, named, queried.FEW)
    queried.write(snakemake.output.intercepted, device)
    queried.write(snakemake.output.server, server)
    write_json(snakemake.output.record, {"numbers": math.prod(device.output_shape[1:])})


snakemake: Job
run(main, snakemake)
