"""The recipes that defend by training: NoPeek and the bottleneck."""

import numpy as np
import pytest
from recipe_trainers import CLASSES, SHAPE

from intercept.network import split
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
        losses, _ = trainer.step(examples.images, examples.labels)
    return trainer, float(np.mean(losses))


def common(trainer, examples):
    activations = split(trainer.network, "mobile_output").mobile(examples.images)
    return float(distance_correlation(examples.images, activations))


def test_nopeek_without_weight_is_ordinary_training(examples):
    plain, _ = trained("non-private", examples)
    nopeek, _ = trained("nopeek", examples, weight=0)
    for one, other in zip(plain.network.variables, nopeek.network.variables, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_nopeek_lowers_what_image_and_activation_have_in_common(examples):
    plain, _ = trained("non-private", examples, steps=15)
    nopeek, _ = trained("nopeek", examples, steps=15, weight=5)
    assert common(nopeek, examples) < common(plain, examples) - 0.05


def test_nopeek_refuses_a_layer_that_the_network_has_not(examples):
    with pytest.raises(UserError, match="has no layer 'mobile_outptu'; allowed are mobile_conv_1"):
        trained("nopeek", examples, weight=1, cut_layer="mobile_outptu")


def test_a_bottleneck_sends_as_many_numbers_as_it_has_channels(examples):
    trainer, loss = trained("bottleneck", examples, channels=5)
    activations = split(trainer.network, "mobile_output").mobile(examples.images)
    assert activations.shape == (8, 1, 1, 5)
    assert np.isfinite(loss)
    wide, _ = trained("non-private", examples)
    assert split(wide.network, "mobile_output").mobile(examples.images).shape == (8, 1, 1, 32)


@pytest.mark.parametrize(
    ("cut_layer", "channels", "shapes"),
    [
        ("mobile_pool_1", 1, [(12, 12, 1), (4, 4, 32), (1, 1, 32)]),
        ("mobile_pool_2", 3, [(12, 12, 32), (4, 4, 3), (1, 1, 32)]),
        ("mobile_output", 64, [(12, 12, 32), (4, 4, 32), (1, 1, 64)]),
    ],
)
def test_a_bottleneck_is_where_it_is_asked_for_and_nowhere_else(
    examples, cut_layer, channels, shapes
):
    trainer, loss = trained("bottleneck", examples, 1, cut_layer=cut_layer, channels=channels)
    layers = ["mobile_pool_1", "mobile_pool_2", "mobile_output"]
    sent = [split(trainer.network, layer).mobile.output_shape[1:] for layer in layers]
    assert sent == shapes
    assert np.isfinite(loss)
