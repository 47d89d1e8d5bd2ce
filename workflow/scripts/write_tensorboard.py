"""Write the history of one target as event files for TensorBoard."""

import pandas as pd

from intercept.runtime.script import Job, run
from intercept.training.events import write_events


def main(snakemake: Job) -> None:
    """Write one scalar for each column and epoch."""
    write_events(pd.read_csv(snakemake.input.history), snakemake.output[0])


snakemake: Job
run(main, snakemake)
