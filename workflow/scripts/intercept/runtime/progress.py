"""Lines of progress for whatever takes more than ten seconds."""

import logging
import time
from collections.abc import Collection, Iterator
from typing import TypeVar

_T = TypeVar("_T")

log = logging.getLogger("intercept")

_SECONDS_BETWEEN_REPORTS = 10


class Progress:
    """Says how far a training or an optimisation has come, every ten seconds and at its end.

    Args:
        name: whose work it is.
        unit: what is counted, such as ``epoch``.
        total: how many there are.
    """

    def __init__(self, name: str, unit: str, total: int) -> None:
        self._name, self._unit, self._total = name, unit, total
        self._begin = self._last = time.monotonic()

    def report(self, done: int, measured: str) -> None:
        """Log a line if it is due.

        Args:
            done: units finished, from 1.
            measured: what to say of the last, such as ``MSE 0.0413``.
        """
        self._say(done, done, measured, last=done == self._total)

    def report_within(self, current: int, share: float, measured: str) -> None:
        """Log a line if it is due, within a unit.

        Args:
            current: the unit at work, from 1.
            share: of it that is done, in [0, 1].
            measured: what to say of it so far.
        """
        if current - 1 + share > 0:
            self._say(current, current - 1 + share, measured, last=False)

    def _say(self, current: int, done: float, measured: str, last: bool) -> None:
        now = time.monotonic()
        if now - self._last < _SECONDS_BETWEEN_REPORTS and not last:
            return
        self._last = now
        left = (now - self._begin) / done * (self._total - done)
        parts = (
            self._name,
            f"{self._unit} {current}/{self._total}",
            measured,
            f"{left:.0f} s left",
        )
        log.info(" | ".join(part for part in parts if part))


def watched(items: Collection[_T], name: str, unit: str) -> Iterator[_T]:
    """The items, with a line every ten seconds of how many are done.

    Args:
        items: what is worked on, one after the other, in about the same time.
        name: what is done with them.
        unit: what an item is, such as ``batch``.
    """
    progress = Progress(name, unit, len(items))
    for number, item in enumerate(items, 1):
        yield item
        progress.report_within(number, 1.0, "")
