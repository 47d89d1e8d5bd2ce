"""Images with a false class: who gets one, and what the loss on them gives away."""

import numpy as np
import tensorflow as tf

from intercept.audit.mislabelled import mislabel, scores


def test_a_tenth_at_most_gets_another_class(make_images):
    images = make_images(60, shape=(8, 8, 1), classes=3)
    altered, false = mislabel(images, 500, seed=1)
    assert len(false) == len(set(false)) == 6
    changed = np.flatnonzero(altered.labels != images.labels)
    np.testing.assert_array_equal(changed, false)
    assert set(altered.labels) <= set(images.labels)
    again, same = mislabel(images, 500, seed=1)
    np.testing.assert_array_equal(same, false)
    np.testing.assert_array_equal(again.labels, altered.labels)
    assert len(mislabel(images, 4, seed=1)[1]) == 4


def test_of_one_class_there_is_no_other(make_images):
    images = make_images(30, shape=(8, 8, 1), classes=1)
    altered, false = mislabel(images, 10, seed=1)
    assert len(false) == 0
    np.testing.assert_array_equal(altered.labels, images.labels)


def test_the_score_is_the_log_of_the_probability_of_the_false_class(make_images):
    images = make_images(40, shape=(4, 4, 1), classes=3)
    layers = [tf.keras.Input((4, 4, 1)), tf.keras.layers.Flatten()]
    network = tf.keras.Sequential([*layers, tf.keras.layers.Dense(3, activation="softmax")])
    altered, false = mislabel(images, 4, seed=1)
    canaries = altered.select(false)
    probabilities = network(canaries.images[:]).numpy()
    known = np.log(probabilities[np.arange(len(false)), canaries.labels])
    np.testing.assert_allclose(scores(network, canaries), known, rtol=1e-5)
