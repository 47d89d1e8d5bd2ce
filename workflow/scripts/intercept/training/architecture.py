"""The network that a recipe trains: the built-in one, or a Keras file's with fresh weights."""

import logging
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import tensorflow as tf

from intercept.networks import model_file
from intercept.networks.built_in import Normalisation, build_network
from intercept.networks.graph import rescales, unused
from intercept.networks.named_network import load_named
from intercept.networks.outputs import are_distributions, check_softmax, last_activation, tried
from intercept.runtime.errors import UserError
from intercept.training.settings import NetworkSettings

log = logging.getLogger("intercept")

# oneDNN's blocks of channels under AVX-512; under AVX2 they are of 8.
_CHANNELS_OF_A_BLOCK = 16

# What logits end in: no activation, or an operation that is none.
_OF_LOGITS = (
    *("linear", "add", "_add_dispatch", "bias_add", "subtract", "neg", "multiply", "truediv"),
    *("matmul", "einsum", "reduce_mean", "reduce_sum", "reduce_max"),
    *("concat", "stack", "transpose", "gather", "_slice_helper"),
)


def network_to_train(
    settings: NetworkSettings,
    image_shape: tuple[int, int, int],
    classes: int,
    seed: int,
    normalisation: Normalisation,
    dropout: float = 0,
    channels: Mapping[str, int] | None = None,
) -> tf.keras.Model:
    """A network from images to probabilities with fresh weights.

    Also sets the seeds of Python, NumPy and TensorFlow.

    Args:
        settings: may name an architecture.
        image_shape: (height, width, channels).
        classes: how many there are to tell apart.
        seed: initialises the weights.
        normalisation: of the built-in network; see `intercept.networks.built_in.build_network`.
        dropout: of the built-in network.
        channels: of the built-in network.

    Returns:
        A functional model, float32 images to probabilities [n, classes].

    Raises:
        UserError: the images are too small for the built-in network; or the file is no Keras file
            of a network for such images and classes, ends in neither a softmax over these nor
            logits, holds code that is not allowed, is too large, or has layers that cannot be
            trained from fresh weights, or not with oneDNN.
    """
    if settings.architecture is None:
        tf.keras.utils.set_random_seed(seed)
        return build_network(image_shape, classes, normalisation, dropout, channels)
    path = settings.architecture
    loaded = load_named("architecture", path, settings.allow_code, partial(_seeded, seed=seed))
    takes, gives = loaded.inputs[0].shape[1:], loaded.outputs[0].shape[1:]
    if tuple(takes) != image_shape:
        raise UserError(
            f"targets: {path} takes inputs of shape {tuple(takes)}, and the images of this data "
            f"set are {image_shape} (height, width, channels); save it with that input"
        )
    if tuple(gives) != (classes,):
        raise UserError(
            f"targets: {path} puts out {tuple(gives)}, and this data set has {classes} classes; "
            f"allowed is a network that puts out ({classes},)"
        )
    _refuse_what_needs_weights_of_its_own(path, loaded)
    _refuse_what_corrupts_memory(path, loaded)
    log.info("%s: trained from fresh weights; those in the file are not used", path)
    if rescales(loaded):
        log.warning(
            "%s has a scaling of its own, and is trained on pixels from 0 to 1: if it expects them "
            "from 0 to 255, take the scaling out and save it again",
            path,
        )
    if loaded.losses:
        log.warning("%s: its regularisers are not used; the cross-entropy alone is", path)
    return tf.keras.Model(loaded.inputs[0], _probabilities(path, loaded, classes), name="target")


def drawing_states(network: tf.keras.Model) -> list[tf.Variable]:
    """What the layers of a file draw by, such as dropout, and a training has to take up again."""
    generators = [getattr(layer, "_random_generator", None) for layer in network.submodules]
    found = [getattr(one, "_generator", None) for one in generators]
    return [generator.state for generator in found if generator is not None]


def has_batch_normalisation(network: tf.keras.Model) -> bool:
    """Whether some layer, at any depth, is BatchNormalization."""
    return any(isinstance(x, tf.keras.layers.BatchNormalization) for x in network.submodules)


def _seeded(path: str | Path, allowed: Sequence[str], seed: int) -> tf.keras.Model:
    """The network; its layers draw by generators whose state can be read, see `drawing_states`."""
    tf.keras.utils.set_random_seed(seed)
    switch = tf.keras.backend.experimental
    before = switch.is_tf_random_generator_enabled()
    switch.enable_tf_random_generator()
    try:
        return model_file.load_untrained(path, allowed)
    finally:
        if not before:
            switch.disable_tf_random_generator()


def _refuse_what_needs_weights_of_its_own(path: str, network: tf.keras.Model) -> None:
    for layer in network.submodules:
        if not isinstance(layer, tf.keras.layers.Layer) or isinstance(layer, tf.keras.Model):
            continue
        what = f"targets: {path}: layer {layer.name!r} ({type(layer).__name__})"
        if isinstance(layer, tf.keras.layers.Normalization) and layer.weights:
            raise UserError(
                f"{what} has statistics of images, which are not used, as no weights of the file "
                "are; give it mean and variance as arguments"
            )
        if layer.weights and not layer.trainable:
            raise UserError(
                f"{what} is frozen, so that it would stay at fresh weights; set its trainable to "
                "True and save the network again"
            )
        if layer.compute_dtype != "float32":
            raise UserError(
                f"{what} computes in {layer.compute_dtype}; allowed is float32: save the network "
                "without mixed precision"
            )


def _refuse_what_corrupts_memory(path: str, network: tf.keras.Model) -> None:
    """oneDNN writes past its buffer for the gradient of these kernels: oneDNN issue 6035."""
    if os.environ["TF_ENABLE_ONEDNN_OPTS"].lower() in ("0", "false"):
        return
    kinds = (tf.keras.layers.Conv1D, tf.keras.layers.Conv2D, tf.keras.layers.Conv3D)
    for layer in network.submodules:
        if (
            type(layer) in kinds
            and set(layer.kernel_size) == {1}
            and max(layer.strides) > 1
            and layer.kernel.shape[-2] < _CHANNELS_OF_A_BLOCK
        ):
            raise UserError(
                f"targets: {path}: layer {layer.name!r} ({type(layer).__name__}) has a kernel of "
                f"1, strides of {max(layer.strides)} and {layer.kernel.shape[-2]} channels going "
                "in; TensorFlow's oneDNN writes past its memory where such a layer is trained on "
                f"fewer than {_CHANNELS_OF_A_BLOCK}. Put AveragePooling of size 1 with these "
                "strides in front and leave out its own, which computes the same, or set "
                "TF_ENABLE_ONEDNN_OPTS=0"
            )


def _probabilities(path: str, network: tf.keras.Model, classes: int) -> tf.Tensor:
    """What it puts out, behind a softmax unless that is in it already.

    A second one would leave no class of ten more than 0.23.
    """
    output, activation = network.outputs[0], last_activation(network)
    rows = tried(network, path)
    if activation == "softmax":
        check_softmax(rows, path, classes)
        return output
    if activation not in (None, *_OF_LOGITS):
        raise UserError(
            f"targets: {path} ends in {activation}; allowed is a network that ends in softmax or, "
            "for logits, in no activation"
        )
    if activation != "linear" and are_distributions(rows):  # a softmax of the user's own making
        return output
    log.info("%s puts out logits: a softmax is put behind it", path)
    name = unused("probabilities", {layer.name for layer in network.layers})
    return tf.keras.layers.Softmax(name=name)(output)
