"""White-box refinement, after He, Zhang and Lee 2019 (Model inversion attacks against
collaborative inference, ACSAC)."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import tensorflow as tf
from sklearn.utils import gen_batches

from intercept.attackers.answers import as_stored
from intercept.attackers.augmentation import is_binary
from intercept.attackers.improving import improve
from intercept.attackers.interface import Knowledge, Outcome
from intercept.attackers.misfit import Misfit
from intercept.attackers.refine.settings import Settings
from intercept.attackers.sharpening import choose_sharpness, sharpen

_BATCH = 64  # images that the device part sees at a time
_EDGE = 1e-3  # keeps logits finite


class Attacker:
    """Changes every pixel's log-odds so that the image gives the activation seen.

    It minimises the squared distance of activations plus `trust` times the cross-entropy to the
    sharpened start, which stands for what the decoder knows of drawings. How much to sharpen and
    how many steps to take is what identifies the attacker's held-out images best. An image whose
    activation comes out farther from the one seen than the start's is left as it was.

    Args:
        settings: steps, learning rate and trust.
        seed: not used, since nothing is drawn.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self._settings = settings

    def attack(
        self,
        knowledge: Knowledge,
        observed: Mapping[str, np.ndarray],
        start: Mapping[str, np.ndarray] | None,
        name: str,
    ) -> Outcome:
        """Answer every activation that was seen; see `intercept.attackers.interface`.

        The history is that of `improve`; its step 0 is the sharpened start.
        """
        assert start is not None  # the settings name the attacker that it is of
        images = knowledge.held_out.images
        misfit = Misfit.of(knowledge.device, knowledge.own.activations, is_binary(images))
        gradient = _gradient_function(misfit, self._settings.trust)
        factor = choose_sharpness(start["held_out"], images, _as_answer(misfit))

        def optimise(role: str, block: slice, steps: int) -> Iterator[Callable[[], np.ndarray]]:
            begun, seen = start[role][block], observed[role][block]
            farthest = misfit.measure(begun, seen)

            def no_worse(logits: tf.Variable) -> np.ndarray:
                stored = as_stored(misfit.shown(tf.sigmoid(logits)).numpy())
                worse = misfit.measure(stored, seen) > farthest
                stored[worse] = begun[worse]
                return stored

            for logits in self._optimise(sharpen(begun, factor), seen, steps, gradient):
                yield partial(no_worse, logits)

        return improve(optimise, observed, images, self._settings.steps, misfit, name)

    def _optimise(
        self,
        sharp: np.ndarray,
        seen: np.ndarray,
        steps: int,
        gradient: tf.types.experimental.GenericFunction,
    ) -> Iterator[tf.Variable]:
        """The logits of the images at the start and after each step, which change in place."""
        prior = tf.clip_by_value(sharp, _EDGE, 1 - _EDGE)
        logits = tf.Variable(tf.math.log(prior / (1 - prior)))
        optimizer = tf.keras.optimizers.Adam(self._settings.learning_rate)
        yield logits
        for _ in range(steps):
            parts = [
                gradient(logits[batch], prior[batch], tf.constant(seen[batch]))
                for batch in gen_batches(len(sharp), _BATCH)
            ]
            optimizer.apply_gradients([(tf.concat(parts, axis=0), logits)])
            yield logits


def _as_answer(misfit: Misfit) -> Callable[[np.ndarray], np.ndarray]:
    return lambda images: misfit.shown(tf.constant(images)).numpy()


def _gradient_function(misfit: Misfit, trust: float) -> tf.types.experimental.GenericFunction:
    """By the logits of images: of the distance of activations and from the starting answer."""

    @tf.function(reduce_retracing=True)
    def gradient(logits: tf.Tensor, prior: tf.Tensor, seen: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(logits)
            distance = misfit(tf.sigmoid(logits), seen)
            doubt = tf.nn.sigmoid_cross_entropy_with_logits(labels=prior, logits=logits)
            loss = tf.reduce_sum(distance) + trust * tf.reduce_sum(doubt)
        return tape.gradient(loss, logits)

    return gradient
