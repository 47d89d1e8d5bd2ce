"""The one problem that every engine works on; needs NumPy alone."""

import numpy as np

# The network as `intercept.networks.built_in` builds it, which needs TensorFlow: for the four
# blocks kernel, pooling and stride, each with so many filters; then two dense layers.
BLOCKS = ((7, 3, 3), (7, 3, 2), (5, 2, 2), (3, 2, 2))
FILTERS = 32
HIDDEN_UNITS = 256

IMAGE_SHAPE = (105, 105, 1)
CLASSES = 50
BATCH_SIZE = 32
L2_NORM_CLIP = 1.0
NOISE_MULTIPLIER = 0.7
# So small that the last step is on about the same weights as the first. Were the batch learned by
# heart, its gradients would become numbers too small for float32's normal range, which some
# frameworks compute slowly and others round to 0.
LEARNING_RATE = 1e-5


def batch() -> tuple[np.ndarray, np.ndarray]:
    """Images with a tenth of ink, float32 [n, height, width, channels], and labels, int64 [n]."""
    random = np.random.default_rng(105)
    images = (random.random((BATCH_SIZE, *IMAGE_SHAPE)) < 0.1).astype(np.float32)
    return images, random.integers(0, CLASSES, BATCH_SIZE)
