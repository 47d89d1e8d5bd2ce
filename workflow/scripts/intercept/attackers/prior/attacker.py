"""An attack by a generative prior: the image is sought among those that a model can draw."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import tensorflow as tf

from intercept.arrays.batches import gen_batches, in_batches
from intercept.arrays.stored_images import joined
from intercept.attackers import interface
from intercept.attackers.activation_matching import MatchingLoss
from intercept.attackers.fitting import Objective, fit_network
from intercept.attackers.improving import Optimise, choose_steps, improve, improve_each
from intercept.attackers.interface import Folds, Knowledge, Outcome, Pairs
from intercept.attackers.prior.model import Prior, read_prior
from intercept.attackers.prior.settings import Settings
from intercept.attackers.settings import TrainedSettings
from intercept.attackers.sharpening import choose_sharpness, sharpen

_BATCH = 64  # images that the device part sees at a time
_ENCODER_BATCH = 256


def _mean_squared_error(latents: tf.Tensor, guesses: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.math.squared_difference(latents, guesses), axis=1)


_LATENTS = Objective(_mean_squared_error, _mean_squared_error)


class Attacker(interface.Attacker):
    """Guesses a latent from the activation and improves it (after Zhang et al. 2020, The secret
    revealer, arXiv 1911.07135).

    It minimises |f(G(z)) − a|² / s² + |z|², where the distance of activations is that of
    `MatchingLoss` and s² what it comes to per degree of freedom for images of the attacker's that
    the model has redrawn: nothing more can be asked of the model. How much to sharpen and how many
    steps to take is what identifies the attacker's held-out images best, a sample of all of its
    labels; the models and guessers are then those that have not learned from these.

    Args:
        settings: of the guesser and of the steps; the rest is of the model's training.
        seed: initialises the guesser's weights and orders its images.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self._settings = settings
        self._seed = seed
        self._factor, self._steps, self._variance = 1.0, settings.steps, 1.0
        self._history: list[dict[str, float]] = []

    def judge(self, folds: Folds, start: np.ndarray | None, name: str) -> np.ndarray:
        """Answer the sample of the attacker's images, choosing by them; see `Attacker`."""
        own, steps = folds.own, self._settings.steps
        matching_loss = MatchingLoss.of(folds.device, own.activations, own.images.is_binary())
        parts = [
            (self._search(fold.knowledge, matching_loss, f"{name}, {fold.name}"), fold)
            for fold in folds
        ]
        self._variance = float(np.mean([search.variance(fold.sample) for search, fold in parts]))
        chosen = [fold.sample for _, fold in parts]
        images = joined([some.images for some in chosen])
        seen = np.concatenate([some.activations for some in chosen])
        by_fold = [
            improve_each(
                search.optimiser(some.activations, self._variance),
                len(some),
                steps,
                f"{name}, {fold.name}",
            )
            for (search, fold), some in zip(parts, chosen, strict=True)
        ]
        tried = [np.concatenate(answers) for answers in zip(*by_fold, strict=True)]
        self._factor = choose_sharpness(tried[0], images, self._settings.sharpenings)
        for step, answers in enumerate(tried):
            tried[step] = sharpen(answers, self._factor)
        self._steps, self._history = choose_steps(tried, images, seen, matching_loss)
        return folds.gather([tried[self._steps]])

    def attack(
        self, knowledge: Knowledge, seen: np.ndarray, start: np.ndarray | None, name: str
    ) -> Outcome:
        """Answer every activation that was seen; see `Attacker`.

        The history is that of `choose_steps`; its step 0 is the guessed latent.
        """
        own = knowledge.own
        matching_loss = MatchingLoss.of(knowledge.device, own.activations, own.images.is_binary())
        search = self._search(knowledge, matching_loss, name)
        optimise = search.optimiser(seen, self._variance)
        answers = improve(optimise, len(seen), self._steps, name)
        return Outcome(sharpen(answers, self._factor), self._history)

    def _search(self, knowledge: Knowledge, matching_loss: MatchingLoss, name: str) -> "_Search":
        """Train a network from activations to the mean latents of their images."""
        tf.keras.utils.set_random_seed(self._seed)
        assert knowledge.prior is not None  # the settings say that it is needed
        prior = read_prior(knowledge.prior, knowledge.part)
        activations, latents = knowledge.fitting.activations, prior.latents
        settings, layers = self._settings, tf.keras.layers
        channels = layers.Normalization(axis=-1)
        channels.adapt(activations)
        guesser = tf.keras.Sequential(
            [
                tf.keras.Input(activations.shape[1:]),
                channels,
                layers.Flatten(),
                *(
                    layers.Dense(settings.guesser_units, "relu")
                    for _ in range(settings.guesser_layers)
                ),
                layers.Dense(latents.shape[1]),
            ]
        )
        by_guesser = TrainedSettings(
            epochs=settings.guesser_epochs,
            batch_size=settings.guesser_batch_size,
            learning_rate=settings.guesser_learning_rate,
        )
        fit_network(guesser, (activations, latents), _LATENTS, by_guesser, self._seed, name)
        return _Search(prior, guesser, matching_loss, settings.step_size)


