"""Lines of progress: when they are due, and what they say."""

import logging
import re

import pytest

from intercept.runtime import progress


@pytest.fixture
def said(caplog, monkeypatch):
    """The lines that were logged, none of which has to wait for its ten seconds."""
    caplog.set_level(logging.INFO, logger="intercept")
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_REPORTS", 0)
    return lambda: [record.getMessage() for record in caplog.records]


def test_a_line_says_whose_work_how_far_and_how_long_to_go(said):
    of_epochs = progress.Progress("attacker post", "epoch", 4)
    of_epochs.report_within(1, 0.5, "MSE 0.2")
    of_epochs.report(2, "MSE 0.1")
    forms = [r"attacker post \| epoch 1/4 \| MSE 0.2 \| \d+ s left"]
    forms.append(r"attacker post \| epoch 2/4 \| MSE 0.1 \| \d+ s left")
    for form, line in zip(forms, said(), strict=True):
        assert re.fullmatch(form, line)


def test_watched_items_come_as_they_are_and_are_counted(said):
    assert list(progress.watched("abc", "letters", "letter")) == ["a", "b", "c"]
    found = [line.rpartition(" | ")[0] for line in said()]
    assert found == [f"letters | letter {number}/3" for number in (1, 2, 3)]


def test_quick_work_says_nothing_but_its_end(said, monkeypatch):
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_REPORTS", 10)
    assert len(list(progress.watched(range(1000), "numbers", "number"))) == 1000
    of_epochs = progress.Progress("attacker post", "epoch", 2)
    of_epochs.report(1, "MSE 0.2")
    assert said() == []
    of_epochs.report(2, "MSE 0.1")
    assert said() == ["attacker post | epoch 2/2 | MSE 0.1 | 0 s left"]
