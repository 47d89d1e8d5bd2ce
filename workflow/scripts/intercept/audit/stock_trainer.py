"""The training of the recipe post with canaries in it: an audit of TensorFlow Privacy's optimizer.

Its query, which clips, sums and adds noise, is kept and gets the canaries' gradients in the place
of those of examples. Fixed batches of a shuffle buffer have no account, so that only what holds of
any mechanism can be said.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_privacy import DPQuery

from intercept.audit.planted import LENGTH, Audited, Planted
from intercept.training.recipes.post import trainer as post
from intercept.training.recipes.post.settings import Settings

_NO_CANARY = -1


class StockAuditedTrainer(Audited, post.Trainer):
    """As the recipe's trainer, with canaries in the stream that it shuffles; see `Audited`."""

    def __init__(
        self, canaries: int, mislabelled: np.ndarray, settings: Settings, *data: Any
    ) -> None:
        super().__init__(canaries, mislabelled, settings, *data)
        length = LENGTH * settings.l2_norm_clip
        self._query = _WithCanaries(
            self._optimizer._dp_sum_query, self.planted, settings.batch_size, length
        )
        self._optimizer._dp_sum_query = self._query
        self._trace_step(0)

    def batches(self, epoch: int) -> Iterator[np.ndarray]:
        """Batches of one epoch. A canary's place has an image, whose gradient it displaces."""
        members = self.members()
        for places in super().batches(epoch):
            drawn = members[places]
            of_canary = drawn >= self._images
            self._query.canaries.assign(np.where(of_canary, drawn - self._images, _NO_CANARY))
            yield np.where(of_canary, members[0], drawn)

    def step(self, images: np.ndarray, labels: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """One update; what it released of each canary goes into its score."""
        step = int(self._optimizer.iterations)
        found = super().step(images, labels)
        seen, noise = self._query.seen.numpy(), self._query.noise.numpy()
        self.planted.score(step, seen, noise, self.mechanism)
        return found


class _WithCanaries(DPQuery):
    """A query that is given canaries for some records, and remembers what it released of them.

    Its sample state is that of the query with every record, that of the query with the images'
    records alone, and the number of records so far.

    Args:
        query: as the optimizer made it.
        planted: the canaries of the training.
        batch_size: records in a step.
        length: l2 norm of a canary, before the query clips it.

    Attributes:
        canaries: int64 variable [batch_size], which canary has the place of each record, or −1.
        seen: float32 variable [m], what the last step released of each, less the images' part.
        noise: float32 variable [w], what it added to the sums of the watched weights.
    """

    def __init__(self, query: DPQuery, planted: Planted, batch_size: int, length: float) -> None:
        self._query, self._planted, self._length = query, planted, length
        self.canaries = tf.Variable(np.full(batch_size, _NO_CANARY, np.int64))
        self.seen = tf.Variable(np.zeros(planted.included.shape, np.float32))
        self.noise = tf.Variable(np.zeros(planted.watched.shape, np.float32))

    def initial_global_state(self) -> Any:
        return self._query.initial_global_state()

    def derive_sample_params(self, global_state: Any) -> Any:
        return self._query.derive_sample_params(global_state)

    def initial_sample_state(self, template: Any = None) -> Any:
        both = [self._query.initial_sample_state(template) for _ in range(2)]
        return (*both, tf.constant(0))

    def accumulate_record(self, params: Any, sample_state: Any, record: Any) -> Any:
        everything, images, number = sample_state
        canary = self.canaries[number]
        none = canary == _NO_CANARY
        weight = tf.gather(self._planted.weights, tf.maximum(canary, 0))
        ends = np.cumsum([0] + [value.shape.num_elements() for value in record])
        of_canary = [
            self._length
            * tf.reshape(tf.one_hot(weight - first, value.shape.num_elements()), value.shape)
            for first, value in zip(ends, record, strict=False)
        ]
        shown = [tf.where(none, a, b) for a, b in zip(record, of_canary, strict=True)]
        nothing = [tf.where(none, value, tf.zeros_like(value)) for value in record]
        return (
            self._query.accumulate_record(params, everything, shown),
            self._query.accumulate_record(params, images, nothing),
            number + 1,
        )

    def accumulate_preprocessed_record(self, sample_state: Any, record: Any) -> Any:
        raise NotImplementedError  # the optimizer hands records over as they are

    def merge_sample_states(self, one: Any, other: Any) -> Any:
        raise NotImplementedError  # nor does it merge

    def get_noised_result(self, sample_state: Any, global_state: Any) -> Any:
        everything, images, _ = sample_state
        noisy, *rest = self._query.get_noised_result(everything, global_state)
        released, with_canaries, of_images = map(_joined, (noisy, everything, images))
        self.seen.assign(tf.gather(released - of_images, self._planted.weights))
        self.noise.assign(tf.gather(released - with_canaries, self._planted.watched))
        return (noisy, *rest)


def _joined(values: Any) -> tf.Tensor:
    return tf.concat([tf.reshape(value, [-1]) for value in values], axis=0)
