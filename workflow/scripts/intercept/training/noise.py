"""TensorFlow Privacy's sum with Gaussian noise, without the end that TensorFlow's noise has."""

from typing import Any

import dp_accounting
import numpy as np
import tensorflow as tf
import tensorflow_privacy as tfp

from intercept.wire.gaussian_noise import with_noise


class GaussianSumQuery(tfp.GaussianSumQuery):
    """TensorFlow Privacy's sum with Gaussian noise, drawn by `intercept.wire.gaussian_noise`.

    The noise of the class that it extends is TensorFlow's: it ends at 5.68 deviations, and comes
    from a global generator, which reaches the operating system's entropy through 32 bits.

    Args:
        l2_norm_clip: the largest l2 norm of a record, above 0.
        stddev: standard deviation of the noise on the sum, at least 0.

    Attributes:
        generator: of the noise; put a fresh one here before each `get_noised_result`.
    """

    generator: np.random.Generator

    def get_noised_result(self, sample_state: Any, global_state: Any) -> tuple[Any, Any, Any]:
        """Implements ``tfp.DPQuery.get_noised_result``, outside of any ``tf.function``.

        Args:
            sample_state: float32 tensors, the sums.
            global_state: as `initial_global_state` gives it.

        Returns:
            The sums with noise, float32 arrays in the same structure; the state; the event.
        """
        deviation = float(global_state.stddev)
        noisy = tf.nest.map_structure(
            lambda value: with_noise(value.numpy(), deviation, self.generator), sample_state
        )
        event = dp_accounting.GaussianDpEvent(deviation / float(global_state.l2_norm_clip))
        return noisy, global_state, event
