"""Images turned, stretched, sheared and shifted, each by a map of its own."""

import numpy as np
import tensorflow as tf


def affine_maps(
    size: tuple[int, int],
    turn: np.ndarray,
    stretch: tuple[np.ndarray, np.ndarray],
    shear: np.ndarray,
    shift: np.ndarray,
) -> np.ndarray:
    """Maps about the middle of the image, a turn after a stretch with a shear.

    Args:
        size: height and width of the images, in pixels.
        turn: float64 [n], in radians.
        stretch: factors across and down, float64 [n] each.
        shear: float64 [n], what is moved across for a step down.
        shift: float64 [n, 2], across and down, in pixels.

    Returns:
        float32 [n, 8], rows of the maps from places of the result to those of the image, as
        TensorFlow takes them.
    """
    height, width = size
    cosine, sine, zeros = np.cos(turn), np.sin(turn), np.zeros(len(turn))
    rotation = np.array([[cosine, -sine], [sine, cosine]])
    stretched = np.array([[stretch[0], shear], [zeros, stretch[1]]])
    matrix = np.einsum("ijn,jkn->nik", rotation, stretched)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    offset = middle + shift - matrix @ middle
    rows = [matrix[:, 0], offset[:, :1], matrix[:, 1], offset[:, 1:], zeros[:, np.newaxis]]
    return np.concatenate([*rows, zeros[:, np.newaxis]], axis=1).astype(np.float32)


def warp(images: np.ndarray | tf.Tensor, maps: np.ndarray | tf.Tensor) -> tf.Tensor:
    """Images through maps, between pixels bilinearly; what comes in is what stood at the edge.

    Args:
        images: float32 [n, height, width, channels].
        maps: float32 [n, 8], from `affine_maps`.

    Returns:
        float32 of the shape of `images`.
    """
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=maps,
        output_shape=tf.shape(images)[1:3],
        interpolation="BILINEAR",
        fill_mode="NEAREST",
        fill_value=0.0,
    )
