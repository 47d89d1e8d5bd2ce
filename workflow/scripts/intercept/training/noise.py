"""Gaussian noise from a seed of the step's own."""

from typing import Any

import dp_accounting
import tensorflow as tf
import tensorflow_privacy as tfp


class SeededGaussianSumQuery(tfp.GaussianSumQuery):
    """TensorFlow Privacy's sum with Gaussian noise, drawn from a seed of 128 bits.

    The noise of the class that it extends comes from TensorFlow's global generator, which
    reaches the operating system's entropy through 32 bits. This one's is a counter-based
    generator's (Salmon et al. 2011, Philox), keyed anew for each sum.

    Args:
        l2_norm_clip: the largest l2 norm of a record, above 0.
        stddev: standard deviation of the noise on the sum.

    Attributes:
        seed: variable, int64 [2]; assign fresh values before each `get_noised_result`, whether
            that runs eagerly or inside a ``tf.function``.
    """

    def __init__(self, l2_norm_clip: float, stddev: float) -> None:
        super().__init__(l2_norm_clip, stddev)
        self.seed = tf.Variable(tf.zeros(2, tf.int64), trainable=False)

    def get_noised_result(self, sample_state: Any, global_state: Any) -> tuple[Any, Any, Any]:
        """Implements ``tfp.DPQuery.get_noised_result``; `sample_state` is float32 tensors."""
        sums = tf.nest.flatten(sample_state)
        noisy = [
            value
            + tf.random.stateless_normal(
                tf.shape(value),
                tf.random.experimental.stateless_fold_in(self.seed, number),
                stddev=global_state.stddev,
            )
            for number, value in enumerate(sums)
        ]
        event = dp_accounting.GaussianDpEvent(global_state.stddev / global_state.l2_norm_clip)
        return tf.nest.pack_sequence_as(sample_state, noisy), global_state, event
