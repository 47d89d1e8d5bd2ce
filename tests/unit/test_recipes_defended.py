"""The recipes that defend by training: NoPeek, the bottleneck, and noise at the cut layer."""

import numpy as np
import pytest
import tensorflow as tf
from recipe_trainers import CLASSES, SHAPE

from intercept.networks.cutting import split
from intercept.runtime.errors import UserError
from intercept.training.distance_correlation import distance_correlation
from intercept.training.recipes import build_trainer, recipe_settings


@pytest.fixture(scope="module")
def examples(make_images):
    return make_images(8, classes=CLASSES)


def trained(recipe, examples, steps=6, **settings):
    values = {"epochs": 1, "batch_size": len(examples), **settings}
    trainer = build_trainer(
        recipe_settings(recipe, **values), SHAPE, CLASSES, len(examples), seed=1
    )
    for _ in range(steps):
        losses, _ = trainer.step(examples.images[:], examples.labels)
    return trainer, float(np.mean(losses))


def common(trainer, examples):
    activations = split(trainer.network, "mobile_output").mobile(examples.images[:])
    return float(distance_correlation(examples.images[:], activations))


def test_nopeek_without_weight_is_ordinary_training(examples):
    plain, _ = trained("non-private", examples)
    nopeek, _ = trained("nopeek", examples, weight=0)
    for one, other in zip(plain.network.variables, nopeek.network.variables, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.slow
def test_nopeek_lowers_what_image_and_activation_have_in_common(examples):
    plain, _ = trained("non-private", examples, steps=15)
    nopeek, _ = trained("nopeek", examples, steps=15, weight=5)
    assert common(nopeek, examples) < common(plain, examples) - 0.05


def test_nopeek_refuses_a_layer_that_the_network_has_not(examples):
    with pytest.raises(UserError, match="has no layer 'mobile_outptu'; allowed are mobile_conv_1"):
        trained("nopeek", examples, weight=1, cut_layer="mobile_outptu")


def test_a_bottleneck_sends_as_many_numbers_as_it_has_channels(examples):
    trainer, loss = trained("bottleneck", examples, channels=5)
    activations = split(trainer.network, "mobile_output").mobile(examples.images[:])
    assert activations.shape == (8, 1, 1, 5)
    assert np.isfinite(loss)
    wide, _ = trained("non-private", examples)
    assert split(wide.network, "mobile_output").mobile(examples.images[:]).shape == (8, 1, 1, 32)


@pytest.mark.parametrize(
    ("cut_layer", "channels", "shapes"),
    [
        ("mobile_pool_1", 1, [(12, 12, 1), (4, 4, 32), (1, 1, 32)]),
        ("mobile_pool_2", 3, [(12, 12, 32), (4, 4, 3), (1, 1, 32)]),
        ("mobile_output", 64, [(12, 12, 32), (4, 4, 32), (1, 1, 64)]),
    ],
)
@pytest.mark.slow
def test_a_bottleneck_is_where_it_is_asked_for_and_nowhere_else(
    examples, cut_layer, channels, shapes
):
    trainer, loss = trained("bottleneck", examples, 1, cut_layer=cut_layer, channels=channels)
    layers = ["mobile_pool_1", "mobile_pool_2", "mobile_output"]
    sent = [split(trainer.network, layer).mobile.output_shape[1:] for layer in layers]
    assert sent == shapes
    assert np.isfinite(loss)


def losses_behind_noise(trainer, examples, ratio, draws=200):
    """Of each draw of the noise, the mean loss of a network behind the clip and noise of a wire."""
    wire = build_trainer(
        recipe_settings("noise-trained", clip_to_noise_ratio=ratio), SHAPE, CLASSES, 8, seed=9
    )
    parts = split(trainer.network, "mobile_output")
    sent = parts.mobile(examples.images[:])
    received = [parts.server(wire.noisy(sent)) for _ in range(draws)]
    loss = tf.keras.losses.SparseCategoricalCrossentropy()
    return np.array([float(loss(examples.labels, one)) for one in received])


@pytest.mark.slow
def test_training_through_noise_learns_to_make_do_with_it(examples):
    ordinary, _ = trained("non-private", examples, steps=100)
    noisy, _ = trained("noise-trained", examples, steps=100, clip_to_noise_ratio=2)
    difference = losses_behind_noise(ordinary, examples, 2) - losses_behind_noise(
        noisy, examples, 2
    )
    assert difference.mean() > 3 * difference.std() / np.sqrt(len(difference))


def test_the_noise_of_training_is_that_of_the_wire(examples):
    """Clipped to the quantile of the norms, with a deviation of that over the ratio."""
    trainer, _ = trained("noise-trained", examples, 1, clip_to_noise_ratio=4, clip_quantile=0.25)
    random = np.random.default_rng(3)
    sent = random.normal(size=(400, 1, 1, 32)).astype(np.float32)
    sent *= np.linspace(0.5, 2, 400, dtype=np.float32)[:, None, None, None]
    offset = sent - sent.mean(axis=(0, 1, 2))
    norms = np.linalg.norm(offset.reshape(400, -1), axis=1)
    clip = np.quantile(norms, 0.25)
    drawn = np.stack([trainer.noisy(sent) for _ in range(200)]) - sent.mean(axis=(0, 1, 2))
    assert drawn.std(axis=0).mean() == pytest.approx(clip / 4, rel=0.02)
    clipped = np.linalg.norm(drawn.mean(axis=0).reshape(400, -1), axis=1)
    noise_left = clip / 4 * np.sqrt(32 / 200)
    expected = np.sqrt(np.minimum(norms, clip) ** 2 + noise_left**2)
    np.testing.assert_allclose(clipped, expected, rtol=0.1)


@pytest.mark.slow
def test_ordinary_epochs_are_ordinary_and_the_noisy_ones_go_on_where_they_stopped(examples):
    def begun(epochs):
        settings = recipe_settings(
            "noise-trained", clip_to_noise_ratio=1, ordinary_epochs=1, epochs=3, batch_size=8
        )
        trainer = build_trainer(settings, SHAPE, CLASSES, len(examples), seed=1)
        return trainer, [run(trainer, epoch) for epoch in range(epochs)]

    def run(trainer, epoch):
        (batch,) = trainer.batches(epoch)
        return trainer.step(examples.images[batch], examples.labels[batch])[0].numpy()

    _, losses = begun(3)
    half, _ = begun(2)
    again, _ = begun(0)
    for variable, value in zip(again.state, half.state, strict=True):
        variable.assign(value)
    np.testing.assert_array_equal(run(again, 2), losses[2])
    ordinary = build_trainer(
        recipe_settings("non-private", batch_size=8), SHAPE, CLASSES, len(examples), seed=1
    )
    np.testing.assert_allclose(run(ordinary, 0), losses[0], rtol=1e-6)
    assert np.abs(run(ordinary, 1) - losses[1]).max() > 1e-3
