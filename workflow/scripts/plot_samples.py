"""Show the first images of each set."""

from pathlib import Path

from intercept.datasets import cache
from intercept.files import read_json
from intercept.report import figures
from intercept.script import run


def main(snakemake):
    """Draw one figure for each set: figures 1 to 3 of the post."""
    manifest = read_json(snakemake.input.manifest)
    titles = {
        "target": "What the target learns from",
        "attacker": "What the attacker owns",
        "evaluation": "What crosses the wire",
    }
    for role, title in titles.items():
        images = cache.read(snakemake.input[role], manifest["sets"][role])
        figure = figures.samples(images.images[: figures.SHOWN], title, manifest["synthetic"])
        figures.save(figure, Path(snakemake.output[role]).with_suffix(""))


run(main, snakemake)  # noqa: F821
