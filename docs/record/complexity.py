"""Whether characters of less ink are picked out more often: the post's least complex letters."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from intercept.arrays.background import background_of
from intercept.datasets import cache
from intercept.runtime.files import read_json

MEASURES = ("within_character", "top1")
"""Shares of a character's images, so that dark and light ones can be set side by side."""

_WIRE = "mobile_output"
_RESAMPLES = 2000


def complexity(results: Path, data: Path) -> pd.DataFrame:
    """Spearman's rank correlation of a character's ink with how often its images were picked out.

    Args:
        results: results/<study>, with attacks on targets that are cut at ``mobile_output``.
        data: the study's prepared images, data/<name>.

    Returns:
        A row for each target, seed and attacker that rebuilds, and each of `MEASURES`: the
        correlation over the characters of the unseen images, in [-1, 1], with a 95% interval by
        bootstrap over these characters (percentiles of 2,000 resamples), of one training.

    Raises:
        ValueError: the attacks were judged on other images than these.
    """
    sets = read_json(data / "manifest.json")["sets"]
    sent = cache.read(data / "evaluation.tfrecord", sets["evaluation"])
    images = sent.images[:]
    ink = np.abs(images - background_of(images)).mean(axis=(1, 2, 3))
    rows = []
    for path in sorted(results.glob(f"*/seed-*/{_WIRE}/*/scores.csv")):
        target, seed, _, attacker, _ = path.relative_to(results).parts
        scores = pd.read_csv(path)
        if not np.array_equal(scores["character"], sent.characters[scores["image"]]):
            raise ValueError(f"{path} is not of the images of {data}")
        if "squared_error" not in scores:
            continue  # it rebuilds nothing
        unseen = scores[scores["group"] == "unseen"]
        unseen = unseen.assign(ink=ink[unseen["image"]])
        found = unseen.groupby("character")[["ink", *MEASURES]].mean()
        for measure in MEASURES:
            pairs = found[["ink", measure]].dropna().to_numpy().T
            interval = stats.bootstrap(
                pairs,
                _correlation,
                paired=True,
                vectorized=False,
                n_resamples=_RESAMPLES,
                method="percentile",
                rng=np.random.default_rng(1),
            ).confidence_interval
            value = (_correlation(*pairs), *interval)
            rows.append((target, int(seed.removeprefix("seed-")), attacker, measure, *value))
    columns = ["target", "seed", "attacker", "measure", "value", "value_low", "value_high"]
    return pd.DataFrame(rows, columns=columns)


def _correlation(ink: np.ndarray, share: np.ndarray) -> float:
    return float(stats.spearmanr(ink, share).statistic)
