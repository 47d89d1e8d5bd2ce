"""A variational autoencoder of the attacker's images (Kingma and Welling 2014, arXiv 1312.6114)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from intercept.arrays.hdf5 import read_weights, whole_hdf5, write_weights
from intercept.arrays.stored_images import StoredImages
from intercept.attackers.fitting import Batches, mean_value
from intercept.attackers.networks import build_decoder, build_encoder
from intercept.attackers.prior.settings import Settings
from intercept.runtime.hdf5 import opened
from intercept.runtime.progress import Progress

_ENCODER_BATCH = 256
_NETWORKS = ("encoder", "decoder")
_SIZES = ("image_shape", "latent_size", "channels")


@dataclass(frozen=True, eq=False)
class Prior:
    """The autoencoder's two networks, and what they make of the images that they learned from.

    Attributes:
        encoder: images float32 [n, height, width, channels] in [0, 1] to [n, 2 * latent], the
            mean of the latent and the logarithm of its standard deviation.
        decoder: latents float32 [n, latent] to logits [n, height, width, channels].
        latents: float32 [m, latent], the mean latents of the images learned from.
    """

    encoder: tf.keras.Model
    decoder: tf.keras.Model
    latents: np.ndarray

    def encode(self, images: StoredImages, batch_size: int) -> np.ndarray:
        """The mean latent of each image, float32 [n, latent]."""
        return _encode(self.encoder, images, batch_size)


def _encode(encoder: tf.keras.Model, images: StoredImages, batch_size: int) -> np.ndarray:
    batches = [encoder.predict_on_batch(images[batch]) for batch in images.batches(batch_size)]
    return np.split(np.concatenate(batches), 2, axis=1)[0]


def train_prior(
    fitting: StoredImages,
    held_out: StoredImages | None,
    settings: Settings,
    seed: int,
    name: str,
) -> tuple[Prior, list[dict[str, float]]]:
    """Train the autoencoder to maximise the evidence lower bound.

    Args:
        fitting: images to learn from.
        held_out: images to judge by, if there are any; they choose nothing.
        settings: epochs, batch size, learning rate and length of the latent.
        seed: initialises the weights, orders the images, draws the latents.
        name: whose training it is, for the lines of progress.

    Returns:
        The autoencoder, and for each epoch ``epoch`` (from 1), ``loss`` (the negative bound, nats
        an image) over the epoch's batches before each update, and where something is held out
        ``held_out_mse`` of images rebuilt from their mean latent.
    """
    tf.keras.utils.set_random_seed(seed)
    encoder, decoder = _build(
        fitting.shape[1:], settings.latent_size, settings.channels, mean_value(fitting)
    )
    batches = Batches(fitting, fitting, settings.batch_size, seed)
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * len(batches)
    )
    step = _train_step(encoder, decoder, tf.keras.optimizers.Adam(schedule))
    progress = Progress(name, "epoch", settings.epochs)
    history = []
    for epoch in range(1, settings.epochs + 1):
        losses = []
        for index in range(len(batches)):
            images, _ = batches[index]
            losses.append(float(step(tf.constant(images))))
            progress.report_within(epoch, index / len(batches), f"loss {losses[-1]:.0f}")
        batches.on_epoch_end()
        record = {"epoch": epoch, "loss": float(np.mean(losses))}
        said = f"loss {record['loss']:.0f}"
        if held_out is not None:
            record["held_out_mse"] = _error(encoder, decoder, held_out, settings.batch_size)
            said += f", held-out MSE {record['held_out_mse']:.4f}"
        history.append(record)
        progress.report(epoch, said)
    return Prior(encoder, decoder, _encode(encoder, fitting, _ENCODER_BATCH)), history


def _train_step(
    encoder: tf.keras.Model, decoder: tf.keras.Model, optimizer: tf.keras.optimizers.Optimizer
) -> tf.types.experimental.GenericFunction:
    """One update of both networks.

    Args:
        encoder: as in `Prior`.
        decoder: as in `Prior`.
        optimizer: not built yet.

    Returns:
        A function of images float32 [n, height, width, channels] in [0, 1]. It returns the
        negative bound before the update, in nats an image, in float32.
    """
    variables = encoder.trainable_variables + decoder.trainable_variables
    optimizer.build(variables)

    @tf.function(reduce_retracing=True)
    def step(images: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            mean, log_deviation = tf.split(encoder(images), 2, axis=1)
            latents = mean + tf.exp(log_deviation) * tf.random.normal(tf.shape(mean))
            cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(
                labels=images, logits=decoder(latents)
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


def _error(
    encoder: tf.keras.Model, decoder: tf.keras.Model, images: StoredImages, batch_size: int
) -> float:
    """The mean squared error, over all numbers, of images rebuilt from their mean latents.

    Args:
        encoder: as in `Prior`.
        decoder: as in `Prior`.
        images: at least one.
        batch_size: how many at a time.
    """
    latents, error = _encode(encoder, images, batch_size), 0.0
    for batch in images.batches(batch_size):
        rebuilt = tf.sigmoid(decoder.predict_on_batch(latents[batch])).numpy()
        error += np.square(rebuilt - images[batch], dtype=np.float64).sum()
    return error / math.prod(images.shape)


def write_priors(path: str | Path, priors: Mapping[str, Prior], settings: Settings) -> None:
    """Write models by their names as HDF5, whole or not at all.

    Args:
        path: the file.
        priors: what `train_prior` returns, by name.
        settings: by which they were trained.

    Raises:
        UserError: the disk is full, or the folder cannot be written.
    """
    with whole_hdf5(path) as file:
        file.attrs["latent_size"], file.attrs["channels"] = settings.latent_size, settings.channels
        for part, prior in priors.items():
            file.attrs["image_shape"] = prior.encoder.input_shape[1:]
            group = file.create_group(part)
            group["latents"] = prior.latents
            for name in _NETWORKS:
                write_weights(group.create_group(name), getattr(prior, name).get_weights())


def read_prior(path: str | Path, part: str) -> Prior:
    """Read one of those that `write_priors` wrote.

    Raises:
        UserError: the file holds no such model, or was cut short.
    """
    with opened(path, f"prior {part!r}") as file:
        sizes = {name: file.attrs[name].tolist() for name in _SIZES}
        group = file[part]
        latents = group["latents"][:]
        weights = [read_weights(group[name]) for name in _NETWORKS]
    networks = _build(tuple(sizes["image_shape"]), sizes["latent_size"], tuple(sizes["channels"]))
    for network, arrays in zip(networks, weights, strict=True):
        network.set_weights(arrays)
    return Prior(*networks, latents)


def _build(
    image_shape: tuple[int, ...],
    latent_size: int,
    channels: tuple[int, int, int],
    mean: float = 0.5,
) -> tuple[tf.keras.Model, tf.keras.Model]:
    """The encoder and the decoder, untrained; see `Prior`.

    Args:
        image_shape: (height, width, channels) of one image.
        latent_size: length of a latent.
        channels: of the decoder's residual blocks, from the coarsest grid to the finest.
        mean: of the pixels, above 0 and below 1: about this the untrained decoder shows.
    """
    encoder = build_encoder(image_shape, 2 * latent_size)
    return encoder, build_decoder((latent_size,), image_shape, mean, channels)
