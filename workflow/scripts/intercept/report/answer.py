"""The answer in three sentences: how much leaks, what training with DP did, what stops it."""

import math
from collections.abc import Iterator, Sequence
from functools import partial

import pandas as pd

from intercept.report.comparing import NOT_COMPARED, beside_chance
from intercept.report.formatting import count, listed, shortest, span
from intercept.report.frontier import UNDEFENDED, Point, points
from intercept.report.one_release import DEFENDED_RECIPES, OneRelease, undefended_releases
from intercept.report.style import percent
from intercept.report.tables import FLOOR, judged_groups, searching_attackers

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
        Three headings, each with one sentence, which says so where the study has no answer.
    """
    headings = ("How much leaks.", "What training with DP did.", "What stops it.")
    if not judged_groups(summary):
        yield from ((heading, _NOT_SAID) for heading in headings)
        return
    releases = [
        OneRelease(rows, of, differences) for _, rows, of in undefended_releases(summary, baselines)
    ]
    sentences = (_leak(releases), _private_training(releases), _protection(summary, releases[0]))
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
        f"image ({first.subject}, {training}cut at {_place(first)}), the strongest attackers pick "
        "out the very drawing among those of its character in "
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
            f"with {control}, like {listed(private)} but for the noise, these are "
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


def _protection(summary: pd.DataFrame, release: OneRelease) -> str:
    recipes = summary.drop_duplicates("target").set_index("target")["recipe"]
    everything = [one for one in points(summary, release.group) if one.leaks[_WITHIN].known]
    tried = [
        one
        for one in everything
        if one.defence != UNDEFENDED or recipes[one.target] in DEFENDED_RECIPES
    ]
    if not everything:
        return _NOT_SAID
    if not tried:
        return "No defence was tried in this study, so that it does not say."
    chance = release.baseline(FLOOR, _WITHIN)
    stopped = [one for one in tried if one.leaks[_WITHIN].low <= chance.value]
    plain = [one for one in everything if one.defence == UNDEFENDED]
    bound = partial(_bound, summary, release.group, tried)
    held = "held identification within the character to chance"
    if stopped:
        best = max(stopped, key=_accuracy)
        which = "; there" if len(tried) == 1 else f"; at the most accurate, {_name(best)},"
        return (
            f"{_share(len(stopped), len(tried))} {held} ({percent(chance.value)}) within the "
            f"interval{which} {_cost(best, plain)} and {bound(best)}."
        )
    # A wire that stops a leak by carrying nothing of use is no answer.
    half = max(map(_accuracy, plain), default=math.nan) / 2
    useful = [one for one in tried if _accuracy(one) >= half]
    least = min(useful or tried, key=lambda one: one.leaks[_WITHIN].value)
    lead = f"{_share(0, len(tried))} {held}; " if chance.known else ""
    if 0 < len(useful) < len(tried):
        lead += f"where the server keeps half of the best accuracy or more ({percent(half)}), "
    sentence = (
        f"{lead}least leaks from {_name(least)}, where {least.leaks[_WITHIN].text(percent)} are "
        f"identified within the character, {_cost(least, plain)} and {bound(least)}."
    )
    return sentence[0].upper() + sentence[1:]


def _share(some: int, of: int) -> str:
    if of == 1:
        return "The one defended wire" if some else "No defended wire"
    return f"{some or 'None'} of the {of} defended wires"


def _name(point: Point) -> str:
    behind = "" if point.defence == UNDEFENDED else f" behind {point.defence}"
    return f"{point.target} cut at {point.cut_layer}{behind}"


def _cost(point: Point, plain: list[Point]) -> str:
    """How often the server part is right, and how often it is without the defence."""
    undefended = [
        _accuracy(other)
        for other in plain
        if (other.target, other.cut_layer) == (point.target, point.cut_layer) and other != point
    ]
    instead = f" instead of {percent(undefended[0])}" if undefended else ""
    return f"the server is right in {percent(_accuracy(point))} of cases{instead}"


def _accuracy(point: Point) -> float:
    """Of the server part, trained further where it was."""
    return point.fine_tuned.value if point.fine_tuned.known else point.accuracy.value


def _bound(summary: pd.DataFrame, group: str, tried: list[Point], point: Point) -> str:
    """What nobody exceeds behind a defence; where nothing says so, the lowest bound of others."""
    ceiling = _ceiling(summary, group, point)
    if not math.isnan(ceiling):
        return f"nobody, however clever, identifies more than {percent(ceiling)}"
    none = "no bound keeps a better attacker from more"
    ceilings = [(_ceiling(summary, group, one), one) for one in tried]
    bounded = [pair for pair in ceilings if not math.isnan(pair[0])]
    if not bounded:
        return none
    lowest, where = min(bounded, key=lambda pair: pair[0])
    return (
        f"{none} (the lowest bound, {percent(lowest)}, is that of {_name(where)}, where the server "
        f"is right in {percent(_accuracy(where))})"
    )


def _ceiling(summary: pd.DataFrame, group: str, point: Point) -> float:
    """The share that nobody exceeds behind a defence; NaN where nothing says so."""
    rows = summary[summary["release"].eq(point.release) & summary["target"].eq(point.target)]
    bounds = rows[[f"{group}_{_WITHIN}_bound", f"{group}_{_WITHIN}_fano"]]
    return float(bounds.min(axis=1).max())


def _place(release: OneRelease) -> str:
    """Where a release is cut, and behind what where no release is undefended."""
    first = release.summary.iloc[0]
    behind = "" if first["defence"] == UNDEFENDED else f", behind {first['defence']}"
    return f"{first['cut_layer']}{behind}"
