"""A shadow of the device part that sends what was seen, and a decoder of what it sends."""

import logging
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import tensorflow as tf

from intercept.attackers import interface
from intercept.attackers.decoder.attacker import Attacker as Decoder
from intercept.attackers.decoder.settings import Settings as DecoderSettings
from intercept.attackers.fitting import Batches
from intercept.attackers.interface import Knowledge, Outcome, Pairs
from intercept.attackers.shadow.networks import build_critic, build_shadow
from intercept.attackers.shadow.settings import Settings
from intercept.devices.activations import observe, varying
from intercept.runtime.progress import Progress
from intercept.wire.chance import of_record, reading
from intercept.wire.channel import Channel

# Of Adam, where two networks train against one another: Radford, Metz and Chintala 2016, arXiv
# 1511.06434, section 4.
_MOMENTUM = 0.5
# Of the squared slopes of the critic at what was seen: γ/2 of the penalty R1 of Mescheder, Geiger
# and Nowozin 2018, arXiv 1801.04406.
_STEEPNESS = 0.05

log = logging.getLogger("intercept")


class Attacker(interface.Attacker):
    """Inverts a device part of its own making.

    The query-free attack of He, Zhang and Lee 2019 (*Model inversion attacks against collaborative
    inference*, ACSAC, section 6) trains a shadow in front of the server part. Here a critic also
    holds what it sends to what was seen (Zhu et al. 2025, *Passive inference attacks on split
    learning via adversarial regularization*, NDSS, arXiv 2310.10483), with the slopes of the critic
    kept small (Mescheder, Geiger and Nowozin 2018, arXiv 1801.04406), and a decoder inverts it.

    Args:
        settings: of the shadow, and epochs of the decoder.
        seed: initialises the weights and orders the images.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self._settings = settings
        self._seed = seed

    def attack(
        self, knowledge: Knowledge, seen: np.ndarray, start: np.ndarray | None, name: str
    ) -> Outcome:
        """Answer every activation that was seen; see `Attacker`.

        The history is that of `intercept.attackers.fitting.fit_network`, of the decoder.
        """
        without = Channel(seen[0].size), None
        channel, several = of_record(knowledge.defence) if knowledge.defence else without
        shadow = self._shadow(knowledge, seen, channel, several, name)
        images = knowledge.fitting.images
        sent = observe(shadow, images)
        if knowledge.defence:  # the decoder meets readings, too
            sent = reading(channel, several)(sent, np.random.default_rng(self._seed))
        imagined = replace(knowledge, device=shadow, fitting=Pairs(images, sent))
        decoder = Decoder(DecoderSettings(epochs=self._settings.decoder_epochs), self._seed)
        return decoder.attack(imagined, seen, None, name)

    def _shadow(
        self,
        knowledge: Knowledge,
        seen: np.ndarray,
        channel: Channel,
        several: np.ndarray | None,
        name: str,
    ) -> tf.keras.Model:
        """A device part of its own, trained on the attacker's images and their classes."""
        settings = self._settings
        tf.keras.utils.set_random_seed(self._seed)
        server = knowledge.server
        assert server is not None and knowledge.labels is not None  # the settings ask for them
        # Unaltered, as what was seen is: copies that are turned, mirrored or joined send something
        # else, and may be of no class.
        own, passes = knowledge.own.images, len(knowledge.fitting) / len(knowledge.own)
        batches = Batches(own, knowledge.labels, settings.batch_size, self._seed)
        plain = Batches(own, own, settings.critic_batch, self._seed)
        wire = Batches(seen, seen, settings.critic_batch, self._seed)
        # The largest of n standard normal numbers is at most √(2 ln n) in the mean (Boucheron,
        # Lugosi and Massart 2013, *Concentration Inequalities*, section 2.5): the least draw of
        # noise is about as far below 0.
        reach = channel.noise_deviation * math.sqrt(2 * math.log(seen.size))
        shadow = build_shadow(own.shape[1:], seen.shape[1:], bool(seen.min() >= -reach))
        noise = _noise(channel, several)
        epochs = round(settings.epochs * passes)  # as many steps as with the copies
        step = _train_step(shadow, server, seen, noise, settings, epochs * len(batches))
        progress = Progress(f"{name}, shadow", "epoch", epochs)
        for epoch in range(1, epochs + 1):
            rights = [
                step(*batches[index], plain[index % len(plain)][0], wire[index % len(wire)][0])
                for index in range(len(batches))
            ]
            right = float(np.mean(rights))
            for one in (batches, plain, wire):
                one.on_epoch_end()
            progress.report(epoch, f"accuracy of the server part behind it {right:.3f}")
        largest = np.bincount(knowledge.labels).max() / len(knowledge.labels)
        if right <= largest:
            log.warning(
                "%s: behind the shadow the server part names the classes of the attacker's images "
                "no better than guessing; they have to be the target's",
                name,
            )
        return shadow


