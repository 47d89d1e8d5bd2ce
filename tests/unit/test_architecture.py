"""A network of a file that recipes train from fresh weights."""

import numpy as np
import pytest
import tensorflow as tf
from keras_files import layers, saved
from short_trainings import assert_same_bits, values

from intercept.accounting.record import privacy_record
from intercept.networks.cutting import split
from intercept.runtime.errors import UserError
from intercept.training.recipes import build_trainer, recipe_settings

SHAPE, CLASSES, EXAMPLES = (28, 28, 1), 3, 12


def residual(*between, shape=SHAPE, classes=CLASSES, activation=None, seed=None):
    """A network with a branch, in which the layers of `between` come behind a convolution."""
    initializer = tf.keras.initializers.GlorotUniform(seed)
    image = x = tf.keras.Input(shape)
    x = layers.Conv2D(4, 5, 2, "same", kernel_initializer=initializer, name="first")(x)
    for layer in between:
        x = layer(x)
    inside = layers.GroupNormalization(2)(x)
    x = layers.Add(name="sum")([x, layers.Conv2D(4, 3, padding="same", activation="relu")(inside)])
    x = layers.Dense(8, activation="tanh", name="code")(layers.GlobalAveragePooling2D()(x))
    return tf.keras.Model(image, layers.Dense(classes, activation=activation, name="last")(x))


def trainer_of(recipe, path, seed=1, shape=SHAPE, classes=CLASSES, **settings):
    if recipe in ("dp-adam", "post"):
        settings = {"noise_multiplier": 0.5, "noise_source": "seed"} | settings
    if recipe == "post":
        settings = {"images_assumed": 8} | settings
    if recipe == "nopeek":
        settings = {"weight": 1.0, "cut_layer": "code"} | settings
    settings = recipe_settings(recipe, architecture=str(path), batch_size=4, **settings)
    return build_trainer(settings, shape, classes, EXAMPLES, seed)


@pytest.fixture(scope="module")
def images(make_images):
    return make_images(EXAMPLES, shape=SHAPE, classes=CLASSES)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return saved(residual(), tmp_path_factory.mktemp("architecture") / "net.keras")


def step(trainer, images, epoch=0):
    batch = next(iter(trainer.batches(epoch)))
    trainer.step(images.images[batch], images.labels[batch])


@pytest.mark.parametrize("recipe", ["non-private", "nopeek", "post-part-1", "post", "dp-adam"])
@pytest.mark.slow
def test_every_recipe_trains_the_network_of_the_file(recipe, path, images):
    trainer = trainer_of(recipe, path)
    before = values(trainer.network.trainable_variables)
    assert [v.shape for v in before] == [v.shape for v in residual().trainable_variables]
    step(trainer, images)
    changed = values(trainer.network.trainable_variables)
    assert not any(np.array_equal(a, b) for a, b in zip(before, changed, strict=True))
    probabilities = trainer.network(images.images[:], training=False).numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert split(trainer.network, "code").mobile.output_shape == (None, 8)
    if recipe == "post":
        assert not trainer.mechanism.batch_normalisation


def test_the_post_says_whether_the_network_of_the_file_has_batch_normalisation(tmp_path):
    within = tf.keras.Sequential([tf.keras.Input((14, 14, 4)), layers.BatchNormalization()])
    path = saved(residual(within), tmp_path / "net.keras")
    assert trainer_of("post", path).mechanism.batch_normalisation


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_weights_follow_from_the_seed_and_not_from_the_file(tmp_path, suffix, intercept_log):
    model = residual(seed=7)  # an initialiser with a seed gives the same weights every time
    path = saved(model, tmp_path / f"net{suffix}")
    one, again, other = (
        values(trainer_of("non-private", path, seed).network.weights) for seed in (1, 1, 2)
    )
    assert_same_bits(one, again)
    kernels = [k for k, weight in enumerate(one) if weight.ndim > 1]
    assert len(kernels) == 4
    for k in kernels:
        assert not np.array_equal(one[k], other[k])
        assert not np.array_equal(one[k], model.get_weights()[k])
    assert f"{path}: trained from fresh weights; those in the file are not used" in (
        intercept_log.text
    )
    assert "puts out logits: a softmax is put behind it" in intercept_log.text


@pytest.mark.slow
def test_three_noise_levels_have_their_epsilons(path):
    epsilons = []
    for noise in (0.5, 1.0, 2.0):
        trainer = trainer_of("dp-adam", path, noise_multiplier=noise, delta=0.01)
        assert trainer.clipped == {"gradients": "by layer", "because": None}
        training = {
            "mechanism": trainer.mechanism.as_record(),
            "settings": {"recipe": "dp-adam", "batch_size": 4, "epochs": 2},
            "seed": 1,
            "steps": 6,
            "training_images": EXAMPLES,
        }
        counts = {"training_images": EXAMPLES, "validation_images": 3}
        epsilons.append(privacy_record(training, counts)["epsilon"]["sampler_that_ran"])
    assert epsilons == sorted(epsilons, reverse=True)
    assert 0 < epsilons[2] < epsilons[1] < epsilons[0] < 100


