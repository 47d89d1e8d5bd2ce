"""What the page says of the targets themselves: their privacy, and the post's numbers beside."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from intercept.privacy import MODEL_FILE
from intercept.report import published as post
from intercept.report.formatting import (
    count,
    decimals,
    one_decimal,
    power_of_ten,
    shortest,
    span,
    three_digits,
)
from intercept.report.style import MISSING, percent, shown_epsilon
from intercept.report.summary import SEPARATOR

POST = "post"  # the name of the post's own attacker

_SAMPLERS = {"poisson": "Poisson", "shuffle-buffer": "shuffle"}
_NOISE_SOURCES = {"os-entropy": "OS entropy", "seed": "seed"}
_EPSILONS = (
    "epsilon",
    "epsilon_replace_one",
    "epsilon_rdp",
    "epsilon_no_amplification",
    "epsilon_as_the_post_computed",
)


def starred_epsilon(row: Mapping[str, Any]) -> str:
    """The epsilon of the sampler that ran, with a star where it is not a guarantee.

    Args:
        row: one row of summary.csv.
    """
    text = _shown(row, "epsilon")
    finite = not math.isnan(row["epsilon"])
    return f"{text}*" if finite and not row["is_a_guarantee"] else text


def privacy_rows(summary: pd.DataFrame) -> Iterator[dict[str, str]]:
    """What each target's training did for its images' privacy, as formatted text by column."""
    for target, rows in summary.groupby("target", sort=False):
        first = rows.iloc[0]
        yield {
            "target": target,
            "noise_multiplier": shortest(first["noise_multiplier"]),
            "l2_norm_clip": shortest(first["l2_norm_clip"]),
            "sampler": _SAMPLERS.get(first["sampler"], MISSING),
            "sampling_probability": three_digits(first["sampling_probability"]),
            "steps": span(rows["target_steps"], count),
            "noise_source": _NOISE_SOURCES.get(first["noise_source"], MISSING),
            "delta": power_of_ten(first["delta"]),
            **{column: _shown(first, column) for column in _EPSILONS},
            "is_a_guarantee": "yes" if rows["is_a_guarantee"].all() else "no",
        }


def broken_conditions(summary: pd.DataFrame) -> dict[str, str]:
    """Names of targets -> the sentences on what breaks the guarantee of each of them."""
    targets: dict[str, list[str]] = {}
    for target, rows in summary.groupby("target", sort=False):
        texts = [text for text in rows["broken_conditions"] if isinstance(text, str)]
        sentences = dict.fromkeys(part for text in texts for part in text.split(SEPARATOR))
        broken = " ".join(sentences)
        if broken:
            targets.setdefault(broken, []).append(target)
    return {", ".join(names): broken for broken, names in targets.items()}


def comparison(summary: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Set each target that the post also ran beside the post's numbers.

    Yields:
        Formatted text: ``target``, ``quantity``, ``ours`` and ``post``. Of the attacks, only those
        by the post's own attacker have a counterpart.
    """
    for target, rows in summary.groupby("target", sort=False):
        first = rows.iloc[0]
        theirs = post.published(first["recipe"], first["noise_multiplier"])
        if theirs is None:
            continue
        ours_after = f"{count(first['target_epochs'])} epochs"
        theirs_after = f"{theirs.target_epochs} epochs"
        for column, name in (
            ("train_accuracy", "Training accuracy"),
            ("validation_accuracy", "Validation accuracy"),
        ):
            number = getattr(theirs, column)
            if number is not None:
                yield {
                    "target": target,
                    "quantity": name,
                    "ours": f"{span(rows[column], percent)} ({ours_after})",
                    "post": f"{number:.0%} ({theirs_after})",
                }
        if theirs.epsilon is not None:
            yield {
                "target": target,
                "quantity": "ε by the post's computation (δ = 10⁻⁵)",
                "ours": span(rows["epsilon_as_the_post_computed"], one_decimal),
                "post": one_decimal(theirs.epsilon),
            }
        if theirs.attacker_mse:
            epoch = max(theirs.attacker_mse)
            attacks = rows[rows["attacker"] == POST]
            for release, attack in attacks.groupby("release", sort=False):
                after = count(attack["attacker_epochs"].iloc[0])
                yield {
                    "target": target,
                    "quantity": f"MSE on the attacker's own set ({release})",
                    "ours": f"{span(attack['attacker_mse'], decimals)} ({after} epochs)",
                    "post": f"{decimals(theirs.attacker_mse[epoch])} ({epoch} epochs)",
                }


def _shown(row: Mapping[str, Any], column: str) -> str:
    """An epsilon of a row; what is absent is infinite where there was no noise.

    Of networks that were trained elsewhere there is none to state.
    """
    if row["recipe"] == MODEL_FILE:
        return MISSING
    if math.isnan(row[column]) and not row["noise_multiplier"] > 0:
        return MISSING if column == "epsilon_as_the_post_computed" else "∞"
    return shown_epsilon(row[column])
