"""Measure what the answers of one attacker give away of the images behind them."""

import numpy as np
import pandas as pd

from intercept.runtime.script import Job, run
from intercept.attackers import attacker_settings
from intercept.attackers.answers import read_answers
from intercept.attackers.auxiliary import part_name, parts, read_division
from intercept.datasets import cache
from intercept.devices.activations import observe, read_activations
from intercept.metrics.embedding import read_embeddings
from intercept.metrics.groups import (
    Scores,
    activation_error,
    measure_folds,
    measure_groups,
    reconstruction_scores,
)
from intercept.metrics.leakage import rank_scores
from intercept.metrics.linkage import linkage_scores
from intercept.networks import queried
from intercept.provenance import provenance
from intercept.runtime.files import read_json, whole, write_json


def main(snakemake: Job) -> None:
    """Write the metrics, and the scores of every image."""
    source, wildcards = snakemake.input, snakemake.wildcards
    settings = attacker_settings(**snakemake.params.settings)
    seed = int(wildcards.seed)
    manifest = read_json(source.manifest)
    sets, by_image = manifest["sets"], not manifest["identities"]
    evaluation = cache.read(source.evaluation, sets["evaluation"])
    all_own = cache.read(source.attacker, sets["attacker"])
    folds, sample = read_division(source.auxiliary)
    own, folds = all_own.select(sample), folds[sample]
    mean_image = all_own.images.mean_image()
    device = queried.load(source.intercepted, snakemake.params.allowed_code)
    names = [part_name(fold) for fold in parts(folds)] if settings.rebuilds else []
    embeddings = read_embeddings(source.embeddings, names)
    own_activations = read_activations(source.activations, "attacker")
    spread = own_activations.std(axis=0)
    own_activations = own_activations[sample]
    observed = read_activations(source.activations, "evaluation")
    answers = read_answers(source.answers)

    def score(
        images: cache.ImageSet, given: np.ndarray, seen: np.ndarray, fold: int | None
    ) -> Scores:
        if settings.links:
            return linkage_scores(given, observe(device, images.images), images.characters, seed)
        if not settings.rebuilds:
            return rank_scores(given, observe(device, images.images), images.characters)
        scores = reconstruction_scores(given, images, mean_image, embeddings[part_name(fold)])
        if not snakemake.params.answers_any:  # nobody knows what would be sent for a rebuilt image
            return scores
        error = activation_error(seen, observe(device, given), spread)
        return scores | {"activation_error": error}

    records, scores = measure_groups(
        evaluation,
        lambda index: score(
            evaluation.select(index), answers["evaluation"][index], observed[index], None
        ),
        seed,
        by_image,
    )
    held_out = measure_folds(
        own,
        folds,
        lambda index, fold: score(
            own.select(index), answers["held_out"][index], own_activations[index], fold
        ),
        seed,
        by_image,
    )
    record = {
        "wildcards": dict(wildcards.items()),
        "attacker_settings": settings.as_params(),
        "rebuilds": settings.rebuilds,
        "links": settings.links,
        "judges_itself": settings.judges_itself,
        "attacker_mse": _last(pd.read_csv(source.history), "mse"),
        "evaluation_sha256": sets["evaluation"]["content_sha256"],
        **provenance(snakemake),
        "held_out": held_out,
        **records,
    }
    write_json(snakemake.output.metrics, record)
    with whole(snakemake.output.scores) as temporary:
        scores.to_csv(temporary, index=False)


def _last(history: pd.DataFrame, column: str) -> float | None:
    return float(history[column].dropna().iloc[-1]) if column in history else None


snakemake: Job
run(main, snakemake)
