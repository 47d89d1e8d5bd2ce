"""Show the first evaluation images above what one attacker rebuilds from each target."""

from pathlib import Path

import h5py

from intercept.datasets import cache
from intercept.files import read_json
from intercept.report import figures
from intercept.script import run


def main(snakemake):
    """Draw one row for each target: figures 5 to 8 of the post."""
    source = snakemake.input
    manifest = read_json(source.manifest)
    originals = cache.read(source.evaluation, manifest["sets"]["evaluation"]).images
    rows = []
    for path, privacy, target in zip(
        source.reconstructions, source.privacies, snakemake.params.targets, strict=True
    ):
        label = figures.target_label(target, read_json(privacy))
        with h5py.File(path, "r") as file:
            rows.append((label, file["evaluation"][: figures.SHOWN].astype("float32")))
    figure = figures.reconstructions(originals[: figures.SHOWN], rows, manifest["synthetic"])
    figures.save(figure, Path(snakemake.output.png).with_suffix(""))


run(main, snakemake)  # noqa: F821
