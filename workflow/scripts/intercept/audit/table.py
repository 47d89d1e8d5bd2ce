"""The rows of audits.csv: what is stated of a training, and what was found of it."""

from collections.abc import Mapping
from typing import Any


def audit_row(
    target: str,
    seed: int,
    privacy: Mapping[str, Any],
    membership: Mapping[str, Any],
    audit: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Put the records of one training into one row.

    Args:
        target, seed: whose they are.
        privacy: the privacy record.
        membership: of the target's losses, ``auc`` and ``advantage``.
        audit: as of `intercept.audit.record.audit_record`; None without one.

    Returns:
        Values by column. ``epsilon`` is the stated one, of the sampler that ran, and ``delta`` its
        delta; None where there is none. ``membership_auc`` and ``membership_advantage`` have
        95% intervals, ``…_low`` and ``…_high``. Of an audit, None without one: ``canaries``,
        ``guesses`` and ``correct`` of these; ``confidence`` of each bound; the lower bounds
        ``audited_any_mechanism`` and ``audited_this_mechanism``; and ``audited_at_most``, what the
        first can be at most with so many canaries. Of its images with a false class, None without
        them: ``mislabelled``, ``mislabelled_guesses`` and ``mislabelled_correct``, and the lower
        bound ``audited_outsider``.
    """
    row = {
        "target": target,
        "seed": seed,
        "epsilon": privacy["epsilon"]["sampler_that_ran"],
        "delta": privacy["delta"],
    }
    for measure in ("auc", "advantage"):
        for end, value in membership[measure].items():
            suffix = "" if end == "value" else f"_{end}"
            row[f"membership_{measure}{suffix}"] = value
    found = audit or {}
    guesses = found.get("guesses", {})
    outsider = found.get("outsider") or {}
    by_loss = outsider.get("guesses", {})
    return row | {
        "canaries": guesses.get("canaries"),
        "guesses": guesses.get("made"),
        "correct": guesses.get("correct"),
        "confidence": found.get("confidence"),
        "audited_any_mechanism": found.get("any_mechanism"),
        "audited_this_mechanism": found.get("this_mechanism"),
        "audited_at_most": found.get("at_most"),
        "mislabelled": by_loss.get("canaries"),
        "mislabelled_guesses": by_loss.get("made"),
        "mislabelled_correct": by_loss.get("correct"),
        "audited_outsider": outsider.get("any_mechanism"),
    }
