"""Scores of reconstructions against the true images, one number for each image.

Every function takes reconstructions and images, both [n, height, width, channels] and float32 in
[0, 1] where some are taken, and returns float64 [n].
"""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter

from intercept.arrays.batches import gen_batches
from intercept.arrays.stored_images import ImageArray
from intercept.runtime.errors import UserError

PERFECT_PSNR = 100.0  # dB; stands for every squared error up to 1e-10, zero among them

_BLOCK = 8  # images at a time, which stay in the cache
_SSIM_SIGMA = 1.5  # pixels
_SSIM_WINDOW = 11  # pixels
_SSIM_C1, _SSIM_C2 = 0.01**2, 0.03**2  # for values in [0, 1]


def squared_error(reconstructions: np.ndarray, images: ImageArray) -> np.ndarray:
    """Mean over pixels and channels of the squared difference, in [0, 1]."""

    def score(rebuilt: np.ndarray, true: np.ndarray) -> np.ndarray:
        return np.square(np.subtract(rebuilt, true, dtype=np.float64)).mean(axis=(1, 2, 3))

    return _by_blocks(score, reconstructions, images)


def psnr(reconstructions: np.ndarray, images: ImageArray) -> np.ndarray:
    """Peak signal-to-noise ratio in dB, for a peak of 1: −10 log10 of the squared error.

    At least 0; `PERFECT_PSNR` caps it, so that a perfect image has a value as well.
    """
    with np.errstate(divide="ignore"):
        ratios = -10 * np.log10(squared_error(reconstructions, images))
    return np.minimum(ratios, PERFECT_PSNR)


def ssim(reconstructions: np.ndarray, images: ImageArray) -> np.ndarray:
    """Structural similarity, in [−1, 1]; 1 is the image itself.

    With the 11×11 Gaussian window of σ = 1.5 pixels and the constants of Wang, Bovik, Sheikh and
    Simoncelli 2004 ("Image quality assessment: from error visibility to structural similarity",
    IEEE Transactions on Image Processing 13), over the windows that lie within the image; the mean
    over channels.

    Raises:
        UserError: the images are smaller than the window.
    """
    height, width = images.shape[1:3]
    if min(height, width) < _SSIM_WINDOW:
        raise UserError(
            f"structural similarity needs images of at least {_SSIM_WINDOW}×{_SSIM_WINDOW} pixels, "
            f"received {height}×{width}: choose a data set of larger images"
        )
    margin = _SSIM_WINDOW // 2

    def local(values: np.ndarray) -> np.ndarray:
        means = gaussian_filter(values, _SSIM_SIGMA, radius=margin, axes=(1, 2))
        return means[:, margin:-margin, margin:-margin]

    def score(rebuilt: np.ndarray, true: np.ndarray) -> np.ndarray:
        x, y = rebuilt.astype(np.float64), true.astype(np.float64)
        mean_x, mean_y = local(x), local(y)
        products, squares = mean_x * mean_y, mean_x**2 + mean_y**2
        covariance = local(x * y) - products
        variances = local(x**2 + y**2) - squares
        similarity = (2 * products + _SSIM_C1) * (2 * covariance + _SSIM_C2)
        similarity /= (squares + _SSIM_C1) * (variances + _SSIM_C2)
        return similarity.mean(axis=(1, 2, 3))

    return _by_blocks(score, reconstructions, images)


def ink_f1(reconstructions: np.ndarray, images: ImageArray, background: float = 1.0) -> np.ndarray:
    """F1 of the ink, in [0, 1]: harmonic mean of precision and recall of the pixels with ink.

    A pixel, of each channel by itself, has ink where its value is nearer to the other end of the
    scale than to `background`, 0 or 1. Two images without ink score 1;
    where ink nowhere meets ink, the score is 0.
    """

    def score(rebuilt: np.ndarray, true: np.ndarray) -> np.ndarray:
        rebuilt, true = np.abs(rebuilt - background) > 0.5, np.abs(true - background) > 0.5
        both = np.sum(rebuilt & true, axis=(1, 2, 3))
        either = np.sum(rebuilt, axis=(1, 2, 3)) + np.sum(true, axis=(1, 2, 3))
        return np.where(either, 2 * both / np.maximum(either, 1), 1.0)

    return _by_blocks(score, reconstructions, images)


def _by_blocks(
    score: Callable[[np.ndarray, np.ndarray], np.ndarray],
    reconstructions: np.ndarray,
    images: ImageArray,
) -> np.ndarray:
    blocks = gen_batches(len(images), _BLOCK)
    return np.concatenate([score(reconstructions[block], images[block]) for block in blocks])
