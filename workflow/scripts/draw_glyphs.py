"""Draw the synthetic data set, as a prepared TFDS data set."""

from pathlib import Path

import tensorflow_datasets as tfds

from intercept.datasets.glyphs import Glyphs
from intercept.runtime.files import unwritable
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Prepare ``glyphs`` under the folder above ``output``."""
    tfds.disable_progress_bar()
    folder = snakemake.output[0]
    try:
        Glyphs(data_dir=str(Path(folder).parent)).download_and_prepare()
    except Exception as error:  # OSError, or TensorFlow's own
        if known := unwritable(folder, error):
            raise known from error
        raise


snakemake: Job
run(main, snakemake)
