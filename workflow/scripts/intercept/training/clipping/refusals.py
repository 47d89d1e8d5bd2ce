"""What cannot be trained with differential privacy by clipping each example's gradient."""

import tensorflow as tf

from intercept.runtime.errors import UserError


def refuse_what_is_not_private(network: tf.keras.Model) -> None:
    """Refuse layers through which images reach the network, or each other, but by their gradient.

    An example's gradient is taken with that example alone, or by layers that are known to keep
    examples apart, so that what is left are layers that keep a state.

    Raises:
        UserError: a layer has one, such as the moving averages of BatchNormalization; or no layer
            has weights to train.
    """
    for layer in _innermost(network):
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            raise UserError(
                f"targets: layer {layer.name!r} is {type(layer).__name__}, which mixes the "
                "examples of a batch and keeps averages of them without noise, so that no "
                "example's gradient can be clipped by itself; put GroupNormalization in its place"
            )
        if layer.stateful or not all(weight.trainable for weight in layer.weights):
            raise UserError(
                f"targets: layer {layer.name!r} ({type(layer).__name__}) keeps a state, which "
                "steps may change without clipping and noise; leave it out, or use a recipe "
                "without differential privacy"
            )
    if not network.trainable_variables:
        raise UserError("targets: the network has no weights to train; give it a layer that has")


def _innermost(network: tf.keras.Model) -> list[tf.keras.layers.Layer]:
    """The layers of a network and of those nested in it."""
    found: list[tf.keras.layers.Layer] = []
    for layer in network.layers:
        found.extend(_innermost(layer) if isinstance(layer, tf.keras.Model) else [layer])
    return found
