"""Write the histories of one target as event files for TensorBoard."""

import pandas as pd
import tensorflow as tf

from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Write one scalar for each column and epoch."""
    history = pd.read_csv(snakemake.input.history)
    with tf.summary.create_file_writer(snakemake.output[0]).as_default():
        for record in history.to_dict("records"):
            for column in history.columns.drop("epoch"):
                tf.summary.scalar(column, record[column], step=int(record["epoch"]))


snakemake: Job
run(main, snakemake)
