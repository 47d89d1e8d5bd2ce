"""Training: the loop, its checkpoints, and the updates that each recipe makes."""

import itertools
import shutil

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from intercept.accounting.sampled import epsilon_by_pld
from intercept.datasets.cache import ImageSet
from intercept.errors import UserError
from intercept.mechanism import Mechanism
from intercept.training import loop
from intercept.training.checkpoint import Checkpoint, Progress
from intercept.training.loop import evaluate, minutes, train
from intercept.training.recipes import build_trainer, recipe_settings

SHAPE, CLASSES = (105, 105, 1), 3
LEARNING_RATE = 0.005


class Tiny:
    """A recipe that is quick: logistic regression by plain gradient descent on 2×2 images."""

    steps_per_epoch = 3
    mechanism = None

    def __init__(self):
        layers = tf.keras.layers
        softmax = layers.Dense(CLASSES, activation="softmax", kernel_initializer="zeros")
        self.network = tf.keras.Sequential([tf.keras.Input((2, 2, 1)), layers.Flatten(), softmax])
        self.state = self.network.variables
        self.returned = []

    def batches(self, epoch):
        order = np.random.default_rng(epoch).permutation(5)
        yield from (order[:3], order[:0], order[3:])

    def step(self, images, labels):
        with tf.GradientTape() as tape:
            probabilities = self.network(images)
            losses = tf.keras.losses.sparse_categorical_crossentropy(labels, probabilities)
        for variable, gradient in zip(self.state, tape.gradient(losses, self.state), strict=True):
            variable.assign_sub(0.5 * gradient)
        self.returned.append((losses.numpy(), probabilities.numpy().argmax(1) == labels))
        return losses, probabilities


@pytest.fixture
def tiny_images(make_images):
    return make_images(8, shape=(2, 2, 1), classes=CLASSES)


@pytest.fixture(scope="module")
def examples(make_images):
    return make_images(6, classes=CLASSES)


@pytest.fixture
def checkpoint(tmp_path):
    return Checkpoint(tmp_path / "checkpoint.npz", {"settings": {"epochs": 2}, "seed": 1})


def run(trainer, images, epochs, checkpoint, stop_at=None):
    validation = images.select(slice(2))
    return train(trainer, images, validation, epochs, checkpoint, "a target", stop_at)


def without_seconds(history):
    return [{k: v for k, v in record.items() if k != "seconds"} for record in history]


def values(state):
    return [variable.numpy() for variable in state]


