"""A variational autoencoder of the attacker's images (Kingma and Welling 2014, arXiv 1312.6114)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from intercept.attackers.fitting import Batches, mean_value
from intercept.attackers.networks import build_decoder, build_encoder
from intercept.attackers.prior.settings import Settings
from intercept.hdf5 import whole_hdf5
from intercept.progress import Progress
from intercept.release import load_network


@dataclass(frozen=True, eq=False)
class Prior:
    """The autoencoder's two networks.

    Attributes:
        encoder: images float32 [n, height, width, channels] in [0, 1] to [n, 2 * latent], the
            mean of the latent and the logarithm of its standard deviation.
        decoder: latents float32 [n, latent] to logits [n, height, width, channels].
    """

    encoder: tf.keras.Model
    decoder: tf.keras.Model

    def encode(self, images: np.ndarray, batch_size: int) -> np.ndarray:
        """The mean latent, float32 [n, latent], of images [n, ...] in [0, 1]."""
        batches = [
            self.encoder.predict_on_batch(images[first : first + batch_size].astype(np.float32))
            for first in range(0, len(images), batch_size)
        ]
        return np.split(np.concatenate(batches), 2, axis=1)[0]


def train_prior(
    fitting: np.ndarray, held_out: np.ndarray, settings: Settings, seed: int, name: str
) -> tuple[Prior, list[dict[str, float]]]:
    """Train the autoencoder to maximise the evidence lower bound.

    Args:
        fitting: images [n, height, width, channels] in [0, 1] to learn from.
        held_out: images to judge by; they choose nothing.
        settings: epochs, batch size, learning rate and length of the latent.
        seed: initialises the weights, orders the images, draws the latents.
        name: whose training it is, for the lines of progress.

    Returns:
        The autoencoder, and for each epoch ``epoch`` (from 1), ``loss`` (the negative bound, nats
        an image) over the epoch's batches before each update, and ``held_out_mse`` of images
        rebuilt from their mean latent.
    """
    tf.keras.utils.set_random_seed(seed)
    shape = fitting.shape[1:]
    prior = Prior(
        build_encoder(shape, 2 * settings.latent_size),
        build_decoder((settings.latent_size,), shape, mean_value(fitting)),
    )
    batches = Batches(fitting, fitting, settings.batch_size, seed)
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * len(batches)
    )
    step = _train_step(prior, tf.keras.optimizers.Adam(schedule))
    progress = Progress(name, "epoch", settings.epochs)
    history = []
    for epoch in range(1, settings.epochs + 1):
        losses = []
        for index in range(len(batches)):
            images, _ = batches[index]
            losses.append(float(step(tf.constant(images))))
            progress.report_within(epoch, index / len(batches), f"loss {losses[-1]:.0f}")
        batches.on_epoch_end()
        record = {
            "epoch": epoch,
            "loss": float(np.mean(losses)),
            "held_out_mse": _error(prior, held_out, settings.batch_size),
        }
        history.append(record)
        progress.report(
            epoch, f"loss {record['loss']:.0f}, held-out MSE {record['held_out_mse']:.4f}"
        )
    return prior, history


def _train_step(
    prior: Prior, optimizer: tf.keras.optimizers.Optimizer
) -> tf.types.experimental.GenericFunction:
    variables = prior.encoder.trainable_variables + prior.decoder.trainable_variables
    optimizer.build(variables)

    @tf.function(reduce_retracing=True)
    def step(images: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            mean, log_deviation = tf.split(prior.encoder(images), 2, axis=1)
            latents = mean + tf.exp(log_deviation) * tf.random.normal(tf.shape(mean))
            cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(
                labels=images, logits=prior.decoder(latents)
            )
            # Kullback-Leibler divergence from a standard normal, Kingma and Welling, appendix B.
            divergence = 0.5 * (mean**2 + tf.exp(2 * log_deviation) - 1) - log_deviation
            loss = (tf.reduce_sum(cross_entropy) + tf.reduce_sum(divergence)) / tf.cast(
                tf.shape(images)[0], tf.float32
            )
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    return step


def _error(prior: Prior, images: np.ndarray, batch_size: int) -> float:
    latents = prior.encode(images, batch_size)
    rebuilt = tf.sigmoid(prior.decoder.predict(latents, batch_size=batch_size, verbose=0)).numpy()
    return float(np.mean(np.square(rebuilt - images), dtype=np.float64))


def write_prior(path: str | Path, prior: Prior) -> None:
    """Write both networks as one Keras model, whole or not at all.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    image = tf.keras.Input(prior.encoder.input_shape[1:])
    latent = tf.keras.Input(prior.decoder.input_shape[1:])
    both = tf.keras.Model([image, latent], [prior.encoder(image), prior.decoder(latent)])
    with whole_hdf5(path) as file:
        both.save(file)


def read_prior(path: str | Path) -> Prior:
    """Read what `write_prior` wrote.

    Raises:
        UserError: the file is not a Keras model, or was cut short.
    """
    both = load_network(path)
    return Prior(both.get_layer("encoder"), both.get_layer("decoder"))