def test_it_says_which_way_gradients_are_had(tmp_path, images, intercept_log):
    path = saved(residual(layers.PReLU(name="slopes")), tmp_path / "net.keras")
    trainer = trainer_of("dp-adam", path)
    reason = "there is no rule for layer 'slopes' (PReLU)"
    assert trainer.clipped == {"gradients": "one image at a time", "because": reason}
    assert f"gradients are clipped one image at a time, since {reason}" in intercept_log.text
    step(trainer, images)
    assert trainer_of("dp-adam", path, clip_gradients=False).clipped is None


@pytest.mark.parametrize("recipe", ["non-private", "dp-adam"])
@pytest.mark.slow
def test_a_training_that_goes_on_drops_out_what_it_would_have(tmp_path, images, recipe):
    drawing = tf.keras.Sequential([tf.keras.Input((14, 14, 4)), layers.Dropout(0.5)])
    path = saved(residual(drawing, layers.RandomFlip()), tmp_path / "net.keras")
    whole = trainer_of(recipe, path)
    step(whole, images)
    resumed = trainer_of(recipe, path)
    for variable, value in zip(resumed.state, values(whole.state), strict=True):
        variable.assign(value)
    for trainer in (whole, resumed):
        step(trainer, images, epoch=1)
    assert_same_bits(values(whole.state), values(resumed.state))


def frozen():
    return layers.Conv2D(4, 3, padding="same", trainable=False, name="x")


def adapted():
    layer = layers.Normalization(name="x")
    layer.adapt(np.random.default_rng(0).random((5, 14, 14, 4)))
    return layer


def with_mixed_precision():
    return layers.ReLU(dtype="mixed_float16", name="x")


def strided_on_a_few_channels():
    strided = layers.Conv2D(4, 1, (1, 2), name="x")
    return tf.keras.Sequential([tf.keras.Input((14, 14, 4)), strided, layers.UpSampling2D((1, 2))])


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (frozen, "layer 'x' (Conv2D) is frozen"),
        (adapted, "layer 'x' (Normalization) has statistics of images, which are not used"),
        (with_mixed_precision, "layer 'x' (ReLU) computes in float16; allowed is float32"),
        (lambda: layers.Lambda(lambda x: x, name="x"), "holds code, the Lambda layer 'x'"),
        (
            strided_on_a_few_channels,
            "layer 'x' (Conv2D) has a kernel of 1, strides of 2 and 4 channels going in",
        ),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_layers_that_cannot_be_trained_from_fresh_weights_are_refused(
    tmp_path, layer, said, nested
):
    layer = layer()
    if nested:
        layer = tf.keras.Sequential([tf.keras.Input((14, 14, 4)), layer])
    path = saved(residual(layer), tmp_path / "net.keras")
    with pytest.raises(UserError) as refused:
        trainer_of("non-private", path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("network", "fit", "said"),
    [
        ({}, {"shape": (28, 29, 1)}, "takes inputs of shape (28, 28, 1), and the images of this"),
        ({}, {"classes": 4}, "puts out (3,), and this data set has 4 classes"),
        ({"activation": "sigmoid"}, {}, "ends in sigmoid; allowed is a network that ends in"),
    ],
)
def test_a_network_for_other_images_or_classes_is_refused(tmp_path, network, fit, said):
    path = saved(residual(**network), tmp_path / "net.keras")
    with pytest.raises(UserError) as refused:
        trainer_of("dp-adam", path, **fit)
    assert said in str(refused.value)


def ending_in(*last, classes=4):
    """A small network that ends in these layers or operations."""
    image = x = tf.keras.Input((8, 8, 1))
    for layer in (layers.Flatten(), layers.Dense(classes), *last):
        x = layer(x)
    return tf.keras.Model(image, x)


def trained_of(network, path, classes=4):
    return trainer_of("non-private", saved(network, path), shape=(8, 8, 1), classes=classes).network


def own_softmax(x):
    return tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True)


def inside(*between):
    return tf.keras.Sequential([tf.keras.Input((4,)), *between])


