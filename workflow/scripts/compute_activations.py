"""Compute, once, what the wire carries for the attacker's and the evaluation images."""

from intercept.datasets import cache
from intercept.files import read_json
from intercept.release import load_network, observe, write_activations
from intercept.script import run


def main(snakemake):
    """Write the activations of both sets."""
    mobile = load_network(snakemake.input.intercepted)
    sets = read_json(snakemake.input.manifest)["sets"]
    write_activations(
        snakemake.output.activations,
        {
            role: observe(mobile, cache.read(snakemake.input[role], sets[role]).images)
            for role in ("attacker", "evaluation")
        },
    )


run(main, snakemake)  # noqa: F821
