"""Set every two wires that can be compared side by side, image by image and seed by seed."""

from intercept.runtime.script import Job, run
from intercept.report.differences import differences
from intercept.report.rows import read_rows
from intercept.report.scores import character_sums
from intercept.runtime.files import whole


def main(snakemake: Job) -> None:
    """Write a row for each two of them, measure and group."""
    source, places = snakemake.input, snakemake.params.places
    keys = ("target", "wire", "attacker", "seed")
    sums = {
        tuple(place[key] for key in keys): character_sums(path)
        for place, path in zip(places, source.scores, strict=True)
    }
    with whole(snakemake.output.differences) as temporary:
        differences(read_rows(source.summary), sums).to_csv(temporary, index=False)


snakemake: Job
run(main, snakemake)
