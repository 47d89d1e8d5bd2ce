"""An audit of TensorFlow Privacy's own optimizer, as the recipe post steps by it."""

import math

import numpy as np
import pytest
from tensorflow_privacy import GaussianSumQuery

from intercept.audit.guesses import Canaries
from intercept.audit.record import audit_record, contradictions
from intercept.audit.stock_trainer import StockAuditedTrainer
from intercept.training.recipes import recipe_settings

SHAPE, CLASSES, CLIP, IMAGES, BATCH = (28, 28, 1), 3, 0.5, 8, 4
NOBODY = Canaries(np.empty(0), np.empty(0, bool))

pytestmark = pytest.mark.slow  # each traces the stock optimizer's step


@pytest.fixture(scope="module")
def images(make_images):
    return make_images(IMAGES, shape=SHAPE, classes=CLASSES)


def audited(noise_multiplier, mislabelled=()):
    """A training of which nearly every place in a batch is a canary's."""
    settings = recipe_settings(
        "post",
        noise_multiplier=noise_multiplier,
        l2_norm_clip=CLIP,
        batch_size=BATCH,
        epochs=1,
        images_assumed=200,
        noise_source="seed",
    )
    return StockAuditedTrainer(
        400, np.array(mislabelled, np.int64), settings, SHAPE, CLASSES, IMAGES, 1
    )


def take_steps(trainer, images):
    for batch in trainer.batches(0):
        trainer.step(images.images[batch], images.labels[batch])
    planted = trainer.planted
    canaries = Canaries(planted.scores.numpy(), planted.included.numpy())
    return audit_record(trainer.mechanism, 50, canaries, planted.noise.numpy(), NOBODY)


def what_adam_was_given(trainer):
    """The sums of its first step, by its first moments, which are a tenth of the mean."""
    moments = [trainer._optimizer.get_slot(one, "m") for one in trainer.network.trainable_variables]
    return np.concatenate([BATCH * 10 * moment.numpy().ravel() for moment in moments])


def test_a_canary_is_clipped_summed_and_given_noise_by_the_stock_query(images):
    trainer = audited(1e-4)
    batch, drawn = next(
        (batch, drawn)
        for batch in trainer.batches(0)
        if ((drawn := trainer._query.canaries.numpy()) >= 0).all()
    )
    trainer.step(images.images[batch], images.labels[batch])
    sums = what_adam_was_given(trainer)
    expected = np.zeros_like(sums)
    expected[trainer.planted.weights.numpy()[drawn]] = CLIP  # each of the l2 norm clip, and alone
    np.testing.assert_allclose(sums, expected, atol=3e-4)
    seen = np.isin(np.arange(400), drawn)
    np.testing.assert_allclose(trainer._query.seen, CLIP * seen, atol=3e-4)


def test_an_image_keeps_its_gradient_beside_canaries(images):
    trainer = audited(1e-4)
    trainer.planted.included.assign(np.zeros(400, bool))
    batch = next(trainer.batches(0))
    trainer.step(images.images[batch], images.labels[batch])
    assert (trainer._query.canaries.numpy() < 0).all()
    np.testing.assert_allclose(trainer._query.seen, np.zeros(400), atol=3e-4)
    sums = what_adam_was_given(trainer)
    assert 0.1 * CLIP < np.linalg.norm(sums) <= BATCH * CLIP * 1.001


@pytest.fixture(scope="module")
def sound(images):
    return take_steps(audited(1.0), images)


def test_the_stock_optimizer_is_no_alarm_and_no_account_is_claimed(sound):
    assert contradictions(sound, math.inf, 0.99) == []
    assert sound["stated"] is sound["this_mechanism"] is sound["share_of_a_sound_audit"] is None
    assert sound["noise"]["deviation"] == pytest.approx(1, abs=0.06)


def test_half_the_noise_and_a_larger_clip_are_seen(images, sound):
    broken = audited(1.0)
    broken._query._query = GaussianSumQuery(10 * CLIP, CLIP / 2)
    broken._optimizer._global_state = broken._query.initial_global_state()
    broken = take_steps(broken, images)
    assert broken["any_mechanism"] > 2 > sound["any_mechanism"]
    (said,) = contradictions(broken, math.inf, 0.99)
    assert said.startswith("the noise has ")
    assert broken["noise"]["deviation"] == pytest.approx(0.5, abs=0.05)


def test_images_of_a_false_class_are_left_out_by_a_coin():
    trainer = audited(1.0, mislabelled=[0, 1, 2])
    trainer.planted.mislabelled_included.assign([True, False, False])
    trainer.planted.included.assign(np.zeros(400, bool))
    drawn = np.concatenate([batch for batch in trainer.batches(0)])
    assert set(drawn) == {0, 3, 4, 5, 6, 7}