@dataclass(frozen=True, eq=False)
class _Search:
    """The search of a model for the images that send what was seen.

    Attributes:
        prior: the model.
        guesser: activations to latents; where a search begins.
        matching_loss: how far what an image sends is from what was seen.
        step_size: Adam's learning rate of latents.
    """

    prior: Prior
    guesser: tf.keras.Model
    matching_loss: MatchingLoss
    step_size: float

    def variance(self, pairs: Pairs) -> float:
        """The activation-matching loss per degree of freedom of images that the model redrew.

        1 where there is none, as of a wire that carries nothing, so that it can be divided by.
        """
        redrawn = _draw(self.prior, self.prior.encode(pairs.images, _ENCODER_BATCH))
        shown = self.matching_loss.shown(tf.constant(redrawn)).numpy()
        freedom = max(1, np.count_nonzero(self.matching_loss.weight))
        return float(self.matching_loss.measure(shown, pairs.activations).mean()) / freedom or 1.0

    def optimiser(self, seen: np.ndarray, variance: float) -> Optimise:
        """What improves the latents of `seen`; its answers are not sharpened."""
        latents = in_batches(self.guesser, seen, _ENCODER_BATCH)
        gradient = _gradient_function(self.prior, self.matching_loss, variance)

        def optimise(block: slice, steps: int) -> Iterator[Callable[[], np.ndarray]]:
            variable, sent = tf.Variable(latents[block]), seen[block]
            optimizer = tf.keras.optimizers.Adam(self.step_size)
            yield partial(_draw, self.prior, variable)
            for _ in range(steps):
                parts = [
                    gradient(variable[batch], tf.constant(sent[batch]))
                    for batch in gen_batches(len(sent), _BATCH)
                ]
                optimizer.apply_gradients([(tf.concat(parts, axis=0), variable)])
                yield partial(_draw, self.prior, variable)

        return optimise


def _draw(prior: Prior, latents: np.ndarray | tf.Variable) -> np.ndarray:
    batches = gen_batches(latents.shape[0], _ENCODER_BATCH)
    logits = [prior.decoder.predict_on_batch(latents[batch]) for batch in batches]
    return tf.sigmoid(np.concatenate(logits)).numpy()


def _gradient_function(
    prior: Prior, matching_loss: MatchingLoss, variance: float
) -> tf.types.experimental.GenericFunction:
    """By the latent: of the distance of activations, and from the middle of the prior."""

    @tf.function(reduce_retracing=True)
    def gradient(latents: tf.Tensor, seen: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(latents)
            images = tf.sigmoid(prior.decoder(latents))
            loss = tf.reduce_sum(matching_loss(images, seen)) / variance + tf.reduce_sum(latents**2)
        return tape.gradient(loss, latents)

    return gradient