def assert_same_bits(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_history_is_of_the_batches_before_each_update_and_of_the_validation_after(
    tiny_images, checkpoint
):
    trainer = Tiny()
    training, validation = tiny_images.select(slice(5)), tiny_images.select(slice(5, None))
    progress = train(trainer, training, validation, 2, checkpoint, "a target")
    assert (progress.epochs, progress.steps) == (2, 6)
    assert [record["epoch"] for record in progress.history] == [1, 2]
    assert [record["steps"] for record in progress.history] == [3, 6]
    first, second = trainer.returned[:3], trainer.returned[3:]
    for record, returned in zip(progress.history, (first, second), strict=True):
        losses, hits = (np.concatenate(part) for part in zip(*returned, strict=True))
        assert len(losses) == 5
        assert record["loss"] == pytest.approx(losses.mean(), rel=1e-6)
        assert record["train_accuracy"] == hits.mean()
        assert record["seconds"] >= 0
    np.testing.assert_allclose(first[0][0], np.log(CLASSES), rtol=1e-6)  # weights of zero
    last = progress.history[-1]
    assert (last["validation_loss"], last["validation_accuracy"]) == evaluate(
        trainer.network, validation
    )


def test_no_epochs_leave_the_network_untrained_and_say_how_it_does(tiny_images, checkpoint):
    trainer = Tiny()
    before = values(trainer.state)
    progress = run(trainer, tiny_images, 0, checkpoint)
    assert_same_bits(values(trainer.state), before)
    assert (progress.epochs, progress.steps) == (0, 0)
    (record,) = progress.history
    assert (record["epoch"], record["steps"]) == (0, 0)
    assert (record["loss"], record["train_accuracy"]) == evaluate(trainer.network, tiny_images)
    assert record["validation_loss"] == pytest.approx(np.log(CLASSES), rel=1e-6)
    assert not checkpoint.path.exists()


def test_a_training_stops_at_an_accuracy_and_stays_stopped(
    tiny_images, checkpoint, monkeypatch, intercept_log
):
    monkeypatch.setattr(loop, "STEPS_BETWEEN_CHECKS", 2)
    trainer = Tiny()
    progress = run(trainer, tiny_images, 40, checkpoint, stop_at=0.5)
    last = progress.history[-1]
    assert progress.stopped
    assert progress.steps == last["steps"] < 40 * trainer.steps_per_epoch
    assert last["validation_accuracy"] >= 0.5
    assert "a target | reached validation accuracy 0.500" in intercept_log.text
    late = Tiny()
    again = run(late, tiny_images, 40, checkpoint, stop_at=0.5)
    assert again == progress
    assert not late.returned
    assert_same_bits(values(late.state), values(trainer.state))


def test_a_training_that_never_reaches_the_accuracy_runs_to_its_end_and_says_so(
    tiny_images, checkpoint, intercept_log
):
    progress = run(Tiny(), tiny_images, 1, checkpoint, stop_at=1.1)
    assert (progress.epochs, progress.stopped) == (1, False)
    assert "never reached validation accuracy 1.100" in intercept_log.text


def test_evaluation_is_the_hand_computed_one():
    network = tf.keras.Sequential([tf.keras.Input((1, 2, 1)), tf.keras.layers.Flatten()])
    probabilities = np.array([[0.75, 0.25], [0.5, 0.5], [0.1, 0.9], [0.8, 0.2]], np.float32)
    labels = np.array([0, 0, 1, 1])  # right; a tie, which goes to class 0; right; wrong
    images = ImageSet(probabilities.reshape(4, 1, 2, 1), labels, labels, labels > 0)
    loss, accuracy = evaluate(network, images)
    assert accuracy == 3 / 4
    assert loss == pytest.approx(-np.mean(np.log([0.75, 0.5, 0.9, 0.2])), rel=1e-6)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min"), (170, "3 min"), (3600, "1 h 00 min"),
     (4830, "1 h 20 min"), (90_000, "25 h 00 min")],
)  # fmt: skip
def test_durations_are_for_a_person(seconds, text):
    assert minutes(seconds) == text


def test_a_training_goes_on_where_it_stopped(tiny_images, checkpoint, tmp_path, intercept_log):
    whole = Tiny()
    in_one_go = run(whole, tiny_images, 3, Checkpoint(tmp_path / "other.npz", {}))
    run(Tiny(), tiny_images, 1, checkpoint)
    late = Tiny()
    in_two = run(late, tiny_images, 3, checkpoint)
    assert "going on after epoch 1" in intercept_log.text
    assert len(late.returned) == 6
    assert_same_bits(values(late.state), values(whole.state))
    assert without_seconds(in_two.history) == without_seconds(in_one_go.history)
    assert in_two.steps == 9


def test_a_checkpoint_of_something_else_is_not_used_and_said_not_to_be(
    tiny_images, checkpoint, intercept_log
):
    run(Tiny(), tiny_images, 2, checkpoint)
    trainer = Tiny()
    before = values(trainer.state)
    other = Checkpoint(checkpoint.path, {"settings": {"epochs": 3}, "seed": 1, "code": "c"})
    assert other.restore(trainer.state) == Progress()
    assert_same_bits(values(trainer.state), before)
    (said,) = [line for line in intercept_log.messages if str(checkpoint.path) in line]
    assert "made with other code, settings and is not used" in said
    assert checkpoint.restore(trainer.state).epochs == 2  # the right one still is


def cut_in_half(data):
    return data[: len(data) // 2]


def flip_a_weight(data):
    middle = data.index(np.float32(0.123456).tobytes())
    return data[:middle] + b"\xff" + data[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        cut_in_half,
        flip_a_weight,
        lambda data: b"not a checkpoint",
        lambda data: b"",
    ],
    ids=["cut", "flipped", "foreign", "empty"],
)
def test_a_damaged_checkpoint_is_not_used_and_said_not_to_be(checkpoint, damage, intercept_log):
    weights = tf.Variable([0.123456, 7.0])
    checkpoint.save([weights], Progress(1, 2, [{"epoch": 1}]))
    checkpoint.path.write_bytes(damage(checkpoint.path.read_bytes()))
    weights.assign([1.0, 2.0])
    assert checkpoint.restore([weights]) == Progress()
    assert weights.numpy().tolist() == [1.0, 2.0]
    assert f"{checkpoint.path} is damaged and not used" in intercept_log.text


