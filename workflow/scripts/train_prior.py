"""Train the generative model of the attacker's images, for every release."""

import pandas as pd

from intercept.attackers import attacker_settings
from intercept.attackers.prior.model import train_prior, write_prior
from intercept.attackers.prior.settings import Settings
from intercept.attackers.surrogates import read_surrogates
from intercept.datasets import cache
from intercept.files import read_json, whole
from intercept.script import Job, run


def main(snakemake: Job) -> None:
    """Write the model and its history."""
    source, wildcards = snakemake.input, snakemake.wildcards
    images = cache.read(source.images, read_json(source.manifest)["sets"]["attacker"]).images
    surrogates = read_surrogates(source.surrogates)
    settings = attacker_settings(**snakemake.params.settings)
    assert isinstance(settings, Settings)  # only these describe the model
    prior, history = train_prior(
        surrogates.fitting(images),
        images[surrogates.held_out],
        settings,
        int(wildcards.seed),
        f"prior of the attacker's images, seed {wildcards.seed}",
    )
    write_prior(snakemake.output.prior, prior)
    with whole(snakemake.output.history) as temporary:
        pd.DataFrame(history).to_csv(temporary, index=False)


snakemake: Job
run(main, snakemake)
