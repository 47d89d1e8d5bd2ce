"""Scores of reconstructions against the true images, one number for each image.

Every function takes reconstructions and images as float32 [n, height, width, channels] in [0, 1],
both of one shape, and returns float64 [n].
"""

from collections.abc import Callable

import numpy as np
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.utils import gen_batches

from intercept.errors import UserError
from intercept.progress import watched

PERFECT_PSNR = 100.0  # dB; stands for every squared error up to 1e-10, zero among them

_BLOCK = 256  # images at a time, so that memory stays bounded however many there are
_SSIM_SIGMA = 1.5  # pixels
_SSIM_WINDOW = 11  # pixels; what scikit-image takes for that sigma


def squared_error(reconstructions: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Mean over pixels and channels of the squared difference, in [0, 1]."""

    def score(rebuilt: np.ndarray, true: np.ndarray) -> np.ndarray:
        return np.square(np.subtract(rebuilt, true, dtype=np.float64)).mean(axis=(1, 2, 3))

    return _by_blocks(score, reconstructions, images)


def psnr(reconstructions: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio in dB, for a peak of 1: −10 log10 of the squared error.

    At least 0; `PERFECT_PSNR` caps it, so that a perfect image has a value as well.
    """
    with np.errstate(divide="ignore"):
        ratios = [
            peak_signal_noise_ratio(true, rebuilt, data_range=1)
            for rebuilt, true in zip(reconstructions, images, strict=True)
        ]
    return np.minimum(np.array(ratios, np.float64), PERFECT_PSNR)


def ssim(reconstructions: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Structural similarity, in [−1, 1]; 1 is the image itself.

    With the 11×11 Gaussian window of σ = 1.5 pixels and the constants of Wang, Bovik, Sheikh and
    Simoncelli 2004 ("Image quality assessment: from error visibility to structural similarity",
    IEEE Transactions on Image Processing 13); the mean over channels.

    Raises:
        UserError: the images are smaller than the window.
    """
    height, width = images.shape[1:3]
    if min(height, width) < _SSIM_WINDOW:
        raise UserError(
            f"structural similarity needs images of at least {_SSIM_WINDOW}×{_SSIM_WINDOW} pixels, "
            f"received {height}×{width}: choose a data set of larger images"
        )
    pairs = list(zip(reconstructions, images, strict=True))
    similarities = [
        structural_similarity(
            true,
            rebuilt,
            data_range=1,
            channel_axis=-1,
            gaussian_weights=True,
            sigma=_SSIM_SIGMA,
            use_sample_covariance=False,
        )
        for rebuilt, true in watched(pairs, "structural similarity", "image")
    ]
    return np.array(similarities, np.float64)


def ink_f1(reconstructions: np.ndarray, images: np.ndarray, paper: float = 1.0) -> np.ndarray:
    """F1 of the ink, in [0, 1]: harmonic mean of precision and recall of the pixels with ink.

    A pixel, of each channel by itself, has ink where its value is nearer to the other end of the
    scale than to `paper`, 0 or 1. Two images without ink score 1; where ink nowhere meets ink, the
    score is 0.
    """

    def score(rebuilt: np.ndarray, true: np.ndarray) -> np.ndarray:
        rebuilt, true = np.abs(rebuilt - paper) > 0.5, np.abs(true - paper) > 0.5
        both = np.sum(rebuilt & true, axis=(1, 2, 3))
        either = np.sum(rebuilt, axis=(1, 2, 3)) + np.sum(true, axis=(1, 2, 3))
        return np.where(either, 2 * both / np.maximum(either, 1), 1.0)

    return _by_blocks(score, reconstructions, images)


def _by_blocks(
    score: Callable[[np.ndarray, np.ndarray], np.ndarray],
    reconstructions: np.ndarray,
    images: np.ndarray,
) -> np.ndarray:
    blocks = gen_batches(len(images), _BLOCK)
    return np.concatenate([score(reconstructions[block], images[block]) for block in blocks])