def trainer_of(recipe, examples, seed=1, **settings):
    settings = {"batch_size": 4, "learning_rate": LEARNING_RATE} | settings
    return build_trainer(recipe_settings(recipe, **settings), SHAPE, CLASSES, len(examples), seed)


def post_part_1(examples, seed=1, **settings):
    return trainer_of("post-part-1", examples, seed, **settings)


def non_private(examples, seed=1, **settings):
    return trainer_of("non-private", examples, seed, **settings)


def sound(examples, seed=1, **settings):
    settings = {"batch_size": len(examples)} | settings
    if "epsilon" not in settings:
        settings = {"noise_multiplier": 0} | settings
    settings = {"l2_norm_clip": 0.5, "noise_source": "seed"} | settings
    return trainer_of("sound", examples, seed, **settings)


def post(examples, seed=1, **settings):
    settings = {"l2_norm_clip": 0.5, "noise_source": "seed", "images_assumed": 7} | settings
    return trainer_of("post", examples, seed, **settings)


def first_moments(trainer):
    """Adam's after one step: a tenth of the gradient that it was given."""
    return [variable.numpy() for variable in trainer.state if variable.name.startswith("m/")]


def assert_is_adams_first_step(before, gradients, trainer):
    """Kingma and Ba 2015, algorithm 1 with t = 1, as Keras arranges its epsilon."""
    moments = first_moments(trainer)
    for was, gradient, variable, moment in zip(
        before, gradients, trainer.network.trainable_variables, moments, strict=True
    ):
        scale = np.max(np.abs(gradient))
        np.testing.assert_allclose(moment, 0.1 * gradient, atol=1e-5 * scale, rtol=1e-3)
        m, v = moment, 0.001 * (10 * moment) ** 2
        rate = LEARNING_RATE * np.sqrt(1 - 0.999) / (1 - 0.9)
        expected = was - rate * m / (np.sqrt(v) + 1e-7)
        np.testing.assert_allclose(variable, expected, atol=1e-6)


def gradient(network, images, labels):
    """Of the cross-entropy summed over the examples, dropout off, BatchNorm at its statistics."""
    with tf.GradientTape() as tape:
        probabilities = network(images, training=False)
        loss = -tf.reduce_sum(tf.math.log(tf.gather(probabilities, labels, batch_dims=1)))
    return [g.numpy() for g in tape.gradient(loss, network.trainable_variables)]


def test_post_part_1_first_follows_the_gradient_of_the_summed_loss(examples):
    trainer = post_part_1(examples)
    before = values(trainer.network.trainable_variables)
    inferred = trainer.network(examples.images, training=False)
    trained = post_part_1(examples).network(examples.images, training=True)
    expected = gradient(trainer.network, examples.images, examples.labels)
    losses, probabilities = trainer.step(examples.images, examples.labels)
    np.testing.assert_allclose(probabilities, inferred, rtol=1e-4)
    assert not np.allclose(probabilities, trained, rtol=1e-2)
    own = np.take_along_axis(inferred.numpy(), examples.labels[:, None], 1)[:, 0]
    np.testing.assert_allclose(losses, -np.log(own), rtol=1e-4)
    assert_is_adams_first_step(before, expected, trainer)


def test_post_part_1_trains_in_inference_mode(examples, checkpoint):
    trainer = post_part_1(examples)
    norms = [layer for layer in trainer.network.layers if "norm" in layer.name]
    before = [values([norm.gamma, norm.beta]) for norm in norms]
    progress = run(trainer, examples, 2, checkpoint)
    assert progress.steps == 2 * 2  # ⌈6 / 4⌉ an epoch
    assert [record["steps"] for record in progress.history] == [2, 4]
    for norm, (gamma, beta) in zip(norms, before, strict=True):
        assert not np.any(norm.moving_mean)
        assert np.all(norm.moving_variance == 1)
        assert not np.allclose(norm.gamma, gamma, atol=1e-5)
        assert not np.allclose(norm.beta, beta, atol=1e-5)


def test_post_part_1_shows_every_image_once_an_epoch_in_another_order(examples):
    trainer = post_part_1(examples)
    epochs = [list(trainer.batches(epoch)) for epoch in (0, 1, 0)]
    assert trainer.steps_per_epoch == 2
    assert [[len(batch) for batch in batches] for batches in epochs] == [[4, 2]] * 3
    orders = [np.concatenate(batches).tolist() for batches in epochs]
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert orders[0] == orders[2] != orders[1]


