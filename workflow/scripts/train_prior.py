"""Train generative models of the attacker's images, of all and without each fold's."""

import pandas as pd

from intercept.runtime.script import Job, run
from intercept.attackers import attacker_settings
from intercept.attackers.auxiliary import part_name, parts, read_auxiliary
from intercept.attackers.prior.model import train_prior, write_priors
from intercept.attackers.prior.settings import Settings
from intercept.datasets import cache
from intercept.runtime.files import read_json, whole


def main(snakemake: Job) -> None:
    """Write the models and their histories."""
    source, wildcards = snakemake.input, snakemake.wildcards
    images = cache.read(source.images, read_json(source.manifest)["sets"]["attacker"]).images
    auxiliary = read_auxiliary(source.auxiliary)
    settings = attacker_settings(**snakemake.params.settings)
    assert isinstance(settings, Settings)  # only these describe the model
    seed, histories, priors = int(wildcards.seed), {}, {}
    for fold in parts(auxiliary.folds):
        part = part_name(fold)
        priors[part], histories[part] = train_prior(
            auxiliary.images.select(auxiliary.lessons[fold].rows),
            None if fold is None else images.select(auxiliary.folds == fold),
            settings,
            seed,
            f"prior of the attacker's images, {part}, seed {seed}",
        )
    write_priors(snakemake.output.prior, priors, settings)
    with whole(snakemake.output.history) as temporary:
        tables = [pd.DataFrame(history).assign(part=part) for part, history in histories.items()]
        pd.concat(tables).to_csv(temporary, index=False)


snakemake: Job
run(main, snakemake)
