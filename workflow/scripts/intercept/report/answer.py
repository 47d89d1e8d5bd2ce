"""The answer in short: how much leaks, what training with DP did, what stops it."""

from collections.abc import Iterator, Sequence

import pandas as pd

from intercept.report.comparing import NOT_COMPARED, beside_chance
from intercept.report.formatting import count, listed, shortest, span
from intercept.report.frontier import UNDEFENDED
from intercept.report.one_release import OneRelease, undefended_releases
from intercept.report.protection import protection
from intercept.report.rows import FLOOR, judged_groups, searching_attackers
from intercept.report.style import percent

_WITHIN = "within_character"
_NOT_SAID = "Nothing was rebuilt and judged, so that this study does not say."


def answer(
    summary: pd.DataFrame, baselines: pd.DataFrame, differences: pd.DataFrame
) -> Iterator[tuple[str, str]]:
    """Answer the three questions of a study.

    The leak is that of the first undefended release, of its first target that was trained without
    differential privacy (of the first target, if none was); other cut layers are named beside it.

    Args:
        summary: the rows of summary.csv, at least one.
        baselines: the rows of baselines.csv.
        differences: the rows of differences.csv.

    Yields:
        Three headings, each with what there is to say, also where the study has no answer.
    """
    headings = ("How much leaks.", "What training with DP did.", "What stops it.")
    if not judged_groups(summary):
        yield from ((heading, _NOT_SAID) for heading in headings)
        return
    releases = [
        OneRelease(rows, of, differences) for _, rows, of in undefended_releases(summary, baselines)
    ]
    sentences = (
        _leak(releases),
        _private_training(releases),
        protection(summary, baselines, releases[0].group),
    )
    yield from zip(headings, sentences, strict=True)


def _leak(releases: list[OneRelease]) -> str:
    first, *others = releases
    within = first.best(first.subject, _WITHIN)
    if not within.known:
        return _search(first)
    among = first.best(first.subject, "top1")
    elsewhere = [
        f"; cut at {_place(other)}, within the character in {found.text(percent)}"
        for other in others
        if (found := other.best(other.subject, _WITHIN)).known
    ]
    searched = (
        f", and among all {first.images} {first.group} images in {among.text(percent)}"
        f"{beside_chance(first.baseline(FLOOR, 'top1'))}"
        if among.known
        else ""
    )
    sent = first.summary.loc[first.summary["target"] == first.subject, "numbers"]
    training = "trained without differential privacy, " if first.without_dp else ""
    return (
        f"From the {count(sent.iloc[0])} numbers that cross the wire for each "
        f"image ({first.subject}, {training}cut at {_place(first)}), the strongest attackers that "
        "rebuild it pick out the very drawing among those of its character in "
        f"{within.text(percent, of=' of cases')}{beside_chance(first.baseline(FLOOR, _WITHIN))}"
        + searched
        + "".join(elsewhere)
        + "."
    )


def _search(release: OneRelease) -> str:
    found = [
        f"{attacker} finds the true one of {release.images} candidates in "
        f"{release.by(attacker, release.subject, 'top1').text(percent, of=' of cases')}"
        for attacker in searching_attackers(release.summary)
    ]
    if not found:
        return _NOT_SAID
    return f"No attacker of this study rebuilds images; {listed(found)} ({release.subject})."


def _private_training(releases: list[OneRelease]) -> str:
    first = releases[0]
    if not first.noisy:
        return (
            "No target of this study was trained with differential privacy, so that it does not "
            "say."
        )
    found = [first.best(target, _WITHIN) for target in first.noisy]
    if not any(one.known for one in found):
        return _NOT_SAID
    where = f" (cut at {_place(first)})" if len(releases) > 1 else ""
    return (
        f"With noise multiplier {span(first.noise, shortest)} in training, validation accuracy is "
        f"{first.accuracies(first.noisy)} and the drawing is picked out within its character in "
        f"{span([one.value for one in found], percent)} of cases{where}; {_without_noise(first)}; "
        "no ε of the training bounds what crosses the wire."
    )


def _without_noise(release: OneRelease) -> str:
    """The same of the controls that are matched; without any, of the subject."""
    if release.controls:
        return "; ".join(
            f"with {control}, {release.but_for(control)}, these are "
            f"{_both(release, control)} ({_verdict(release, private, control)})"
            for control, private in release.controls.items()
        )
    if release.without_dp:
        return (
            f"with {release.subject}, which differs in more than the noise, these are "
            f"{_both(release, release.subject)} "
            f"({_verdict(release, release.noisy, release.subject)})"
        )
    return "this study has no target without differential privacy to set beside"


def _both(release: OneRelease, target: str) -> str:
    share = release.best(target, _WITHIN).value
    return f"{release.accuracies([target])} and {percent(share)}"


def _verdict(release: OneRelease, private: Sequence[str], other: str) -> str:
    if release.seeds == 1:
        return NOT_COMPARED
    stands = release.beside(_WITHIN, private, other)
    return f"over {release.seeds} seeds, identification with noise is {stands}"


def _place(release: OneRelease) -> str:
    """Where a release is cut, and behind what where no release is undefended."""
    first = release.summary.iloc[0]
    behind = "" if first["defence"] == UNDEFENDED else f", behind {first['defence']}"
    return f"{first['cut_layer']}{behind}"
