"""Every attacker fits itself to the images' shape and to the activation's."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from attacks import attack, folds_of

from intercept.arrays.stored_images import StoredImages, as_held
from intercept.attackers import attacker_settings
from intercept.attackers.auxiliary import divide, part_name
from intercept.attackers.prior.model import train_prior, write_priors
from intercept.attackers.prior.settings import Settings as PriorSettings
from intercept.devices.activations import observe
from intercept.metrics.embedding import train_embedding
from intercept.metrics.groups import reconstruction_scores
from intercept.networks.cutting import split

pytestmark = pytest.mark.slow

OWN, EVALUATION = 16, 5
FEW = {"epochs": 1, "batch_size": 8}
SETTINGS = {
    "post": FEW,
    "decoder": FEW,
    "contrastive": FEW,
    "refine": {"steps": 1},
    "prior": {"steps": 1},
    "retrieval": {},
}


def network(shape):
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            tf.keras.Input(shape),
            layers.Conv2D(4, 3, strides=4, activation="relu", name="map"),
            layers.Flatten(),
            layers.Dense(6, activation="relu", name="vector"),
            layers.Dense(2, activation="softmax"),
        ]
    )


# Of one they judge themselves, too, which goes by the same networks on fewer images.
@pytest.fixture(
    scope="module",
    params=[((20, 32, 3), True), ((44, 44, 1), False)],
    ids=lambda param: str(param[0]),
)
def attacked(request, make_images, tmp_path_factory):
    """Greys or colours of one shape, a network for them, and the priors of the attacker's."""
    shape, judged = request.param
    random = np.random.default_rng(1)
    images = make_images(OWN + EVALUATION, shape=shape, classes=2)
    drawn = images.images[:] * random.random(images.images.shape, np.float32)
    held_in = np.uint8 if shape[2] == 3 else np.float32
    apart = 100 * images.labels + images.characters  # no character is of two classes
    images = replace(images, images=StoredImages(as_held(drawn, held_in)), characters=apart)
    tf.keras.utils.set_random_seed(1)
    priors = {}
    own = images.select(slice(OWN))
    for fold in (None, 0, 1) if judged else (None,):
        learned = own.images.select(divide(own) != fold)
        priors[part_name(fold)], _ = train_prior(learned, None, PriorSettings(**FEW), 1, "prior")
    path = tmp_path_factory.mktemp("prior") / "prior.h5"
    write_priors(path, priors, PriorSettings(**FEW))
    embedding = train_embedding(own.images, own.characters, 1, epochs=1)
    return images, network(shape), path, embedding, judged


@pytest.mark.parametrize("cut_layer", ["map", "vector"])
def test_every_attacker_rebuilds_images_of_every_shape(attacked, cut_layer):
    images, whole, prior, embedding, judged = attacked
    device = split(whole, cut_layer).mobile
    folds = folds_of(device, images.select(slice(OWN)), prior=prior)
    activations = observe(device, images.images)
    evaluation = images.select(slice(OWN, None))
    mean_image = images.images.select(slice(OWN)).mean_image()
    start, judges = None, judged and cut_layer == "map"
    for name, values in SETTINGS.items():
        settings = attacker_settings(name, **values)
        answers, _ = attack(settings, folds, activations[OWN:], start, judges=judges)
        given = answers["evaluation"]
        if not settings.rebuilds:
            np.testing.assert_array_equal(given, activations[OWN:])
            continue
        assert given.shape == evaluation.images.shape
        assert given.min() >= 0
        assert given.max() <= 1
        scores = reconstruction_scores(given, evaluation, mean_image, embedding)
        assert np.isfinite(scores["squared_error"]).all()
        assert len(answers["held_out"]) == folds.auxiliary.sample.sum()
        start = answers
