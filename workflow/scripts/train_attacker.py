"""Train one attacker against one release, on the attacker's own images."""

import pandas as pd

from intercept.attackers.registry import ATTACKERS
from intercept.attackers.settings import attacker_settings
from intercept.datasets import cache
from intercept.files import read_json, whole
from intercept.hdf5 import whole_hdf5
from intercept.release import read_activations
from intercept.script import run


def main(snakemake):
    """Write the trained attacker and its history."""
    wildcards = snakemake.wildcards
    settings = attacker_settings(wildcards.attacker, **snakemake.params.settings)
    entry = read_json(snakemake.input.manifest)["sets"]["attacker"]
    images = cache.read(snakemake.input.images, entry).images
    activations = read_activations(snakemake.input.activations, "attacker")
    attacker = ATTACKERS[wildcards.attacker](settings, int(wildcards.seed))
    name = f"attacker {wildcards.attacker} on {wildcards.target}, seed {wildcards.seed}"
    history = attacker.fit(activations, images, name)
    with whole_hdf5(snakemake.output.attacker) as file:
        attacker.network.save(file)
    with whole(snakemake.output.history) as temporary:
        pd.DataFrame(history).to_csv(temporary, index=False)


run(main, snakemake)  # noqa: F821
