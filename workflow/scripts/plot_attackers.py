"""Draw how the attackers that train a network learned."""

from pathlib import Path

from intercept.datasets import cache
from intercept.report.figures.curves import attacker_curves
from intercept.report.rows import join_rows, read_rows
from intercept.report.style import save
from intercept.runtime.files import read_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw the attackers' errors, epoch by epoch, beside those of the mean image."""
    source, params = snakemake.input, snakemake.params
    manifest = read_json(source.manifest)
    own = cache.read(source.attacker_images, manifest["sets"]["attacker"]).images
    held_out = read_rows(source.summary)["held_out_mean_image_mse"].mean()
    figure = attacker_curves(
        join_rows(source.histories, params.places),
        params.targets,
        manifest["synthetic"],
        # The error of the mean is the variance.
        {"mse": float(own.var(axis=0).mean()), "held_out_mse": held_out},
    )
    save(figure, Path(snakemake.output.png).with_suffix(""))


snakemake: Job
run(main, snakemake)
