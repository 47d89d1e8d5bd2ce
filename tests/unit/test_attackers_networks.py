"""Networks that attackers and baselines share, and their training."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.arrays.batches import in_batches
from intercept.arrays.hdf5 import whole_hdf5
from intercept.arrays.stored_images import StoredImages
from intercept.attackers import attacker_settings, build_attacker
from intercept.attackers.auxiliary import Lesson
from intercept.attackers.components import coordinates, dense_network, principal_components
from intercept.attackers.fitting import IMAGES, Batches, fit_network, mean_value
from intercept.attackers.interface import Knowledge, Pairs
from intercept.attackers.networks import build_decoder, build_encoder, keeps_positions
from intercept.attackers.settings import TrainedSettings
from intercept.networks.model_file import load_network
from intercept.runtime.errors import UserError

SETTINGS = TrainedSettings(epochs=3, batch_size=4, learning_rate=0.003)


@pytest.mark.parametrize(
    ("code_shape", "image_shape"),
    [
        ((1, 1, 32), (105, 105, 1)),
        ((5, 5, 32), (105, 105, 1)),
        ((33, 33, 8), (105, 105, 1)),
        ((128,), (28, 28, 1)),
        ((8, 8, 16), (32, 32, 3)),
        ((3, 7, 4), (20, 33, 3)),
    ],
)
def test_a_decoder_fits_itself_to_code_and_image(code_shape, image_shape, tmp_path):
    decoder = build_decoder(code_shape, image_shape, 0.9)
    codes = np.random.default_rng(0).normal(size=(2, *code_shape)).astype(np.float32)
    logits = decoder(codes).numpy()
    assert logits.shape == (2, *image_shape)
    assert 0.8 < tf.sigmoid(decoder(0 * codes)).numpy().mean() < 0.95
    with whole_hdf5(tmp_path / "decoder.h5") as file:
        decoder.save(file)
    np.testing.assert_array_equal(load_network(tmp_path / "decoder.h5")(codes), logits)


@pytest.mark.parametrize(
    ("code_shape", "image_shape", "stride"),
    [
        ((24, 24, 8), (28, 28, 1), 1),
        ((8, 8, 16), (28, 28, 1), 2),
        ((7, 9, 3), (28, 36, 3), 4),
        ((5, 5, 4), (33, 28, 1), 8),
        ((7, 7, 4), (105, 105, 1), 16),
        ((30, 30, 2), (28, 28, 1), 1),
    ],
)
def test_a_map_of_known_stride_lies_in_the_middle_of_the_image(code_shape, image_shape, stride):
    decoder = build_decoder(code_shape, image_shape, 0.5, stride=stride)
    codes = np.zeros((2, *code_shape), np.float32)
    rows, columns = (slice((side - 1) // 2, side // 2 + 1) for side in code_shape[:2])
    codes[1, rows, columns] = 1
    logits = decoder(codes).numpy()
    assert logits.shape == (2, *image_shape)
    changed = np.abs(logits[1] - logits[0]).max(axis=-1) > 1e-6
    for axis, side in enumerate(image_shape[:2]):
        touched = np.flatnonzero(changed.any(axis=1 - axis))
        assert abs(touched[0] - (side - 1 - touched[-1])) <= 1


def test_a_map_keeps_its_positions():
    """What one corner of a fine map holds shows in that corner of the image alone."""
    decoder = build_decoder((26, 26, 1), (104, 104, 1), 0.5)
    codes = np.zeros((2, 26, 26, 1), np.float32)
    codes[1, :3, :3] = 1
    changed = np.ptp(decoder(codes).numpy(), axis=0)[..., 0] > 1e-6
    assert changed[:12, :12].any()
    assert not changed[52:].any() and not changed[:, 52:].any()


def test_maps_are_told_from_codes_without_positions():
    assert keeps_positions((26, 26, 1), (105, 105, 1))
    assert keeps_positions((8, 8, 16), (32, 32, 3))
    for code_shape in [(32,), (1, 1, 32), (2, 2, 32)]:
        assert not keeps_positions(code_shape, (105, 105, 1))


def test_codes_of_two_axes_are_refused():
    with pytest.raises(UserError, match=r"shape \(4, 5\) cannot be decoded"):
        build_decoder((4, 5), (28, 28, 1), 0.5)


@pytest.mark.parametrize("image_shape", [(105, 105, 1), (28, 28, 1), (32, 32, 3)])
def test_an_encoder_makes_vectors(image_shape):
    images = np.random.default_rng(0).random((3, *image_shape), dtype=np.float32)
    codes = build_encoder(image_shape, 6)(images).numpy()
    assert codes.shape == (3, 6)
    assert np.ptp(codes, axis=0).min() > 0


def test_batches_hold_every_image_once_and_change_their_order():
    inputs = np.arange(10, dtype=np.float32)[:, np.newaxis]
    images = StoredImages(inputs[:, :, np.newaxis, np.newaxis] > 4)
    batches = Batches(inputs, images, batch_size=4, seed=1)
    first = [batches[index] for index in range(len(batches))]
    assert [len(codes) for codes, _ in first] == [4, 4, 2]
    assert all(shown.dtype == codes.dtype == np.float32 for codes, shown in first)
    for codes, shown in first:
        np.testing.assert_array_equal(shown[:, 0, 0, 0], codes[:, 0] > 4)
    order = np.concatenate([codes for codes, _ in first])[:, 0]
    assert sorted(order) == list(range(10))
    batches.on_epoch_end()
    again = np.concatenate([batches[index][0] for index in range(len(batches))])[:, 0]
    assert list(again) != list(order)
    still = Batches(inputs, images, batch_size=4, seed=None)
    still.on_epoch_end()
    np.testing.assert_array_equal(still[0][0], inputs[:4])


@pytest.fixture(scope="module")
def drawn():
    """Codes of two numbers and images of one bar each, at the place that they name."""
    random = np.random.default_rng(3)
    places = random.integers(0, 7, size=48)
    images = np.ones((48, 28, 28, 1), bool)
    for image, place in zip(images, places, strict=True):
        image[4 * place : 4 * place + 4, 4:24] = False
    return np.eye(7, dtype=np.float32)[places], images


@pytest.mark.slow
def test_training_learns_and_tells_what_is_held_out_from_what_is_not(drawn, intercept_log):
    codes, images = drawn
    tf.keras.utils.set_random_seed(1)
    network = build_decoder((7,), (28, 28, 1), mean_value(StoredImages(images)))
    settings = TrainedSettings(epochs=12, batch_size=4, learning_rate=0.005)
    answers = []
    # Held out is the same with ink and paper exchanged: the better it learns, the worse it does.
    history = fit_network(
        network,
        (codes, StoredImages(images)),
        IMAGES,
        settings,
        1,
        "a bar",
        held_out=(codes, StoredImages(~images)),
        after_epoch=lambda: answers.append(in_batches(network, codes, 256)),
    )
    assert [record["epoch"] for record in history] == list(range(1, 13))
    assert history[-1]["mse"] < 0.2 * history[0]["mse"]
    losses = [record["held_out_loss"] for record in history]
    assert losses[-1] > min(losses)
    cross_entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)
    for logits, loss in zip(answers, losses, strict=True):
        found = float(cross_entropy((~images).astype(np.float32), logits.astype(np.float32)))
        assert found == pytest.approx(loss, rel=1e-3)
    np.testing.assert_array_equal(answers[-1], network(codes))
    assert "a bar | epoch 12/12 | MSE " in intercept_log.messages[-1]


@pytest.mark.slow
def test_a_seed_gives_the_weights(drawn):
    codes, images = drawn

    def weights(seed):
        tf.keras.utils.set_random_seed(seed)
        network = build_decoder((7,), (28, 28, 1), 0.5)
        examples = codes, StoredImages(images)
        history = fit_network(network, examples, IMAGES, SETTINGS, seed, "a bar")
        assert list(history[0]) == ["epoch", "mse"]
        return network.get_weights()

    one, same, other = weights(1), weights(1), weights(2)
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_dense_layers_learn_the_mean_image_of_each_code(drawn, tmp_path):
    codes, images = drawn
    # A fourth of the pixels of every image turned over: the mean is what a code can tell.
    flipped = images ^ (np.random.default_rng(4).random(images.shape) < 0.25)
    shown = StoredImages(flipped)
    components = principal_components(shown, 256, seed=1)
    lesson = Lesson(np.arange(48), components, coordinates(components, shown))
    settings = attacker_settings("decoder", epochs=60, batch_size=8, learning_rate=0.003)
    pairs = Pairs(shown, codes)
    outcome = build_attacker(settings, 1).attack(
        Knowledge(device=None, own=pairs, fitting=pairs, lesson=lesson), codes, None, "a bar"
    )
    rebuilt = outcome.answers
    assert rebuilt.shape == images.shape
    assert rebuilt.min() >= 0 and rebuilt.max() <= 1
    means = {place: flipped[codes[:, place] == 1].mean(axis=0) for place in range(7)}
    expected = np.stack([means[place] for place in codes.argmax(axis=1)])
    assert np.square(rebuilt - expected).mean() < 0.1 * np.square(rebuilt - flipped).mean()
    # The history's errors are those of whole images, though only components are learned.
    error = np.square(rebuilt - flipped).mean()
    assert outcome.history[-1]["mse"] == pytest.approx(error, rel=0.05)
    with whole_hdf5(tmp_path / "decoder.h5") as file:
        outcome.network.save(file)
    again = load_network(tmp_path / "decoder.h5")
    np.testing.assert_allclose(again(codes), rebuilt, atol=1e-6)


def test_one_learning_rate_does_for_every_width():
    """What a thousand numbers hold that say the same as eight is learned as well."""
    random = np.random.default_rng(1)
    few, directions = random.normal(size=(1500, 8)), random.normal(size=(8, 3))
    shown = np.tanh(few @ directions).astype(np.float32)
    settings = attacker_settings("contrastive")

    def error(codes):
        tf.keras.utils.set_random_seed(2)
        network = dense_network(codes, 3, settings)
        network.compile(tf.keras.optimizers.Adam(settings.learning_rate), "mse")
        network.fit(codes[:1000], shown[:1000], batch_size=32, epochs=3, verbose=0)
        return float(np.square(network(codes[1000:]) - shown[1000:]).mean())

    few = few.astype(np.float32)
    assert error(np.tile(few, 512)) < 1.5 * error(few)


def test_what_is_added_to_all_codes_and_their_scale_make_no_difference():
    random = np.random.default_rng(1)
    codes = np.abs(random.normal(size=(1500, 8)))
    shown = np.tanh(codes @ random.normal(size=(8, 3))).astype(np.float32)
    settings = attacker_settings("decoder")

    def error(codes):
        codes = codes.astype(np.float32)
        tf.keras.utils.set_random_seed(2)
        network = dense_network(codes, 3, settings)
        network.compile(tf.keras.optimizers.Adam(settings.learning_rate), "mse")
        network.fit(codes[:1000], shown[:1000], batch_size=32, epochs=5, verbose=0)
        return float(np.square(network(codes[1000:]) - shown[1000:]).mean())

    as_they_are = error(codes)
    assert error(codes * 2.0**-33) == pytest.approx(as_they_are, rel=1e-3)
    assert error(codes + 300) < 1.25 * as_they_are


@pytest.mark.parametrize(
    ("kind", "images", "epochs"),
    [("decoder", 57_120, 6), ("decoder", 200, 500), ("contrastive", 4200, 59)],
)
def test_few_images_are_gone_through_more_often(kind, images, epochs):
    settings = attacker_settings(kind)
    assert settings.most_epochs(images, on_maps=False) == epochs
    assert settings.most_epochs(images, on_maps=True) == settings.passes
    assert attacker_settings(kind, epochs=3).most_epochs(images, on_maps=False) == 3


def test_the_settings_say_how_large_networks_are():
    codes = np.random.default_rng(1).normal(size=(8, 5)).astype(np.float32)
    settings = attacker_settings("decoder", layers=2, units=7, dropout=0.4)
    network = dense_network(codes, 3, settings)
    dense = [layer.units for layer in network.layers if isinstance(layer, tf.keras.layers.Dense)]
    dropped = [layer.rate for layer in network.layers if isinstance(layer, tf.keras.layers.Dropout)]
    assert (dense, dropped) == ([7, 7, 3], [0.4, 0.4])
    decoder = build_decoder((7,), (28, 28, 1), 0.5, (6, 5, 4))
    filters = [layer.filters for layer in decoder.layers if hasattr(layer, "filters")]
    assert filters == [6, 6, 5, 5, 5, 4, 4, 4, 16]
