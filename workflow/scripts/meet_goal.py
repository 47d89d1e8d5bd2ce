"""End the study by its goal: go on if it is met, and fail if it is not."""

from intercept.runtime.script import Job, run
from intercept.runtime.errors import UserError
from intercept.runtime.files import read_json, whole


def main(snakemake: Job) -> None:
    """Write that the goal is met."""
    record = read_json(snakemake.input.goal)
    if not record["met"]:
        raise UserError(f"the goal is not met. {record['said']}")
    with whole(snakemake.output.met) as temporary:
        temporary.write_text(f"{record['said']}\n", encoding="utf-8")


snakemake: Job
run(main, snakemake)
