"""Draw the synthetic data set, as a prepared TFDS data set."""

from pathlib import Path

import tensorflow_datasets as tfds

from intercept.datasets.glyphs import Glyphs
from intercept.script import run


def main(snakemake):
    """Prepare ``glyphs`` under the folder above ``output``."""
    tfds.disable_progress_bar()
    Glyphs(data_dir=str(Path(snakemake.output[0]).parent)).download_and_prepare()


run(main, snakemake)  # noqa: F821
