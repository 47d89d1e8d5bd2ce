"""Draw how the targets and the attackers learned."""

from pathlib import Path

import pandas as pd

from intercept.datasets import cache
from intercept.files import read_json
from intercept.metrics import mean_squared_error
from intercept.report import figures
from intercept.script import run


def main(snakemake):
    """Draw the targets' accuracies and the attackers' errors, epoch by epoch."""
    source, output, params = snakemake.input, snakemake.output, snakemake.params
    manifest = read_json(source.manifest)

    def histories(paths, labels):
        return {label: pd.read_csv(path) for label, path in zip(labels, paths, strict=True)}

    targets = histories(source.targets, params.target_labels)
    figure = figures.training_curves(targets, manifest["synthetic"])
    figures.save(figure, Path(output.targets).with_suffix(""))
    images = cache.read(source.attacker_images, manifest["sets"]["attacker"]).images
    figure = figures.attacker_curves(
        histories(source.attackers, params.attacker_labels),
        manifest["synthetic"],
        mean_squared_error(images.mean(axis=0, keepdims=True), images),
    )
    figures.save(figure, Path(output.attackers).with_suffix(""))


run(main, snakemake)  # noqa: F821
