"""What an attacker gets from a group of images: scores of each image, and their summary."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from intercept.arrays.background import background_of
from intercept.arrays.stored_images import ImageArray
from intercept.metrics import identification, intervals, pixels

# Scores that a summary has under another name, and scores that only others are made of.
_NAMES = {
    "squared_error": "mse",
    "mean_image_squared_error": "mean_image_mse",
    "reciprocal_rank": "mean_reciprocal_rank",
}
_HITS = ("top1", "top5", "within_character", "class_top1")
_COUNTS = frozenset(identification.Ranks.__dataclass_fields__)


def image_scores(
    reconstructions: np.ndarray, images: ImageArray, mean_image: np.ndarray
) -> dict[str, np.ndarray]:
    """How close each reconstruction comes to its image.

    Args:
        reconstructions: float32 [n, height, width, channels] in [0, 1]; n at least 1.
        images: the true ones, of the same shape.
        mean_image: float32 [height, width, channels], the mean of the attacker's own images,
            which is an answer that needs no wire.

    Returns:
        float64 [n] each: ``squared_error``, ``mean_image_squared_error``, ``psnr`` (dB), ``ssim``
        and, of images of one channel, ``ink_f1``; see `intercept.metrics.pixels`.

    Raises:
        UserError: the images are too small for structural similarity.
    """
    baseline = np.broadcast_to(mean_image, images.shape)
    scores = {
        "squared_error": pixels.squared_error(reconstructions, images),
        "mean_image_squared_error": pixels.squared_error(baseline, images),
        "psnr": pixels.psnr(reconstructions, images),
        "ssim": pixels.ssim(reconstructions, images),
    }
    if images.shape[-1] == 1:
        scores["ink_f1"] = pixels.ink_f1(reconstructions, images, background_of(mean_image))
    return scores


def rank_scores(
    answers: np.ndarray, candidates: ImageArray, characters: np.ndarray
) -> dict[str, np.ndarray]:
    """How well each answer identifies its image.

    Args:
        answers: float32 [n, ...], such as reconstructions; n at least 1.
        candidates: images, or float32 [n, ...]; the true one of each answer at its index.
        characters: int64 [n], of the candidates.

    Returns:
        The counts of `Ranks`, int64 [n] each, and float64 [n] in [0, 1] each: ``top1``, ``top5``,
        ``reciprocal_rank``, and ``within_character``, which is ``top1`` among the candidates of
        the same character.

    Raises:
        ValueError: there are values that are not finite.
    """
    ranks = vars(identification.ranks(answers, candidates, characters))
    place = ranks["nearer"], ranks["equal"]
    place_within = ranks["nearer_within"], ranks["equal_within"]
    return {
        **ranks,
        "top1": identification.top(*place, 1),
        "top5": identification.top(*place, 5),
        "reciprocal_rank": identification.reciprocal_rank(*place),
        "within_character": identification.top(*place_within, 1),
    }


def summarise(
    scores: Mapping[str, np.ndarray],
    labels: np.ndarray,
    characters: np.ndarray,
    seed: int,
    by_image: bool = False,
) -> dict[str, Any]:
    """The measures of a group, with 95% intervals.

    Args:
        scores: all or some of what `image_scores` and `rank_scores` return for the whole group,
            and any other scores, float64 [n] each, NaN where an image has none.
        labels: int64 [n], the alphabet of each image; n at least 1.
        characters: int64 [n], of the images.
        seed: of the intervals.
        by_image: whether images are drawn for these by themselves, and not characters of alphabets.

    Returns:
        ``images`` and ``characters``, how many; a record of `Estimate` for each measure; and
        ``chance``. The measures are means over images: ``mse`` and ``mean_image_mse`` (of the
        squared errors), ``psnr``, ``ssim``, ``ink_f1``, ``top1``, ``top5``,
        ``mean_reciprocal_rank``, ``within_character`` and, under its own name, every other score;
        and ``skill``, which is 1 − mse / mean_image_mse (1 is perfect, 0 no better than the mean
        image; None if the mean image is every image). Without its scores a measure is missing.
        ``chance`` has what guessing comes to in ``top1``, ``top5`` and ``within_character``; it
        is missing where they are.
    """
    record: dict[str, Any] = {
        "images": len(characters),
        "characters": len(np.unique(characters)),
    }
    drawn = None if by_image else characters
    for name, values in scores.items():
        if name not in _COUNTS:
            of_group = intervals.share if name in _HITS else intervals.mean
            estimate = of_group(values, labels, drawn, seed)
            record[_NAMES.get(name, name)] = estimate.as_record()
    if "squared_error" in scores and "mean_image_squared_error" in scores:
        baseline = scores["mean_image_squared_error"]
        gain = baseline - scores["squared_error"]
        skill = intervals.ratio_of_sums(gain, baseline, labels, drawn, seed)
        record["skill"] = skill.as_record()
    if "drawings" in scores:
        record["chance"] = {
            "top1": 1 / len(characters),
            "top5": min(5 / len(characters), 1.0),
            "within_character": identification.chance_within(scores["drawings"]),
        }
    return record


def identification_curve(nearer: np.ndarray, equal: np.ndarray, ranks: Iterable[int]) -> np.ndarray:
    """The share of images that are among the k first candidates, for each k of `ranks`.

    Args:
        nearer: int64 [n], as in `Ranks`.
        equal: int64 [n], as in `Ranks`.
        ranks: each at least 1.

    Returns:
        float64 [len(ranks)] in [0, 1].
    """
    return np.array([identification.top(nearer, equal, k).mean() for k in ranks])
