"""The recipe whose differential privacy can be accounted for.

Each step takes a Poisson sample of the training set, clips every example's gradient, adds
Gaussian noise to their sum, divides by the sample's expected size, and hands the result to Adam
(Abadi et al. 2016, arXiv 1607.00133, algorithm 1, with Adam for the descent). In the built-in
network the normalisation is over each example by itself, and there is no dropout.
"""

import logging
import math
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from intercept.accounting.calibration import calibrate_noise_multiplier
from intercept.accounting.mechanism import Mechanism
from intercept.accounting.sampled import epsilon_by_pld
from intercept.runtime.errors import UserError
from intercept.training.architecture import drawing_states, network_to_train
from intercept.training.clipping import ClippedByLayer, ClippedOneByOne, clipped_gradients
from intercept.training.noise import GaussianSumQuery
from intercept.training.randomness import Randomness, poisson_sample
from intercept.training.recipes.dp_adam.settings import Settings
from intercept.training.summing import SummedGradients

log = logging.getLogger("intercept")

_AGREEMENT = 0.01  # of an epsilon and a noise multiplier that are both given


class Trainer:
    """Differentially private Adam on Poisson samples.

    Args:
        settings: the recipe's.
        image_shape: (height, width, channels).
        classes: number of classes.
        examples: size of the training set.
        seed: initialises the weights; draws samples and noise only if the settings say so.

    Attributes:
        network: the model being trained.
        state: every variable that training changes; those of the optimizer count the steps, by
            which samples and noise are drawn.
        steps_per_epoch: steps after which every example was sampled once in expectation.
        mechanism: what an accountant has to know.
        clipped: how each image's gradient is had, ``gradients``, and ``because`` of what it is not
            the faster way (None if it is); None where they are not clipped.

    Raises:
        UserError: the batch size is above the number of examples; an epsilon is asked for that
            cannot be had or that disagrees with the noise multiplier; as
            `intercept.training.architecture.network_to_train`; or as
            `intercept.training.clipping.clipped_gradients`.
    """

    clipped: dict[str, str | None] | None = None

    def __init__(
        self,
        settings: Settings,
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
        self._examples = examples
        self._randomness = Randomness(seed if settings.noise_source == "seed" else None)
        self.steps_per_epoch = -(-examples // settings.batch_size)
        self.mechanism = Mechanism(
            sampler="poisson",
            examples=examples,
            batch_size=settings.batch_size,
            l2_norm_clip=settings.l2_norm_clip,
            noise_multiplier=_noise_multiplier(
                settings, settings.batch_size / examples, settings.epochs * self.steps_per_epoch
            ),
            delta=settings.delta,
            noise_source=settings.noise_source,
            gradients_clipped=settings.clip_gradients,
        )
        self.network = network_to_train(settings, image_shape, classes, seed, "example")
        self._summed_gradients: SummedGradients | ClippedByLayer | ClippedOneByOne
        if settings.clip_gradients:
            self._summed_gradients = clipped_gradients(self.network, settings.l2_norm_clip)
            self.clipped = {
                "gradients": self._summed_gradients.way,
                "because": self._summed_gradients.reason,
            }
            log.info(
                "gradients are clipped %s%s",
                self._summed_gradients.way,
                f", since {reason}" if (reason := self._summed_gradients.reason) else "",
            )
        else:
            self._summed_gradients = SummedGradients(self.network)
        self._query = GaussianSumQuery(
            settings.l2_norm_clip, settings.l2_norm_clip * self.mechanism.noise_multiplier
        )
        self._optimizer = tf.keras.optimizers.Adam(settings.learning_rate)
        self._optimizer.build(self.network.trainable_variables)
        self.state = [
            *self.network.variables,
            *drawing_states(self.network),
            *self._optimizer.variables,
        ]
        # The noise is drawn between two graphs: see `intercept.wire.gaussian_noise`.
        self._sums = {
            size: tf.function(
                self._summed_gradients,
                input_signature=[
                    tf.TensorSpec((size, *image_shape), tf.float32),
                    tf.TensorSpec((size,), tf.int64),
                ],
            )
            for size in (0, None)
        }
        self._update_by = tf.function(self._update)

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """The index arrays, int64, of one epoch's Poisson samples."""
        first = epoch * self.steps_per_epoch
        for step in range(first, first + self.steps_per_epoch):
            yield poisson_sample(
                self._randomness, self._examples, self.mechanism.sampling_probability, step
            )

    def step(self, images: np.ndarray, labels: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """One update; returns losses [n] and probabilities [n, classes] from before it.

        An empty sample is a step like any other: its sum is 0 and the noise.
        """
        sums, losses, probabilities = self._sums[None if len(labels) else 0](images, labels)
        self._update_by([tf.constant(value) for value in self._with_noise(sums)])
        return losses, probabilities

    def _with_noise(self, sums: list[tf.Tensor]) -> list[np.ndarray]:
        """The sums of clipped gradients as the step uses them; for the step that is next."""
        self._query.generator = self._randomness.generator("noise", int(self._optimizer.iterations))
        noisy, _, _ = self._query.get_noised_result(sums, self._query.initial_global_state())
        return noisy

    def _update(self, sums: list[tf.Tensor]) -> None:
        gradients = [value / self.mechanism.batch_size for value in sums]
        self._optimizer.apply_gradients(
            zip(gradients, self.network.trainable_variables, strict=True)
        )


def _noise_multiplier(settings: Settings, sampling_probability: float, steps: int) -> float:
    """As asked for, or calibrated to the epsilon that is asked for."""
    if settings.epsilon is None:
        assert settings.noise_multiplier is not None  # the settings have one of the two
        return settings.noise_multiplier
    if settings.noise_multiplier is None:
        return calibrate_noise_multiplier(
            settings.epsilon, settings.delta, sampling_probability, steps
        )
    epsilon = epsilon_by_pld(settings.noise_multiplier, sampling_probability, steps, settings.delta)
    if not math.isclose(epsilon, settings.epsilon, rel_tol=_AGREEMENT):
        raise UserError(
            f"targets: epsilon is {settings.epsilon:g} and noise_multiplier is "
            f"{settings.noise_multiplier:g}, which gives epsilon {epsilon:.4g} over {steps} steps "
            f"at sampling probability {sampling_probability:.4g}; give one of the two"
        )
    return settings.noise_multiplier
