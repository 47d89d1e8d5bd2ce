"""How much two samples have in common, whatever the form of their dependence."""

import tensorflow as tf


def distance_correlation(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """The distance correlation of two samples, to be differentiated.

    After Székely, Rizzo and Bakirov 2007 (Measuring and testing dependence by correlation of
    distances, Annals of Statistics 35), definitions 4 and 5: Euclidean distances within each
    sample, centred by rows and columns, give the squared distance covariance V²(X, Y) as the mean
    of their products; the correlation is the root of V²(X, Y) / √(V²(X, X) V²(Y, Y)). In samples
    as small as a batch it is far above 0 for independent ones too.

    Args:
        one: float32 [n, ...].
        other: float32 [n, ...], of the same examples.

    Returns:
        float32 scalar in [0, 1]; 0 where either sample does not vary, as with one example.
    """
    a, b = _centred_distances(one), _centred_distances(other)
    covariance = tf.reduce_mean(a * b)
    scale = tf.reduce_mean(a * a) * tf.reduce_mean(b * b)
    varies = scale > 0
    ratio = covariance / tf.sqrt(tf.where(varies, scale, 1))
    return tf.cast(_root(tf.where(varies, ratio, 0)), tf.float32)


def _centred_distances(sample: tf.Tensor) -> tf.Tensor:
    """float64 [n, n]; in float32 the difference of nearly equal activations would be noise."""
    flat = tf.cast(tf.reshape(sample, [tf.shape(sample)[0], -1]), tf.float64)
    norms = tf.reduce_sum(tf.square(flat), axis=1)
    squared = norms[:, tf.newaxis] + norms - 2 * tf.matmul(flat, flat, transpose_b=True)
    # Rounding leaves the distance of an example to itself, and of equal ones, off 0.
    slack = 1e-12 * (norms[:, tf.newaxis] + norms)
    distances = _root(tf.where(squared > slack, squared, 0))
    return (
        distances
        - tf.reduce_mean(distances, axis=0)
        - tf.reduce_mean(distances, axis=1, keepdims=True)
        + tf.reduce_mean(distances)
    )


def _root(values: tf.Tensor) -> tf.Tensor:
    """The square root, with a gradient of 0 where it would be infinite."""
    positive = values > 0
    return tf.where(positive, tf.sqrt(tf.where(positive, values, 1)), 0)
