"""Measure what the answers of one attacker give away of the images behind them."""

import numpy as np
import pandas as pd

from intercept.attackers import attacker_settings
from intercept.attackers.answers import read_answers
from intercept.attackers.surrogates import read_surrogates
from intercept.datasets import cache
from intercept.files import read_json, whole, write_json
from intercept.metrics.groups import (
    Scores,
    activation_error,
    measure_groups,
    reconstruction_scores,
)
from intercept.metrics.leakage import rank_scores, summarise
from intercept.provenance import provenance
from intercept.release import load_network, observe, read_activations
from intercept.script import Job, run


def main(snakemake: Job) -> None:
    """Write the metrics, and the scores of every image."""
    source, wildcards = snakemake.input, snakemake.wildcards
    settings = attacker_settings(**snakemake.params.settings)
    seed = int(wildcards.seed)
    manifest = read_json(source.manifest)
    sets = manifest["sets"]
    evaluation = cache.read(source.evaluation, sets["evaluation"])
    own = cache.read(source.attacker, sets["attacker"])
    kept_back = read_surrogates(source.surrogates).held_out
    held_out = own.select(kept_back)
    mean_image = own.images.mean(axis=0)
    device = load_network(source.intercepted, snakemake.params.code)
    embedding = load_network(source.embedding)
    own_activations = read_activations(source.activations, "attacker")
    observed = read_activations(source.activations, "evaluation")
    answers = read_answers(source.answers)

    def score(images: cache.ImageSet, given: np.ndarray, seen: np.ndarray) -> Scores:
        if not settings.rebuilds:
            return rank_scores(given, observe(device, images.images), images.characters)
        error = activation_error(seen, observe(device, given), own_activations.std(axis=0))
        scores = reconstruction_scores(given, images, mean_image, embedding)
        return scores | {"activation_error": error}

    records, scores = measure_groups(
        evaluation,
        lambda index: score(
            evaluation.select(index), answers["evaluation"][index], observed[index]
        ),
        seed,
    )
    held_out_scores = score(held_out, answers["held_out"], own_activations[kept_back])
    record = {
        "wildcards": dict(wildcards.items()),
        "attacker_settings": settings.as_params(),
        "rebuilds": settings.rebuilds,
        "judges_itself": settings.judges_itself,
        "attacker_mse": _last(pd.read_csv(source.history), "mse"),
        "synthetic": manifest["synthetic"],
        "evaluation_sha256": sets["evaluation"]["content_sha256"],
        **provenance(snakemake),
        "held_out": summarise(held_out_scores, held_out.labels, held_out.characters, seed),
        **records,
    }
    write_json(snakemake.output.metrics, record)
    with whole(snakemake.output.scores) as temporary:
        scores.to_csv(temporary, index=False)


def _last(history: pd.DataFrame, column: str) -> float | None:
    return float(history[column].iloc[-1]) if column in history else None


snakemake: Job
run(main, snakemake)
