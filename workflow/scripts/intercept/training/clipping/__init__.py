"""Per-example gradients of the cross-entropy, clipped to an l2 norm and summed, for any network.

Both ways give the same sums. What a network's layers decide is how fast.
"""

import tensorflow as tf

from intercept.training.clipping.by_layer import ClippedByLayer
from intercept.training.clipping.one_by_one import ClippedOneByOne
from intercept.training.clipping.refusals import refuse_what_is_not_private
from intercept.training.clipping.tapping import not_by_layer


def clipped_gradients(
    network: tf.keras.Model, l2_norm_clip: float
) -> ClippedByLayer | ClippedOneByOne:
    """The faster way to clip that the network allows.

    Args:
        network: functional, from images to probabilities.
        l2_norm_clip: the largest l2 norm of one example's gradient over all weights, above 0.

    Raises:
        UserError: a layer has a state that would pass on what images say without noise, or the
            network has no weights to train.
    """
    refuse_what_is_not_private(network)
    reason = not_by_layer(network)
    if reason is None:
        return ClippedByLayer(network, l2_norm_clip)
    return ClippedOneByOne(network, l2_norm_clip, reason)
