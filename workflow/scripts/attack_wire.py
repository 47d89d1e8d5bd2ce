"""Let one attacker learn what it can, and answer every activation that the wire carried."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intercept.runtime.script import Job, run
from intercept.arrays.hdf5 import whole_hdf5
from intercept.attackers import attacker_settings, build_attacker
from intercept.attackers.answers import read_answers, refuse_infinite, write_answers
from intercept.attackers.auxiliary import of_the_targets_classes, read_auxiliary
from intercept.attackers.interface import Folds, carry_out
from intercept.datasets import cache
from intercept.devices.activations import read_activations
from intercept.networks import queried
from intercept.runtime.files import read_json, whole


def main(snakemake: Job) -> None:
    """Write the attacker, its history and its answers."""
    source, wildcards = snakemake.input, snakemake.wildcards
    allowed_code = snakemake.params.allowed_code
    settings = attacker_settings(**snakemake.params.settings)
    activations = np.concatenate(
        [read_activations(source.activations, role) for role in ("attacker", "augmented")]
    )
    folds = Folds(
        device=queried.load(source.intercepted, allowed_code),
        auxiliary=read_auxiliary(source.auxiliary),
        activations=activations,
        prior=Path(source.prior) if settings.prior_params() else None,
        server=queried.load_server(source.server, allowed_code) if settings.needs_server else None,
        labels=_labels(source, settings.kind) if settings.needs_server else None,
        defence=read_json(source.defence) if source.defence else None,
    )
    seen = read_activations(source.activations, "evaluation")
    answers, outcome = carry_out(
        build_attacker(settings, int(wildcards.seed)),
        settings.judges_itself,
        folds,
        seen,
        read_answers(source.start) if settings.start else None,
        f"attacker {wildcards.attacker} on {wildcards.target}, seed {wildcards.seed}",
    )
    refuse_infinite(
        answers,
        f"attacker {wildcards.attacker} on {wildcards.target}, wire {wildcards.wire}",
        max(np.abs(carried).max() for carried in (activations, seen)),
        learns=hasattr(settings, "learning_rate"),
    )
    with whole_hdf5(snakemake.output.attacker) as file:
        file.attrs["kind"] = settings.kind
        if outcome.network:
            outcome.network.save(file)
    with whole(snakemake.output.history) as temporary:
        pd.DataFrame(outcome.history or {"epoch": []}).to_csv(temporary, index=False)
    write_answers(snakemake.output.answers, answers, images=settings.rebuilds)


def _labels(source: Any, kind: str) -> np.ndarray:
    """The classes of the attacker's images, int64 [n]."""
    manifest = read_json(source.manifest)
    images = cache.read(source.images, manifest["sets"]["attacker"])
    return of_the_targets_classes(images.labels, manifest["classes"], kind)


snakemake: Job
run(main, snakemake)