def _noise(channel: Channel, several: np.ndarray | None) -> Callable[[tf.Tensor], tf.Tensor]:
    """What the device adds to what it sends, drawn anew each time.

    Where it answers at random nothing is added: another word has no slope.

    Args:
        channel: see `intercept.wire.chance.of_record`.
        several: float32 [M, ...], likewise.
    """
    if channel.epsilon is not None:
        return tf.identity
    if several is not None:
        some = tf.constant(several)

        def one_of_them(sent: tf.Tensor) -> tf.Tensor:
            count = tf.shape(sent)[0]
            drawn = tf.random.uniform([count], maxval=len(several), dtype=tf.int32)
            return sent + tf.gather(some, drawn)

        return one_of_them
    if channel.noise_deviation == 0:
        return tf.identity
    return lambda sent: sent + tf.random.normal(tf.shape(sent), stddev=channel.noise_deviation)


def _train_step(
    shadow: tf.keras.Model,
    server: tf.keras.Model,
    seen: np.ndarray,
    noise: Callable[[tf.Tensor], tf.Tensor],
    settings: Settings,
    steps: int,
) -> tf.types.experimental.GenericFunction:
    """One update of shadow and critic.

    Args:
        shadow: images float32 [n, height, width, channels] in [0, 1] to what is sent, [n, ...].
        server: what is sent to probabilities float32 [n, classes]; it is not trained.
        seen: float32 [m, ...], by the deviations of whose channels the critic's input is divided.
        noise: what is sent, float32 [n, ...], to a reading of it; see `_noise`.
        settings: of the shadow.
        steps: how many there will be: over them the shadow's learning rate falls to 0.

    Returns:
        A function of images float32 [n, height, width, channels], their classes int64 [n], images
        float32 [k, height, width, channels] and what was seen float32 [l, ...], the last two for
        the critic. It returns how often the server part named the class before the update, a
        share in float32. Losses are means over a batch, in nats.
    """
    critic = build_critic(seen.shape[1:])
    rate = tf.keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps)
    shadow_optimizer = tf.keras.optimizers.Adam(rate, beta_1=_MOMENTUM)
    critic_optimizer = tf.keras.optimizers.Adam(settings.critic_learning_rate, beta_1=_MOMENTUM)
    shadow_optimizer.build(shadow.trainable_variables)
    critic_optimizer.build(critic.trainable_variables)
    of_channels = seen.std(axis=tuple(range(seen.ndim - 1)))
    unit = np.where(varying(of_channels), of_channels, 1).astype(np.float32)
    images, activations = (
        tf.TensorSpec((None, *shape), tf.float32)
        for shape in (shadow.input_shape[1:], seen.shape[1:])
    )

    @tf.function(input_signature=[images, tf.TensorSpec([None], tf.int64), images, activations])
    def step(shown: tf.Tensor, labels: tf.Tensor, plain: tf.Tensor, wire: tf.Tensor) -> tf.Tensor:
        true = wire / unit
        with tf.GradientTape() as shadow_tape, tf.GradientTape() as critic_tape:
            answers = server(noise(shadow(shown, training=True)), training=False)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, answers)
            of_shadow = critic(noise(shadow(plain, training=True)) / unit, training=True)
            with tf.GradientTape() as slope_tape:
                slope_tape.watch(true)
                of_device = critic(true, training=True)
            slopes = tf.square(slope_tape.gradient(of_device, true))
            found_out = tf.reduce_mean(tf.nn.softplus(-of_shadow))
            loss = tf.reduce_mean(losses) + settings.critic_weight * found_out
            wrong = tf.nn.softplus(of_shadow), tf.nn.softplus(-of_device)
            steep = tf.reduce_mean(tf.reduce_sum(slopes, axis=tuple(range(1, seen.ndim))))
            critic_loss = sum(map(tf.reduce_mean, wrong)) + _STEEPNESS * steep
        for tape, of, network, optimizer in (
            (shadow_tape, loss, shadow, shadow_optimizer),
            (critic_tape, critic_loss, critic, critic_optimizer),
        ):
            variables = network.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(of, variables), variables, strict=True))
        right = tf.equal(tf.argmax(answers, axis=1), labels)
        return tf.reduce_mean(tf.cast(right, tf.float32))

    return step
