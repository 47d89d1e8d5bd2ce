"""What the page says of the targets themselves: their privacy, and the post's numbers beside."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from intercept.accounting.assumptions import NOISE
from intercept.accounting.mechanism import ELSEWHERE
from intercept.report import post
from intercept.report.cells import Cell, number_cell, span_cell
from intercept.report.formatting import (
    count,
    decimals,
    one_decimal,
    power_of_ten,
    shortest,
    span,
    three_digits,
)
from intercept.report.strongest import posts_decoder
from intercept.report.style import MISSING, percent, shown_epsilon
from intercept.report.summary import SEPARATOR, Row

_SAMPLERS = {"poisson": "Poisson", "shuffle-buffer": "shuffle"}
_NOISE_SOURCES = {"os-entropy": "OS entropy", "seed": "seed"}
_EPSILONS = (
    "epsilon",
    "epsilon_replace_one",
    "epsilon_rdp",
    "epsilon_no_amplification",
    "epsilon_as_the_post_computed",
)
_HEADINGS = {
    "ε": _EPSILONS,
    "Training": (
        *("delta", "noise_multiplier", "l2_norm_clip", "sampler", "sampling_probability"),
        *("steps", "noise_source"),
    ),
}


def starred_epsilon(row: Row) -> Cell:
    """The epsilon of the sampler that ran, with a star where it does not hold for the network.

    Args:
        row: one row of summary.csv.
    """
    cell = _shown(row, "epsilon")
    finite = not math.isnan(row["epsilon"])
    starred = finite and not row["network_is_guaranteed"]
    return replace(cell, value=f"{cell.value}*") if starred else cell


def networks_of_files(summary: pd.DataFrame) -> list[dict[str, Any]]:
    """Whether networks that were trained elsewhere know the classes of this data set.

    Left out are device parts without a server part, which name no classes.

    Returns:
        For each such target its name ``target``; in [0, 1] its validation ``accuracy`` and the
        share of the ``largest`` class among the validation images; whether it ``guesses``, which is
        where the first is not above the second beyond chance; and whether that is ``untold``, of so
        few images that no network could be.
    """
    of_files = summary[summary["recipe"].isin(ELSEWHERE) & summary["validation_accuracy"].notna()]
    found = []
    for row in of_files.drop_duplicates("target").to_dict("records"):
        untold = bool(pd.isna(row["beats_guessing"]))
        found.append(
            {
                "target": str(row["target"]),
                "accuracy": row["validation_accuracy"],
                "largest": row["majority_share"],
                "guesses": not (untold or row["beats_guessing"]),
                "untold": untold,
            }
        )
    return found


def privacy_rows(summary: pd.DataFrame) -> Iterator[dict[str, Cell | str]]:
    """What each target's training did for its images' privacy, by column."""
    for target, rows in summary.groupby("target", sort=False):
        first = rows.iloc[0]
        yield {
            "target": str(target),
            "noise_multiplier": number_cell(first["noise_multiplier"], shortest),
            "l2_norm_clip": number_cell(first["l2_norm_clip"], shortest),
            "sampler": _SAMPLERS.get(first["sampler"], MISSING),
            "sampling_probability": number_cell(first["sampling_probability"], three_digits),
            "steps": span_cell(rows["target_steps"], count),
            "noise_source": _NOISE_SOURCES.get(first["noise_source"], MISSING),
            "delta": number_cell(first["delta"], power_of_ten),
            **{column: _shown(first, column) for column in _EPSILONS},
            "guarantee": _guarantee(rows),
        }


def told(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The columns of `privacy_rows` in which any row has something, by the heading over them."""

    def known(column: str) -> bool:
        shown = [row[column] for row in rows]
        return any((one.value if isinstance(one, Cell) else one) != MISSING for one in shown)

    found = {heading: list(filter(known, columns)) for heading, columns in _HEADINGS.items()}
    return {heading: columns for heading, columns in found.items() if columns}


def _guarantee(rows: pd.DataFrame) -> str:
    if rows["is_a_guarantee"].all():
        return "yes"
    return "for the network alone" if rows["network_is_guaranteed"].all() else "no"


def noise_in_words(summary: pd.DataFrame) -> dict[str, str]:
    """Names of targets -> how the noise of their training was drawn and added."""
    noisy = summary[summary["noise_multiplier"] > 0]
    return {
        ", ".join(map(str, rows["target"].unique())): NOISE[str(generator)]
        for generator, rows in noisy.groupby("noise_generator", sort=False)
    }


def broken_conditions(summary: pd.DataFrame) -> dict[str, str]:
    """Names of targets -> the sentences on what breaks the guarantee of each of them."""
    targets: dict[str, list[str]] = {}
    for target, rows in summary.groupby("target", sort=False):
        texts = [text for text in rows["broken_conditions"] if isinstance(text, str)]
        sentences = dict.fromkeys(part for text in texts for part in text.split(SEPARATOR))
        broken = " ".join(sentences)
        if broken:
            targets.setdefault(broken, []).append(str(target))
    return {", ".join(names): broken for broken, names in targets.items()}


def comparison(summary: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Set each target that the post also ran beside the post's numbers.

    Yields:
        Formatted text: ``target``, ``quantity``, ``ours`` and ``post``. Of the attacks, only those
        by the post's own attacker have a counterpart.
    """
    for target, rows in summary.groupby("target", sort=False):
        first = rows.iloc[0]
        theirs = post.of_the_post(first["recipe"], first["noise_multiplier"])
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
                    "target": str(target),
                    "quantity": name,
                    "ours": f"{span(rows[column], percent)} ({ours_after})",
                    "post": f"{number:.0%} ({theirs_after})",
                }
        if theirs.epsilon is not None:
            yield {
                "target": str(target),
                "quantity": "ε by the post's computation (δ = 10⁻⁵)",
                "ours": span(rows["epsilon_as_the_post_computed"], one_decimal),
                "post": one_decimal(theirs.epsilon),
            }
        if theirs.attacker_mse:
            epoch = max(theirs.attacker_mse)
            attacks = rows[rows["attacker"] == posts_decoder(summary)]
            for wire, attack in attacks.groupby("wire", sort=False):
                after = count(attack["attacker_epochs"].iloc[0])
                yield {
                    "target": str(target),
                    "quantity": f"MSE on the adversary's own set ({wire})",
                    "ours": f"{span(attack['attacker_mse'], decimals)} ({after} epochs)",
                    "post": f"{decimals(theirs.attacker_mse[epoch])} ({epoch} epochs)",
                }


def _shown(row: Row, column: str) -> Cell:
    """An epsilon of a row; what is absent is infinite where there was no clipping or no noise.

    Of networks that were trained elsewhere there is none to state.
    """
    if row["recipe"] in ELSEWHERE:
        return Cell()
    private = row["noise_multiplier"] > 0 and row["l2_norm_clip"] > 0
    if math.isnan(row[column]) and not private:
        computed = column == "epsilon_as_the_post_computed"
        return Cell() if computed else Cell("∞", number=math.inf)
    return number_cell(row[column], shown_epsilon)
