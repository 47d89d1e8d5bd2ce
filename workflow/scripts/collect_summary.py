"""Collect every record of the study into two tables."""

import pandas as pd

from intercept.errors import UserError
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
        tuple(map(str, place.values())): _read(path, place)
        for place, path in zip(snakemake.params.wires, source.wires, strict=True)
    }
    rows = []
    for place, path in zip(snakemake.params.attacks, source.metrics, strict=True):
        metrics = _read(path, place)
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


def _read(path, place):
    """A record that states what it is of; one that was copied here from elsewhere is refused."""
    record = read_json(path)
    names = {key: str(value) for key, value in place.items()}
    if record["wildcards"] != names:
        raise UserError(
            f"{path} is of {', '.join(record['wildcards'].values())}, not of "
            f"{', '.join(names.values())}: delete it and run the same command again"
        )
    return record


run(main, snakemake)  # noqa: F821
