"""Train the autoencoder that shows what as many numbers as the wire carries could hold."""

import pandas as pd

from intercept.runtime.script import Job, run
from intercept.arrays.hdf5 import whole_hdf5
from intercept.attackers.auxiliary import read_auxiliary
from intercept.baselines.autoencoder import train_autoencoder
from intercept.devices.activations import read_activations
from intercept.runtime.files import whole


def main(snakemake: Job) -> None:
    """Write the autoencoder and its history."""
    source, wildcards = snakemake.input, snakemake.wildcards
    width = read_activations(source.activations, "attacker")[0].size
    autoencoder, history = train_autoencoder(
        read_auxiliary(source.auxiliary).images,
        width,
        int(wildcards.seed),
        f"autoencoder of {width} numbers, seed {wildcards.seed}",
    )
    with whole_hdf5(snakemake.output.autoencoder) as file:
        autoencoder.save(file)
    with whole(snakemake.output.history) as temporary:
        pd.DataFrame(history).to_csv(temporary, index=False)


snakemake: Job
run(main, snakemake)
