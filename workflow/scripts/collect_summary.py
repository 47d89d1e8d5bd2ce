"""Collect every record of the study into two tables."""

import pandas as pd

from intercept.runtime.script import Job, run
from intercept.report.over_seeds import with_intervals_over_seeds
from intercept.report.scores import character_sums
from intercept.report.summary import baseline_row, not_run, summary_row
from intercept.runtime.files import read_json, whole


def main(snakemake: Job) -> None:
    """Write a row for each attack, also those that could not be run, and one for each baseline."""
    source = snakemake.input
    manifest = read_json(source.manifest)
    targets = {
        (place["target"], str(place["seed"])): (read_json(training), read_json(privacy))
        for place, training, privacy in zip(
            snakemake.params.networks, source.trainings, source.privacies, strict=True
        )
    }
    wires = {
        (place["target"], str(place["seed"]), place["wire"]): {
            **read_json(server),
            "bounds": read_json(bounds),
        }
        for place, server, bounds in zip(
            snakemake.params.wires, source.servers, source.bounds, strict=True
        )
    }
    study, config_hash = snakemake.params.study, snakemake.params.config_hash
    rows = []
    for metrics in map(read_json, source.metrics):
        names = metrics["wildcards"]
        target = targets[names["target"], names["seed"]]
        wire = wires[names["target"], names["seed"], names["wire"]]
        rows.append(summary_row(study, config_hash, manifest, *target, wire, metrics))
    summary = with_intervals_over_seeds(pd.DataFrame(rows), [*map(character_sums, source.scores)])
    not_run_rows = []
    for place in snakemake.params.not_run:
        names = place["target"], str(place["seed"])
        wire = wires[*names, place["wire"]]
        record = not_run(place, snakemake.params.attackers[place["attacker"]], manifest, wire)
        not_run_rows.append(
            summary_row(study, config_hash, manifest, *targets[names], wire, record)
        )
    summary = pd.DataFrame([*summary.to_dict("records"), *not_run_rows])
    with whole(snakemake.output.summary) as temporary:
        summary.to_csv(temporary, index=False)
    rows = [
        baseline_row(name, **place, record=record, config_hash=config_hash)
        for place, path in zip(snakemake.params.baselines, source.baselines, strict=True)
        for record in [read_json(path)]
        for name in record["measures"]
    ]
    # Two layers may be equally wide, and what has no width is measured with each of them.
    once = pd.DataFrame(rows).drop_duplicates(["baseline", "seed", "numbers", "target"])
    with whole(snakemake.output.baselines) as temporary:
        once.astype({"numbers": "Int64"}).to_csv(temporary, index=False)


snakemake: Job
run(main, snakemake)
