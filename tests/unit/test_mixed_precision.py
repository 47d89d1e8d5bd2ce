"""Device parts that compute in float16: attackers and defences see float32, and slopes that end."""

import numpy as np
import pytest
import tensorflow as tf
from attacks import attack, folds_of, image_set

from intercept.attackers import attacker_settings
from intercept.attackers.activation_matching import MatchingLoss
from intercept.defences import calibrate, defence_settings
from intercept.defences.sending import defended, send
from intercept.devices.activations import observe
from intercept.networks.cutting import split
from intercept.wire.chance import reading
from intercept.wire.serving import fine_tune, hits

RANDOM = np.random.default_rng(5)
IMAGES = (RANDOM.random((40, 8, 8, 1)) < 0.5).astype(np.float32)
LABELS = np.arange(40) % 2


def parts(dtype="mixed_float16"):
    """Both parts of a network whose layers have that policy."""
    tf.keras.utils.set_random_seed(2)
    layers = tf.keras.layers
    image = tf.keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, strides=2, activation="relu", dtype=dtype)(image)
    x = layers.Flatten(dtype=dtype, name="code")(x)
    x = layers.Dense(2, activation="softmax", dtype=dtype)(x)
    return split(tf.keras.Model(image, x), "code")


def test_refine_answers_with_images():
    mobile = parts().mobile
    folds = folds_of(mobile, image_set(IMAGES))
    grey = np.full_like(IMAGES, 0.5)
    start = {"held_out": grey[folds.auxiliary.sample], "evaluation": grey}
    settings = attacker_settings("refine", steps=3, sharpenings=(1.0,))
    seen = observe(mobile, IMAGES)
    answers, _ = attack(settings, folds, seen, start)
    matching_loss = MatchingLoss.of(mobile, seen, binary=False)
    reached, began = (
        matching_loss.measure(images, seen)
        for images in (answers["evaluation"], start["evaluation"])
    )
    assert np.isfinite(answers["evaluation"]).all()
    assert reached.mean() < 0.9 * began.mean()


@pytest.mark.parametrize(
    "defence", [("noise", {"clip_to_noise_ratio": 4.0}), ("quantisation", {"bit_width": 3})]
)
def test_a_defence_stands_at_the_wire(defence):
    name, values = defence
    two = parts()
    activations = observe(two.mobile, IMAGES)
    made = calibrate(defence_settings(name, **values), activations)
    device = defended(two.mobile, made)
    assert device.output.dtype == tf.float32
    np.testing.assert_allclose(
        device(IMAGES), made.transform(tf.constant(activations)), rtol=1e-5, atol=1e-6
    )
    sent = send(made, activations, np.random.default_rng(0))
    channel = made.channel(sent[0].size)
    tuned = fine_tune(two.server, sent, reading(channel, None), LABELS, seed=1)
    assert hits(tuned, sent, LABELS).shape == (40,)


def test_slopes_that_float16_cannot_hold_come_through():
    """A channel that hardly varies weighs so much that its slope is beyond 65504."""
    seen = observe(parts("float32").mobile, IMAGES)
    weight = np.ones_like(seen[0])
    weight[::2] = 3000.0
    images = tf.constant(IMAGES[::-1])
    slopes = []
    for dtype in ("mixed_float16", "float32"):
        with tf.GradientTape() as tape:
            tape.watch(images)
            distance = MatchingLoss(parts(dtype).mobile, weight, binary=False)(images, seen)
        slopes.append(tape.gradient(distance, images).numpy())
    assert np.abs(slopes[1]).max() > 65504
    np.testing.assert_allclose(slopes[0], slopes[1], rtol=0.02, atol=0.01 * slopes[1].max())
