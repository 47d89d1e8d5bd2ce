"""Noise tensors that are large where the class does not depend on it."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from intercept.arrays.batches import gen_batches
from intercept.defences import interface
from intercept.defences.interface import Lessons
from intercept.defences.shredder.settings import Settings
from intercept.runtime.progress import Progress

_BATCH_SIZE = 128
_LEARNING_RATE = 0.01


@dataclass(frozen=True, eq=False)
class Defence(interface.TrainedDefence):
    """A collection of noise tensors, of which every reading draws one.

    Attributes:
        noise: float32 [noise_tensors, ...], the collection.
        signal_to_noise: the mean square of activations over that of the noise.
    """

    defence: ClassVar[str] = Settings.defence

    settings: Settings
    noise: np.ndarray
    signal_to_noise: float

    @classmethod
    def trained(cls, settings: Settings, lessons: Lessons) -> "Defence":
        """Learn the noise; see `intercept.defences.train`. The server part stays as it is."""
        activations = lessons.activations
        deviation = float(activations.std(dtype=np.float64)) or 1.0
        generator = np.random.default_rng(lessons.seed)
        shape = (settings.noise_tensors, *activations.shape[1:])
        noise = tf.Variable(
            generator.laplace(0, settings.scale * deviation, shape).astype(np.float32)
        )
        server: tf.keras.Model = lessons.server
        optimizer = tf.keras.optimizers.Adam(_LEARNING_RATE * deviation)
        optimizer.build([noise])

        @tf.function
        def step(sent: tf.Tensor, labels: tf.Tensor, drawn: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                answers = server(sent + tf.gather(noise, drawn), training=False)
                losses = tf.keras.losses.sparse_categorical_crossentropy(labels, answers)
                size = tf.reduce_mean(tf.abs(noise)) / deviation
                loss = tf.reduce_mean(losses) - settings.noise_weight * size
            optimizer.apply_gradients([(tf.convert_to_tensor(tape.gradient(loss, noise)), noise)])
            return loss

        progress = Progress(lessons.name, "epoch", settings.epochs)
        for epoch in range(1, settings.epochs + 1):
            order = generator.permutation(len(activations))
            for batch in gen_batches(len(order), _BATCH_SIZE):
                rows = order[batch]
                drawn = generator.integers(settings.noise_tensors, size=len(rows))
                loss = step(activations[rows], lessons.labels[rows], drawn)
            progress.report(epoch, f"loss {float(loss):.3f}")
        learned = noise.numpy()
        ratio = np.square(activations, dtype=np.float64).mean() / np.square(learned).mean()
        sent = tf.keras.Input(activations.shape[1:], name="activation")
        as_it_is = tf.keras.layers.Activation("linear", name="defence_signal")(sent)
        return cls(settings, tf.keras.Model(sent, as_it_is), server, learned, float(ratio))

    def drawn_from(self) -> np.ndarray:
        """The noise tensors."""
        return self.noise

    def as_record(self) -> dict[str, Any]:
        """Its name and settings, and how large the noise has become."""
        return {**super().as_record(), "signal_to_noise": self.signal_to_noise}
