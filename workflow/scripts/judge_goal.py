"""Say whether a wire of the study keeps its goal."""

from collections import defaultdict
from pathlib import Path

from intercept.runtime.script import Job, run
from intercept.provenance import provenance
from intercept.report.goal import goal_record, in_words
from intercept.report.rows import judged_groups, read_rows
from intercept.report.verdict import wires
from intercept.runtime.files import read_json, write_json
from intercept.wire.channel import Channel


def main(snakemake: Job) -> None:
    """Write the record."""
    source, params = snakemake.input, snakemake.params
    summary = read_rows(source.summary)
    channels: dict[tuple[str, str], list[Channel]] = defaultdict(list)
    folders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place, path in zip(params.wires, source.bounds, strict=True):
        name = place["target"], place["wire"]
        channels[name].append(Channel(**read_json(path)["channel"]))
        folders[name].append(str(Path(path).parent))
    found = [wire for group in judged_groups(summary)[:1] for wire in wires(summary, group)]
    record = goal_record(params.goal, found, channels, folders)
    said = in_words(record, summary["seed"].nunique())
    write_json(snakemake.output.goal, {**provenance(snakemake), **record, "said": said})


snakemake: Job
run(main, snakemake)
