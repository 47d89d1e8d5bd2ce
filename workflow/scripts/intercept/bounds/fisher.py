"""How exactly anybody without prior knowledge can rebuild an input: Fisher information."""

import numpy as np
import tensorflow as tf
from sklearn.utils import gen_batches

_BATCH = 32


def dfil(
    device: tf.keras.Model, images: np.ndarray, noise_deviation: float, probes: int, seed: int
) -> np.ndarray:
    """Diagonal Fisher information leakage of each image, per input value.

    Tr(JᵀJ) / (σ²d) with J the Jacobian of the device part and d the number of values in an image
    (Maeng et al. 2023, Bounding the invertibility of privacy-preserving instance encoding using
    Fisher information, arXiv 2305.04146). One over it bounds from below the mean
    squared error a value of every *unbiased* estimate (Cramér and Rao). Attackers who know what
    images look like are biased, and may do better.

    The trace is estimated without bias as the mean of |Jᵀv|² over random signs v (Hutchinson
    1990).

    Args:
        device: the device part with the deterministic part of its defence.
        images: float32 [n, height, width, channels], n at least 1.
        noise_deviation: σ of the noise that is left in each number, above 0.
        probes: random vectors for each image, at least 1.
        seed: of these.

    Returns:
        float64 [n], at least 0, in units of one over the square of an image's values.
    """
    values = images[0].size
    generator = np.random.default_rng(seed)
    traces = np.zeros(len(images))

    @tf.function(reduce_retracing=True)
    def squared_pullback(some: tf.Tensor, signs: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(some)
            answer = tf.reduce_sum(device(some, training=False) * signs)
        return tf.reduce_sum(tf.square(tape.gradient(answer, some)), axis=(1, 2, 3))

    for batch in gen_batches(len(images), _BATCH):
        some = tf.constant(images[batch], tf.float32)
        for _ in range(probes):
            signs = generator.choice([-1.0, 1.0], (len(some), *device.output_shape[1:]))
            pulled = squared_pullback(some, tf.constant(signs, tf.float32))
            traces[batch] += pulled.numpy() / probes
    return traces / (noise_deviation**2 * values)
