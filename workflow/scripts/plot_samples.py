"""Show the first images of each set."""

from pathlib import Path

from intercept.datasets import cache
from intercept.report.figures.pictures import SHOWN, samples
from intercept.report.style import save
from intercept.runtime.files import read_json
from intercept.runtime.script import Job, run


def main(snakemake: Job) -> None:
    """Draw one figure for each set: figures 1 to 3 of the post."""
    manifest = read_json(snakemake.input.manifest)
    titles = {
        "target": "What the target learns from",
        "attacker": "What the attacker owns",
        "evaluation": "What crosses the wire",
    }
    for role, title in titles.items():
        images = cache.read(snakemake.input[role], manifest["sets"][role])
        figure = samples(images.images[:SHOWN], title, manifest["synthetic"])
        save(figure, Path(snakemake.output[role]).with_suffix(""))


snakemake: Job
run(main, snakemake)