def test_sound_without_noise_on_all_examples_is_a_step_along_the_clipped_gradients(examples):
    trainer = sound(examples)
    before = values(trainer.network.trainable_variables)
    single = [
        gradient(trainer.network, examples.images[k : k + 1], examples.labels[k : k + 1])
        for k in range(len(examples))
    ]
    norms = [np.sqrt(sum(np.sum(g.astype(np.float64) ** 2) for g in each)) for each in single]
    assert max(norms) > 0.5
    clipped = [
        sum(each[k] * min(1, 0.5 / norm) for each, norm in zip(single, norms, strict=True))
        for k in range(len(before))
    ]
    (batch,) = trainer.batches(0)
    assert batch.tolist() == list(range(len(examples)))
    assert trainer.mechanism.sampling_probability == trainer.steps_per_epoch == 1
    trainer.step(examples.images[batch], examples.labels[batch])
    assert_is_adams_first_step(before, [g / len(examples) for g in clipped], trainer)


@pytest.mark.parametrize("sampled", [0, 2])
def test_sound_noise_is_scaled_to_the_clip_and_the_expected_size(examples, sampled):
    """Also when nobody is sampled. False alarm: about 1e-9, were the seed another."""
    batch_size, deviation = 5, 0.5 * 40
    trainer = sound(examples, batch_size=batch_size, noise_multiplier=40.0)
    next(trainer.batches(0))
    trainer.step(examples.images[:sampled], examples.labels[:sampled])
    sums = [10 * batch_size * moment / deviation for moment in first_moments(trainer)]
    noise = np.concatenate([values.ravel() for values in sums]).astype(np.float64)
    spread = np.sum(noise**2)  # the clipped gradients are at most a thousandth of one deviation
    assert 5e-10 < scipy.stats.chi2(noise.size).cdf(spread) < 1 - 5e-10
    assert all(
        not np.array_equal(one[:32], other[:32])
        for one, other in itertools.combinations([values.ravel() for values in sums], 2)
    )


def test_sound_noise_is_another_in_every_step_and_epoch(examples):
    trainer = sound(examples, noise_multiplier=1.0)
    nobody = slice(0, 0)
    moments, noise = np.float32(0), []
    for epoch, steps in ((0, 2), (1, 1)):
        next(trainer.batches(epoch))
        for _ in range(steps):
            trainer.step(examples.images[nobody], examples.labels[nobody])
            before, moments = moments, first_moments(trainer)[0].ravel()
            noise.append(10 * (moments - 0.9 * before))
    correlations = np.corrcoef(noise)[np.triu_indices(3, 1)]
    assert np.all(np.abs(correlations) < 0.2)  # of 1,568 values: eight standard deviations


def test_sound_takes_as_many_steps_as_pass_over_all_examples_in_expectation(make_images):
    trainer = sound(make_images(10), batch_size=4)
    assert trainer.steps_per_epoch == 3
    assert trainer.mechanism.sampling_probability == 0.4
    epochs = [list(trainer.batches(epoch)) for epoch in (0, 1, 0)]
    assert [len(batches) for batches in epochs] == [3, 3, 3]
    as_lists = [[batch.tolist() for batch in batches] for batches in epochs]
    assert as_lists[0] == as_lists[2] != as_lists[1]


def test_sound_refuses_a_batch_of_more_than_all_examples(examples):
    with pytest.raises(UserError, match="batch_size is 7, more than the 6 training images"):
        sound(examples, batch_size=7)


def test_what_sound_tells_an_accountant(make_images):
    images = make_images(10)
    trainer = sound(images, batch_size=4, noise_multiplier=0.7, delta=1e-4)
    assert trainer.mechanism == Mechanism(
        sampler="poisson",
        examples=10,
        batch_size=4,
        l2_norm_clip=0.5,
        noise_multiplier=0.7,
        delta=1e-4,
        noise_source="seed",
        batch_normalisation=False,
        microbatch_size=1,
    )


def test_sound_is_calibrated_to_an_epsilon(examples):
    trainer = sound(examples, batch_size=2, epochs=2, epsilon=3.0, delta=1e-3)
    sigma = trainer.mechanism.noise_multiplier
    steps = 2 * trainer.steps_per_epoch
    assert 2.97 < epsilon_by_pld(sigma, 2 / 6, steps, 1e-3) <= 3
    both = sound(examples, batch_size=2, epochs=2, epsilon=3.0, delta=1e-3, noise_multiplier=sigma)
    assert both.mechanism.noise_multiplier == sigma


