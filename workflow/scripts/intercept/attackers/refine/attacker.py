"""White-box refinement, after He, Zhang and Lee 2019 (Model inversion attacks against
collaborative inference, ACSAC)."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import tensorflow as tf

from intercept.arrays.batches import gen_batches
from intercept.attackers import interface
from intercept.attackers.activation_matching import MatchingLoss
from intercept.attackers.answers import as_stored
from intercept.attackers.improving import Optimise, choose_steps, improve, improve_each
from intercept.attackers.interface import Folds, Knowledge, Outcome
from intercept.attackers.refine.settings import Settings
from intercept.attackers.sharpening import choose_sharpness, sharpen

_BATCH = 64  # images that the device part sees at a time
_EDGE = 1e-3  # keeps logits finite


class Attacker(interface.Attacker):
    """Changes every pixel's log-odds so that the image gives the activation seen.

    It minimises the squared distance of activations plus `trust` times the cross-entropy to the
    sharpened start, which stands for what the decoder knows of drawings. How much to sharpen and
    how many steps to take is what identifies the attacker's held-out images best, a sample of all
    of its labels; the starts are then of attackers that have not learned from these. An image whose
    activation comes out farther from the one seen than the start's is left as it was.

    Args:
        settings: steps, learning rate and trust.
        seed: not used, since nothing is drawn.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self._settings = settings
        self._factor, self._steps = 1.0, settings.steps
        self._history: list[dict[str, float]] = []

    def judge(self, folds: Folds, start: np.ndarray | None, name: str) -> np.ndarray:
        """Answer the sample of the attacker's images, choosing by them; see `Attacker`."""
        assert start is not None  # the settings name the attacker that it is of
        matching_loss = MatchingLoss.of(
            folds.device, folds.own.activations, folds.own.images.is_binary()
        )
        chosen = folds.own.select(folds.auxiliary.sample)
        self._factor = choose_sharpness(
            start,
            chosen.images,
            self._settings.sharpenings,
            _as_answer(matching_loss),
        )
        optimise = self._optimiser(matching_loss, start, chosen.activations)
        tried = improve_each(optimise, len(chosen), self._settings.steps, f"{name}, its own images")
        self._steps, self._history = choose_steps(
            tried, chosen.images, chosen.activations, matching_loss
        )
        return tried[self._steps]

    def attack(
        self, knowledge: Knowledge, seen: np.ndarray, start: np.ndarray | None, name: str
    ) -> Outcome:
        """Answer every activation that was seen; see `Attacker`.

        The history is that of `choose_steps`; its step 0 is the sharpened start.
        """
        assert start is not None  # the settings name the attacker that it is of
        own = knowledge.own
        matching_loss = MatchingLoss.of(knowledge.device, own.activations, own.images.is_binary())
        optimise = self._optimiser(matching_loss, start, seen)
        return Outcome(improve(optimise, len(seen), self._steps, name), self._history)

    def _optimiser(
        self, matching_loss: MatchingLoss, start: np.ndarray, seen: np.ndarray
    ) -> Optimise:
        gradient = _gradient_function(matching_loss, self._settings.trust)

        def optimise(block: slice, steps: int) -> Iterator[Callable[[], np.ndarray]]:
            begun, sent = start[block], seen[block]
            farthest = matching_loss.measure(begun, sent)

            def no_worse(logits: tf.Variable) -> np.ndarray:
                stored = as_stored(matching_loss.shown(tf.sigmoid(logits)).numpy())
                worse = matching_loss.measure(stored, sent) > farthest
                stored[worse] = begun[worse]
                return stored

            for logits in self._optimise(sharpen(begun, self._factor), sent, steps, gradient):
                yield partial(no_worse, logits)

        return optimise

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


def _as_answer(
    matching_loss: MatchingLoss,
) -> Callable[[np.ndarray], np.ndarray]:
    return lambda images: matching_loss.shown(tf.constant(images)).numpy()


def _gradient_function(
    matching_loss: MatchingLoss, trust: float
) -> tf.types.experimental.GenericFunction:
    """By the logits of images: of the distance of activations and from the starting answer."""

    @tf.function(reduce_retracing=True)
    def gradient(logits: tf.Tensor, prior: tf.Tensor, seen: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(logits)
            distance = matching_loss(tf.sigmoid(logits), seen)
            doubt = tf.nn.sigmoid_cross_entropy_with_logits(labels=prior, logits=logits)
            loss = tf.reduce_sum(distance) + trust * tf.reduce_sum(doubt)
        return tape.gradient(loss, logits)

    return gradient
