"""The recipe whose differential privacy can be accounted for.

Each step takes a Poisson sample of the training set, clips every example's gradient, adds
Gaussian noise to their sum, divides by the sample's expected size, and hands the result to Adam
(Abadi et al. 2016, arXiv 1607.00133, algorithm 1, with Adam for the descent). The normalisation
is over each example by itself, and there is no dropout.
"""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf
import tensorflow_privacy as tfp

from intercept.errors import UserError
from intercept.network import build_network
from intercept.training.clipping import ClippedGradients
from intercept.training.randomness import Randomness, poisson_sample
from intercept.training.settings import SoundSettings


class Sound:
    """Differentially private Adam on Poisson samples.

    Args:
        settings: the recipe's.
        image_shape: (height, width, channels).
        classes: number of classes.
        examples: size of the training set.
        seed: initialises the weights; draws samples and noise only if the settings say so.

    Attributes:
        network: the model being trained.
        state: every variable that training changes.
        steps_per_epoch: steps after which every example was sampled once in expectation.
        sampling_probability: each example's chance to be in a step, in (0, 1].

    Raises:
        UserError: the batch size is above the number of examples.
    """

    def __init__(
        self,
        settings: SoundSettings,
        image_shape: tuple[int, int, int],
        classes: int,
        examples: int,
        seed: int,
    ) -> None:
        if settings.batch_size > examples:
            raise UserError(
                f"targets: batch_size is {settings.batch_size}, more than the {examples} training "
                "images, which would be a sampling probability over 1; ask for fewer"
            )
        self._settings = settings
        self._examples = examples
        self._randomness = Randomness(seed if settings.noise_source == "seed" else None)
        self.sampling_probability = settings.batch_size / examples
        self.steps_per_epoch = -(-examples // settings.batch_size)
        tf.keras.utils.set_random_seed(seed)
        self.network = build_network(image_shape, classes, "example", dropout=0)
        self._query = tfp.GaussianSumQuery(
            settings.l2_norm_clip, settings.l2_norm_clip * settings.noise_multiplier
        )
        self._clipped_gradients = ClippedGradients(self.network, self._query)
        variables = self.network.trainable_variables
        self._optimizer = tf.keras.optimizers.Adam(settings.learning_rate)
        self._optimizer.build(variables)
        self.state = [*self.network.variables, *self._optimizer.variables]
        self._apply = tf.function(
            lambda gradients: self._optimizer.apply_gradients(
                zip(gradients, variables, strict=True)
            )
        )

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """The index arrays, int64, of one epoch's Poisson samples.

        The noise of the epoch's steps is seeded here too, since TensorFlow forgets its compiled
        functions whenever it is given a seed.
        """
        self._randomness.seed_tensorflow("noise", epoch)
        first = epoch * self.steps_per_epoch
        for step in range(first, first + self.steps_per_epoch):
            yield poisson_sample(self._randomness, self._examples, self.sampling_probability, step)

    def step(self, images: np.ndarray, labels: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """One update; returns losses [n] and probabilities [n, classes] from before it."""
        sums, losses, probabilities = self._clipped_gradients(images, labels)
        # Eagerly: inside a tf.function the generator's seed would be fixed when it is traced.
        noisy, _, _ = self._query.get_noised_result(sums, self._query.initial_global_state())
        self._apply([gradient / self._settings.batch_size for gradient in noisy])
        return losses, probabilities
