"""Event files for TensorBoard."""

from pathlib import Path

import pandas as pd
import tensorflow as tf


def write_events(history: pd.DataFrame, folder: str | Path) -> None:
    """Write a scalar for each column and epoch.

    Args:
        history: a row for each epoch, whose number is in ``epoch``; all other columns are numbers.
        folder: is made; event files that are in it stay.
    """
    with tf.summary.create_file_writer(str(folder)).as_default():
        for record in history.to_dict("records"):
            for column in history.columns.drop("epoch"):
                tf.summary.scalar(column, record[column], step=int(record["epoch"]))
