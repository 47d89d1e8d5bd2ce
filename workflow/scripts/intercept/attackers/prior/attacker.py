"""An attack by a generative prior: the image is sought among those that a model can draw."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import tensorflow as tf
from sklearn.utils import gen_batches

from intercept.attackers.augmentation import is_binary
from intercept.attackers.fitting import Batches
from intercept.attackers.improving import improve
from intercept.attackers.interface import Knowledge, Outcome, Pairs
from intercept.attackers.misfit import Misfit
from intercept.attackers.prior.model import Prior, read_prior
from intercept.attackers.prior.settings import Settings
from intercept.attackers.sharpening import choose_sharpness, sharpen

_BATCH = 64  # images that the device part sees at a time
_ENCODER_BATCH = 256
_LATENT_RATE = 0.1  # Adam's
_GUESSER_EPOCHS = 8
_GUESSER_BATCH = 128


class Attacker:
    """Guesses a latent from the activation and improves it (after Zhang et al. 2020, The secret
    revealer, arXiv 1911.07135).

    It minimises |f(G(z)) − a|² / s² + |z|², where the distance of activations is that of `Misfit`
    and s² what it comes to per degree of freedom for images of the attacker's that the model has
    redrawn: nothing more can be asked of the model. How much to sharpen and how many steps to
    take is what identifies the attacker's held-out images best.

    Args:
        settings: steps; the rest is of the model's training.
        seed: initialises the guesser's weights and orders its images.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self._settings = settings
        self._seed = seed

    def attack(
        self,
        knowledge: Knowledge,
        observed: Mapping[str, np.ndarray],
        start: Mapping[str, np.ndarray] | None,
        name: str,
    ) -> Outcome:
        """Answer every activation that was seen; see `intercept.attackers.interface`.

        The history is that of `improve`; its step 0 is the guessed latent.
        """
        tf.keras.utils.set_random_seed(self._seed)
        assert knowledge.prior is not None  # the settings say that it is needed
        prior, held_out = read_prior(knowledge.prior), knowledge.held_out
        misfit = Misfit.of(knowledge.device, knowledge.own.activations, is_binary(held_out.images))
        guesser = self._train_guesser(prior, knowledge.fitting)
        latents = {
            role: guesser.predict(seen, batch_size=_ENCODER_BATCH, verbose=0)
            for role, seen in observed.items()
        }
        redrawn = _draw(prior, prior.encode(held_out.images, _ENCODER_BATCH))
        shown = misfit.shown(tf.constant(redrawn)).numpy()
        freedom = np.count_nonzero(misfit.weight)
        variance = float(misfit.measure(shown, held_out.activations).mean()) / freedom
        factor = choose_sharpness(_draw(prior, latents["held_out"]), held_out.images)
        gradient = _gradient_function(prior, misfit, variance)

        def optimise(role: str, block: slice, steps: int) -> Iterator[Callable[[], np.ndarray]]:
            variable = tf.Variable(latents[role][block])
            optimizer = tf.keras.optimizers.Adam(_LATENT_RATE)

            def drawn() -> np.ndarray:
                return sharpen(_draw(prior, variable), factor)

            yield drawn
            for _ in range(steps):
                parts = [
                    gradient(variable[batch], tf.constant(observed[role][block][batch]))
                    for batch in gen_batches(variable.shape[0], _BATCH)
                ]
                optimizer.apply_gradients([(tf.concat(parts, axis=0), variable)])
                yield drawn

        return improve(optimise, observed, held_out.images, self._settings.steps, misfit, name)

    def _train_guesser(self, prior: Prior, fitting: Pairs) -> tf.keras.Model:
        """A network from activations to the mean latents of their images."""
        latents = prior.encode(fitting.images, _ENCODER_BATCH)
        layers = tf.keras.layers
        channels = layers.Normalization(axis=-1)
        channels.adapt(fitting.activations)
        guesser = tf.keras.Sequential(
            [
                tf.keras.Input(fitting.activations.shape[1:]),
                channels,
                layers.Flatten(),
                layers.Dense(512, activation="relu"),
                layers.Dense(512, activation="relu"),
                layers.Dense(latents.shape[1]),
            ]
        )
        batches = Batches(fitting.activations, latents, _GUESSER_BATCH, self._seed)
        schedule = tf.keras.optimizers.schedules.CosineDecay(0.001, _GUESSER_EPOCHS * len(batches))
        guesser.compile(tf.keras.optimizers.Adam(schedule), "mse")
        guesser.fit(batches, epochs=_GUESSER_EPOCHS, shuffle=False, verbose=0)
        return guesser


def _draw(prior: Prior, latents: np.ndarray | tf.Variable) -> np.ndarray:
    batches = gen_batches(latents.shape[0], _ENCODER_BATCH)
    logits = [prior.decoder.predict_on_batch(latents[batch]) for batch in batches]
    return tf.sigmoid(np.concatenate(logits)).numpy()


def _gradient_function(
    prior: Prior, misfit: Misfit, variance: float
) -> tf.types.experimental.GenericFunction:
    """By the latent: of the distance of activations, and from the middle of the prior."""

    @tf.function(reduce_retracing=True)
    def gradient(latents: tf.Tensor, seen: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(latents)
            images = tf.sigmoid(prior.decoder(latents))
            loss = tf.reduce_sum(misfit(images, seen)) / variance + tf.reduce_sum(latents**2)
        return tape.gradient(loss, latents)

    return gradient