@pytest.mark.parametrize(
    "last",
    [
        [tf.nn.softmax],
        [layers.Softmax(), layers.Reshape((4,))],
        [layers.Activation("softmax"), layers.Activation("linear")],
        [inside(layers.Softmax(), layers.Flatten())],
        [layers.Softmax(), inside(layers.Reshape((4,)))],
        [own_softmax],
    ],
    ids=["operation", "reshaped", "linear-behind", "in-a-network", "before-a-network", "own"],
)
def test_no_second_softmax_is_put_behind_one_whatever_follows_it(tmp_path, last, intercept_log):
    network = trained_of(ending_in(*last), tmp_path / "net.keras")
    x = np.random.default_rng(0).random((5, 8, 8, 1), np.float32)
    dense = next(one for one in network.submodules if isinstance(one, layers.Dense))
    known = tf.nn.softmax(x.reshape(5, -1) @ dense.kernel * 50)
    dense.kernel.assign(50 * dense.kernel)  # far from even, which a second one would not pass on
    np.testing.assert_allclose(network(x), known, atol=1e-5)
    assert "a softmax is put behind it" not in intercept_log.text


@pytest.mark.parametrize(
    "last",
    [
        [],
        [lambda x: x / 2.0],
        [layers.Reshape((4, 1)), layers.GlobalAveragePooling1D(data_format="channels_first")],
        [layers.BatchNormalization()],
        [lambda x: tf.reduce_mean(tf.reshape(x, (-1, 4, 1)), axis=-1)],
    ],
    ids=["dense", "divided", "pooled", "normalised", "mean"],
)
def test_a_softmax_is_put_behind_logits_whatever_makes_them(tmp_path, last, intercept_log):
    network = trained_of(ending_in(*last), tmp_path / "net.keras")
    x = np.random.default_rng(0).random((5, 8, 8, 1), np.float32)
    np.testing.assert_allclose(tf.reduce_sum(network(x), axis=1), 1, rtol=1e-5)
    assert "a softmax is put behind it" in intercept_log.text


@pytest.mark.parametrize(
    ("last", "named"),
    [
        ([tf.nn.sigmoid], "sigmoid"),
        ([layers.Activation("sigmoid"), layers.Reshape((4,))], "sigmoid"),
        ([layers.ReLU()], "relu"),
        ([layers.PReLU()], "prelu"),
        ([tf.nn.log_softmax], "log_softmax"),
        ([inside(layers.Activation("tanh"))], "tanh"),
    ],
    ids=["operation", "reshaped", "relu", "prelu", "log", "in-a-network"],
)
def test_other_activations_are_refused_whatever_makes_them(tmp_path, last, named):
    with pytest.raises(UserError) as refused:
        trained_of(ending_in(*last), tmp_path / "net.keras")
    assert f"ends in {named}; allowed is a network that ends in softmax" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_softmax_over_something_else_than_the_classes_is_refused(tmp_path):
    network = ending_in(layers.Reshape((2, 2)), layers.Softmax(), layers.Flatten())
    with pytest.raises(UserError, match="sums to 2; allowed is a softmax over the 4 classes"):
        trained_of(network, tmp_path / "net.keras")


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "there is no such file"), (b"no model", "is not a whole Keras file")],
)
def test_what_is_no_keras_file_is_refused_in_one_line(tmp_path, content, said):
    path = tmp_path / "net.keras"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        trainer_of("non-private", path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("scaling", [lambda: layers.Rescaling(1 / 255), None])
def test_a_scaling_in_the_network_is_named_when_it_is_trained(tmp_path, scaling, intercept_log):
    within = [tf.keras.Sequential([tf.keras.Input((4,)), scaling()])] if scaling else []
    trained_of(ending_in(*within), tmp_path / "net.keras")
    said = "has a scaling of its own, and is trained on pixels from 0 to 1" in intercept_log.text
    assert said == bool(scaling)


def test_regularisers_are_said_not_to_be_used(tmp_path, intercept_log):
    layer = layers.Conv2D(4, 1, kernel_regularizer="l2")
    trainer_of("non-private", saved(residual(layer), tmp_path / "net.keras"))
    assert "its regularisers are not used" in intercept_log.text


def test_batch_normalisation_of_a_file_is_refused_where_training_is_private(tmp_path, images):
    path = saved(residual(layers.BatchNormalization(name="x")), tmp_path / "net.keras")
    with pytest.raises(UserError, match=r"'x' is BatchNormalization.*put GroupNormalization in"):
        trainer_of("dp-adam", path)
    step(trainer_of("non-private", path), images)


def test_a_kernel_of_one_with_strides_is_trained_without_onednn(tmp_path, monkeypatch):
    path = saved(residual(strided_on_a_few_channels()), tmp_path / "net.keras")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")  # for the check; TensorFlow has read it
    assert trainer_of("non-private", path).network.output_shape == (None, 3)


def test_pooling_in_front_computes_what_strides_do():
    x = np.random.default_rng(0).normal(size=(2, 7, 8, 4)).astype(np.float32)
    strided = layers.Conv2D(5, 1, (2, 3))
    expected = strided(x)
    pooled = layers.AveragePooling2D(1, (2, 3))(x)
    np.testing.assert_allclose(
        layers.Conv2D(5, 1, weights=strided.get_weights())(pooled), expected, rtol=1e-5
    )
