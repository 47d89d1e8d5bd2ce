"""Lines of progress, which attackers share."""

import logging
import time

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
        log.info(
            "%s | %s %d/%d | %s | %.0f s left",
            self._name,
            self._unit,
            current,
            self._total,
            measured,
            left,
        )
