"""Compute, once, what the wire carries for every image that an attack needs it for."""

from intercept.runtime.script import Job, run
from intercept.attackers.auxiliary import read_auxiliary
from intercept.datasets import cache
from intercept.devices.activations import observe, write_activations
from intercept.networks import queried
from intercept.runtime.files import read_json


def main(snakemake: Job) -> None:
    """Write the activations of the attacker's images, their augmented copies and the evaluation."""
    source = snakemake.input
    mobile = queried.load(source.intercepted, snakemake.params.allowed_code)
    sets = read_json(source.manifest)["sets"]
    images = {
        "attacker": cache.read(source.attacker, sets["attacker"]).images,
        "augmented": read_auxiliary(source.auxiliary).augmented,
        "evaluation": cache.read(source.evaluation, sets["evaluation"]).images,
    }
    write_activations(
        snakemake.output.activations, {role: observe(mobile, images[role]) for role in images}
    )


snakemake: Job
run(main, snakemake)
