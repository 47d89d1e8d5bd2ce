"""Vector quantisation that is trained for the classes: few messages, and no chance."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import tensorflow as tf

from intercept.defences import interface
from intercept.defences.codebook.settings import Settings
from intercept.defences.interface import Lessons
from intercept.defences.learning import (
    build_server,
    class_probabilities,
    fixed_sums,
    hidden_layer,
    knowledge,
    train_ends,
)
from intercept.devices.activations import observe
from intercept.wire.channel import Channel
from intercept.wire.randomised_response import probabilities

_WIDTH = 32  # numbers that stand for a word
_LEAST = 1e-4  # keeps logarithms finite


@dataclass(frozen=True, eq=False)
class Defence(interface.TrainedDefence):
    """One of M words of each codebook is sent, as it is or by randomised response.

    The likeliest word is sent; in training the gradient passes as if the mean of all words were,
    each as likely as the device takes it to be (straight-through estimator, Bengio et al. 2013,
    arXiv 1308.3432). Several codebooks are the product quantisation of Jégou, Douze and Schmid 2011
    (IEEE Trans. Pattern Anal. Mach. Intell. 33), of numbers that are learned.
    """

    defence: ClassVar[str] = Settings.defence

    settings: Settings

    @classmethod
    def trained(cls, settings: Settings, lessons: Lessons) -> "Defence":
        """Train the choice of words, the words and the server part.

        See `intercept.defences.train`.

        Raises:
            UserError: there are fewer messages than classes.
        """
        classes = np.unique(lessons.labels)
        settings.refuse_more_classes(len(classes))
        tf.keras.utils.set_random_seed(lessons.seed)
        knows = knowledge(lessons, settings.predicts_on_device)
        books, words = settings.codebooks, settings.size
        known = tf.keras.Input(knows.output_shape[1:], name="known")
        x = hidden_layer(known, settings.hidden)
        # The device begins at what the target takes for the class.
        scores = tf.keras.layers.Dense(
            books * words,
            kernel_initializer=tf.keras.initializers.RandomNormal(stddev=0.01),
            name="defence_scores",
        )(x)
        if settings.predicts_on_device:
            likely = class_probabilities(known, len(classes))
            begun = fixed_sums(likely, _of_words(len(classes), settings), "words_of_classes")
            scores += tf.math.log(begun + _LEAST)
        chosen = likeliest(tf.keras.layers.Reshape((books, words))(scores))
        vectors = tf.keras.layers.EinsumDense(
            "nbw,bwv->nbv",
            (books, _WIDTH),
            kernel_initializer=tf.keras.initializers.RandomNormal(stddev=1.0),
            name="defence_words",
        )
        message = tf.keras.layers.Flatten()(vectors(chosen))
        learned = tf.keras.Model(known, message, name="learned")
        read = message
        if settings.epsilon is not None:
            answered = _RandomisedResponse(settings.epsilon)(chosen)
            read = tf.keras.layers.Flatten()(vectors(answered))
        server = build_server((books * _WIDTH,), settings.hidden, lessons.classes)
        encoder = tf.keras.Model(knows.input, learned(knows.output), name="defence_encoder")
        both = tf.keras.Model(known, (message, server(read)))
        train_ends(both, observe(knows, lessons.activations), lessons, settings.epochs)
        return cls(settings, encoder, server)

    def channel(self, numbers: int) -> Channel:
        """M words to the power of the number of codebooks, and no noise in their numbers."""
        bits = self.settings.codebooks * math.log2(self.settings.size)
        return Channel(numbers, bits=bits, epsilon=self.settings.epsilon)

    def drawn_from(self) -> np.ndarray | None:
        """The vectors that stand for the words of its one codebook, where chance chooses."""
        if self.settings.epsilon is None:
            return None
        (kernel,) = self.encoder.get_layer("learned").get_layer("defence_words").get_weights()
        return kernel[0]


class _RandomisedResponse(tf.keras.layers.Layer):
    """One-hot words, [n, 1, words], replaced by chance in training as the wire does it."""

    def __init__(self, epsilon: float) -> None:
        super().__init__()
        self._epsilon = epsilon

    def call(self, chosen: tf.Tensor) -> tf.Tensor:
        words = chosen.shape[-1]
        share = words * probabilities(words, self._epsilon)[1]
        shape = tf.shape(chosen)[:2]
        drawn = tf.one_hot(tf.random.uniform(shape, maxval=words, dtype=tf.int32), words)
        replaced = tf.random.uniform(shape)[..., tf.newaxis] < share
        return tf.where(replaced, drawn, chosen)


def likeliest(scores: tf.Tensor) -> tf.Tensor:
    """Of each codebook the word of the highest score.

    Args:
        scores: float32 [n, codebooks, words].

    Returns:
        float32 of the same shape: exactly 1 for that word, 0 for the others. Its gradient is that
        of the softmax.
    """
    soft = tf.nn.softmax(scores)
    hard = tf.one_hot(tf.math.argmax(scores, axis=-1), scores.shape[-1])
    # The second term is exactly 0.
    return tf.stop_gradient(hard) + (soft - tf.stop_gradient(soft))


def _of_words(classes: int, settings: Settings) -> np.ndarray:
    """Which classes each word stands for at the start: float32 [classes, codebooks · words].

    A class is written as a number whose digits are words, one of each codebook; words beyond the
    digits in use share the classes of one that is used.
    """
    left = np.arange(classes)
    groups = np.zeros((classes, settings.codebooks, settings.size), np.float32)
    for book in range(settings.codebooks):
        left, digits = np.divmod(left, settings.size)
        word = np.arange(settings.size) % (digits.max() + 1)
        groups[:, book] = digits[:, np.newaxis] == word
    return groups.reshape(classes, -1)
