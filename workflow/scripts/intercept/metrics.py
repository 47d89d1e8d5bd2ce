"""How much a reconstruction gives away, on a scale."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.metrics import pairwise_distances_chunked


@dataclass(frozen=True)
class Leakage:
    """What an attacker gets from one group of images.

    Attributes:
        images: how many, which are also the candidates of an identification.
        mse: mean squared error per pixel of the reconstructions, clipped to [0, 1].
        mean_image_mse: that of the mean of the attacker's own images, which needs no wire.
        skill: 1 − mse / mean_image_mse; 1 is perfect, 0 no better than the mean image.
        top1: share of images that are the nearest candidate to their reconstruction.
        top5: share that are among the five nearest.
    """

    images: int
    mse: float
    mean_image_mse: float
    skill: float
    top1: float
    top5: float

    def as_record(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)


def mean_squared_error(reconstructions: np.ndarray, images: np.ndarray) -> float:
    """Mean over images and pixels of the squared difference; both [n, ...] of one shape."""
    return float(np.mean(np.square(reconstructions - images), dtype=np.float64))


def identification(reconstructions: np.ndarray, images: np.ndarray, top: int) -> float:
    """The share of images found among the `top` candidates nearest to their reconstruction.

    Every image is a candidate. Distances are Euclidean; where candidates are equally far, the
    expectation over random orders counts, so that a constant reconstruction scores top / n.

    Args:
        reconstructions: float32 [n, ...].
        images: float32 [n, ...], the true image of each reconstruction at its index.
        top: at least 1.

    Returns:
        A share in [0, 1].
    """
    flat = images.reshape(len(images), -1)

    def hits(distances: np.ndarray, start: int) -> np.ndarray:
        rows = np.arange(len(distances))
        true = distances[rows, start + rows][:, np.newaxis]
        nearer = np.sum(distances < true, axis=1)
        equal = np.sum(distances == true, axis=1)
        return np.clip((top - nearer) / equal, 0, 1)

    # In blocks, so that memory stays bounded however many candidates there are.
    found = list(
        pairwise_distances_chunked(
            reconstructions.reshape(len(images), -1), flat, reduce_func=hits, metric="sqeuclidean"
        )
    )
    return float(np.mean(np.concatenate(found)))


def measure_leakage(
    reconstructions: np.ndarray, images: np.ndarray, mean_image: np.ndarray
) -> Leakage:
    """Judge the reconstructions of a group of images.

    Args:
        reconstructions: float32 [n, height, width, channels] in [0, 1]; n at least 1.
        images: the true ones, of the same shape.
        mean_image: float32 [height, width, channels], the mean of the attacker's images.
    """
    mse = mean_squared_error(reconstructions, images)
    mean_image_mse = mean_squared_error(mean_image[np.newaxis], images)
    return Leakage(
        images=len(images),
        mse=mse,
        mean_image_mse=mean_image_mse,
        skill=1 - mse / mean_image_mse,
        top1=identification(reconstructions, images, 1),
        top5=identification(reconstructions, images, 5),
    )
