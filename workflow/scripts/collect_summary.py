"""Collect every record of the study into two tables."""

import pandas as pd

from intercept.files import read_json, whole
from intercept.report.summary import baseline_row, summary_row
from intercept.script import run


def main(snakemake):
    """Write a row for each attack, and one for each baseline."""
    source = snakemake.input
    manifest = read_json(source.manifest)
    targets = {
        (place["target"], str(place["seed"])): (read_json(training), read_json(privacy))
        for place, training, privacy in zip(
            snakemake.params.trainings, source.trainings, source.privacies, strict=True
        )
    }
    wires = {
        tuple(map(str, place.values())): read_json(path)
        for place, path in zip(snakemake.params.wires, source.wires, strict=True)
    }
    rows = []
    for metrics in map(read_json, source.metrics):
        names = metrics["wildcards"]
        target = targets[names["target"], names["seed"]]
        wire = wires[names["target"], names["seed"], names["release"]]
        rows.append(summary_row(snakemake.params.study, manifest, *target, wire, metrics))
    with whole(snakemake.output.summary) as temporary:
        pd.DataFrame(rows).to_csv(temporary, index=False)
    rows = [
        baseline_row(name, place["seed"], place["cut_layer"], place["target"], groups)
        for place, path in zip(snakemake.params.baselines, source.baselines, strict=True)
        for name, groups in read_json(path).items()
    ]
    with whole(snakemake.output.baselines) as temporary:
        pd.DataFrame(rows).to_csv(temporary, index=False)


run(main, snakemake)  # noqa: F821