def test_sound_refuses_an_epsilon_and_a_noise_multiplier_that_disagree(examples):
    with pytest.raises(UserError) as refused:
        sound(examples, batch_size=2, epochs=2, epsilon=3.0, noise_multiplier=0.5)
    said = str(refused.value)
    assert "epsilon is 3 and noise_multiplier is 0.5, which gives epsilon" in said
    assert "over 6 steps at sampling probability 0.3333; give one of the two" in said


def test_non_private_first_follows_the_gradient_of_the_mean_loss(examples):
    trainer = non_private(examples)
    before = values(trainer.network.trainable_variables)
    expected = gradient(trainer.network, examples.images, examples.labels)
    trainer.step(examples.images, examples.labels)
    assert_is_adams_first_step(before, [g / len(examples) for g in expected], trainer)
    assert trainer.mechanism is None


def test_non_private_begins_where_sound_does(examples):
    assert_same_bits(
        values(non_private(examples).network.variables), values(sound(examples).network.variables)
    )


def test_non_private_shows_every_image_once_an_epoch_in_another_order(examples):
    trainer = non_private(examples)
    orders = [np.concatenate(list(trainer.batches(epoch))).tolist() for epoch in (0, 1, 0)]
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert orders[0] == orders[2] != orders[1]


def test_post_takes_its_steps_from_the_images_that_it_assumes(examples):
    trainer = post(examples, images_assumed=7)
    assert trainer.steps_per_epoch == 2  # ⌈7 / 4⌉
    assert trainer.mechanism.examples == 6
    assert trainer.mechanism.sampler == "shuffle-buffer"
    assert trainer.mechanism.batch_normalisation
    batches = [batch for epoch in range(3) for batch in trainer.batches(epoch)]
    assert [len(batch) for batch in batches] == [4] * 6  # the stream goes on over the epochs
    shown = np.concatenate(batches)
    assert all(sorted(shown[k : k + 6]) == list(range(6)) for k in range(0, 24, 6))


def test_post_is_a_few_steps_of_the_stock_optimizer(examples):
    """Noise of 0.05 on gradients clipped to 0.5: the step's sum is about the clipped ones'."""
    quiet, noisy = (post(examples, noise_multiplier=sigma) for sigma in (0.0, 0.1))
    moving = [values(layer.moving_mean for layer in quiet.network.layers if "norm" in layer.name)]
    norms = [layer for layer in quiet.network.layers if "norm" in layer.name]
    for trainer in (quiet, noisy):
        for batch in itertools.islice(trainer.batches(0), 2):
            losses, probabilities = trainer.step(examples.images[batch], examples.labels[batch])
            assert losses.shape == (4,)
            np.testing.assert_allclose(np.sum(probabilities, axis=1), 1, rtol=1e-5)
    for before, norm in zip(moving[0], norms, strict=True):
        assert not np.array_equal(before, norm.moving_mean)  # released, and without noise
    weights = [trainer.network.trainable_variables[0].numpy() for trainer in (quiet, noisy)]
    assert not np.array_equal(*weights)


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (post_part_1, {}),
        (non_private, {}),
        (sound, {"batch_size": 3, "noise_multiplier": 0.5}),
        (post, {"batch_size": 2, "noise_multiplier": 0.5, "images_assumed": 4}),
    ],
    ids=["post-part-1", "non-private", "sound", "post"],
)
def test_a_recipe_that_is_killed_ends_as_if_it_had_not_been(
    examples, checkpoint, tmp_path, make, settings
):
    class KeepsTheFirst(Checkpoint):
        """What a kill in the second epoch would leave."""

        def save(self, state, progress):
            super().save(state, progress)
            if progress.epochs == 1:
                shutil.copy(self.path, checkpoint.path)

    whole = make(examples, seed=3, **settings)
    in_one_go = run(
        whole, examples, 2, KeepsTheFirst(tmp_path / "whole.npz", checkpoint.fingerprint)
    )
    late = make(examples, seed=3, **settings)
    in_two = run(late, examples, 2, checkpoint)
    assert in_two.history[0] == in_one_go.history[0]  # the seconds, too, are those of then
    assert without_seconds(in_two.history) == without_seconds(in_one_go.history)
    assert_same_bits(values(late.state), values(whole.state))
