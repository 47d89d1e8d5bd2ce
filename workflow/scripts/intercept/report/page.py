"""The report page: one HTML file that needs nothing but itself."""

import base64
import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from intercept.privacy import ASSUMPTIONS
from intercept.report import published as post
from intercept.report.style import MISSING, percent, shown_epsilon
from intercept.report.summary import SEPARATOR

ATTACK = ["target", "release", "attacker"]  # what one attack is, over its seeds
_SAMPLERS = {"poisson": "Poisson", "shuffle-buffer": "shuffle"}
_NOISE_SOURCES = {"os-entropy": "OS entropy", "seed": "seed"}
_EPSILONS = (
    "epsilon",
    "epsilon_replace_one",
    "epsilon_rdp",
    "epsilon_no_amplification",
    "epsilon_as_the_post_computed",
)


@dataclass(frozen=True)
class FigureFile:
    """One figure of the page.

    Attributes:
        title: a short heading.
        caption: what to see in it, as plain text.
        png: the image, a PNG file; it is copied into the page.
        alt: what a reader who cannot see the image needs to know.
    """

    title: str
    caption: str
    png: Path
    alt: str


@dataclass(frozen=True)
class Counts:
    """Images in each set of the study; `seen` + `unseen` = `evaluation`.

    Attributes:
        target_train: images that trained the targets.
        target_validation: images that the targets were validated on.
        attacker: images that the attacker owns.
        evaluation: images that the attack is judged on.
        seen: evaluation images that are pixel-identical to one of the attacker's.
        unseen: the other evaluation images.
    """

    target_train: int
    target_validation: int
    attacker: int
    evaluation: int
    seen: int
    unseen: int


@dataclass(frozen=True, eq=False)
class Report:
    """What a page shows.

    Attributes:
        name: name of the study.
        dataset: name of the dataset; the post is compared with only when it is `omniglot`.
        synthetic: whether the images were generated; the page then says so in several places.
        summary: the rows of summary.csv, at least one; an absent value is NaN.
        counts: images in each set.
        figures: in the order of the page.
        settings: nested mapping of plain values, shown as YAML.
        versions: name of a package or of a piece of provenance -> version.
    """

    name: str
    dataset: str
    synthetic: bool
    summary: pd.DataFrame
    counts: Counts
    figures: Sequence[FigureFile]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]


def render(report: Report) -> str:
    """Return the page of a report as HTML, with its style and images inside.

    Raises:
        ValueError: the summary has no rows.
        OSError: a figure cannot be read.
    """
    if report.summary.empty:
        raise ValueError("a summary without rows gives no report")
    summary = report.summary
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=percent, decimals=decimals, shortest=shortest, signed=signed, count=count
    )
    epsilons = [_epsilon(row) for row in summary.to_dict("records")]
    compared = report.dataset == post.DATASET and not report.synthetic
    return environment.get_template("template.html.j2").render(
        report=report,
        rows=list(zip(summary.to_dict("records"), epsilons, strict=True)),
        varying=[key for key in ("release", "attacker") if summary[key].nunique() > 1],
        references={group: _reference(summary, group) for group in _groups(summary)},
        findings=list(_findings(summary, report.counts)),
        comparison=list(_comparison(summary)) if compared else [],
        post_url=post.URL,
        figures=[(figure, _embedded(figure.png)) for figure in report.figures],
        majority_share=_span(list(summary["majority_share"].dropna()), percent),
        private=bool((summary["noise_multiplier"] > 0).any()),
        starred=any(epsilon.endswith("*") for epsilon in epsilons),
        privacy=list(_privacy(summary)),
        broken=_broken_conditions(summary),
        assumptions=ASSUMPTIONS,
        recipes=set(summary["recipe"]),
        post_dataset=report.dataset == post.DATASET,
        settings=_as_yaml(report.settings),
    )


def decimals(value: float, places: int = 4) -> str:
    """Format a number with fixed `places`; "–" for NaN, "∞" for infinity."""
    if math.isnan(value):
        return MISSING
    return "∞" if math.isinf(value) else f"{value:.{places}f}"


def shortest(value: float) -> str:
    """Format a setting with the digits that it needs; "–" for NaN."""
    return MISSING if math.isnan(value) else f"{value:g}"


def signed(value: float) -> str:
    """Format a skill with its sign and two decimals; "–" for NaN."""
    if math.isnan(value):
        return MISSING
    return f"{value:+.2f}".replace("-", "−")


def count(value: float) -> str:
    """Format a whole number with thousands separators; "–" for NaN."""
    return MISSING if math.isnan(value) else f"{int(value):,}"


def _groups(summary: pd.DataFrame) -> list[str]:
    return [group for group in ("unseen", "seen") if summary[f"{group}_images"].max() > 0]


def _reference(summary: pd.DataFrame, group: str) -> dict[str, str]:
    """What knowing nothing but the attacker's own images scores on a group."""
    mse = summary[f"{group}_mean_image_mse"].dropna()
    candidates = summary[f"{group}_images"].max()
    return {
        "mse": _span(list(mse), decimals),
        "top1": percent(1 / candidates),
        "top5": percent(min(1, 5 / candidates)),
    }


def _span(values: Sequence[float], form: Any) -> str:
    """Format values as one, or as lowest to highest where they differ in the digits shown."""
    if not values:
        return MISSING
    ends = list(dict.fromkeys([form(min(values)), form(max(values))]))
    return " to ".join(ends)


def _strongest(summary: pd.DataFrame) -> pd.DataFrame:
    """Mean over the seeds of each target's strongest attack, in the order of the targets."""
    numbers = ["validation_accuracy", *(f"unseen_{key}" for key in ("mse", "skill", "top1"))]
    attacks = summary.groupby(ATTACK, sort=False).agg(
        {
            "noise_multiplier": "first",
            "target_steps": "first",
            "unseen_mean_image_mse": "first",
            **dict.fromkeys(numbers, "mean"),
        }
    )
    attacks = attacks.reset_index().dropna(subset=["unseen_skill"])
    best = attacks.loc[attacks.groupby("target", sort=False)["unseen_skill"].idxmax()]
    return best.sort_index()


def _epsilon(row: Mapping[str, Any]) -> str:
    """The epsilon of the sampler that ran, with a star where it is not a guarantee."""
    text = _shown(row, "epsilon")
    finite = not math.isnan(row["epsilon"])
    return f"{text}*" if finite and not row["is_a_guarantee"] else text


def _shown(row: Mapping[str, Any], column: str) -> str:
    """An epsilon of a row; what is absent is infinite where there was no noise."""
    if math.isnan(row[column]) and not row["noise_multiplier"] > 0:
        return MISSING if column == "epsilon_as_the_post_computed" else "∞"
    return shown_epsilon(row[column])


def _privacy(summary: pd.DataFrame) -> Iterator[dict[str, str]]:
    """What each target's training did for its images' privacy, as formatted text."""
    for target, rows in summary.groupby("target", sort=False):
        first = rows.iloc[0]
        yield {
            "target": target,
            "noise_multiplier": shortest(first["noise_multiplier"]),
            "l2_norm_clip": shortest(first["l2_norm_clip"]),
            "sampler": _SAMPLERS.get(first["sampler"], MISSING),
            "sampling_probability": _three_digits(first["sampling_probability"]),
            "steps": _span(list(rows["target_steps"]), count),
            "noise_source": _NOISE_SOURCES.get(first["noise_source"], MISSING),
            "delta": _power_of_ten(first["delta"]),
            **{column: _shown(first, column) for column in _EPSILONS},
            "is_a_guarantee": "yes" if rows["is_a_guarantee"].all() else "no",
        }


def _broken_conditions(summary: pd.DataFrame) -> dict[str, str]:
    """Names of targets -> the sentences on what breaks the guarantee of each of them."""
    targets: dict[str, list[str]] = {}
    for target, rows in summary.groupby("target", sort=False):
        texts = [text for text in rows["broken_conditions"] if isinstance(text, str)]
        sentences = dict.fromkeys(part for text in texts for part in text.split(SEPARATOR))
        broken = " ".join(sentences)
        if broken:
            targets.setdefault(broken, []).append(target)
    return {", ".join(names): broken for broken, names in targets.items()}


def _three_digits(value: float) -> str:
    return MISSING if math.isnan(value) else f"{value:.3g}"


def _power_of_ten(value: float) -> str:
    """Format a delta: 10⁻⁵, or with the factor that it needs."""
    if math.isnan(value):
        return MISSING
    factor, exponent = f"{value:e}".split("e")
    power = "10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return power if float(factor) == 1 else f"{float(factor):g} · {power}"


def _findings(summary: pd.DataFrame, counts: Counts) -> Iterator[str]:
    """Say in sentences what the numbers say."""
    best = _strongest(summary)
    candidates = count(counts.unseen)
    trained = best["target_steps"] > 0
    plain = best[best["noise_multiplier"].isna() & trained].head(1).to_dict("records")
    noisy = best[best["noise_multiplier"] > 0]
    for row in plain:
        yield (
            f"Without differential privacy ({row['target']}, validation accuracy "
            f"{percent(row['validation_accuracy'])}), the attack rebuilds the {candidates} images "
            f"that the attacker never saw with an MSE of {decimals(row['unseen_mse'])}, where the "
            f"attacker's mean image scores {decimals(row['unseen_mean_image_mse'])} (skill "
            f"{signed(row['unseen_skill'])}). The true image is the closest of {candidates} "
            f"candidates in {percent(row['unseen_top1'])} of cases; chance is "
            f"{percent(1 / counts.unseen)}."
        )
    if len(noisy):
        effect = "" if not plain else _effect(plain[0]["unseen_top1"], noisy["unseen_top1"])
        yield (
            f"With DP training (noise multiplier "
            f"{_span(list(noisy['noise_multiplier']), shortest)}), validation accuracy is "
            f"{_span(list(noisy['validation_accuracy']), percent)}, skill "
            f"{_span(list(noisy['unseen_skill']), signed)} and identification "
            f"{_span(list(noisy['unseen_top1']), percent)}{effect}."
        )
    controls = best[~(best["noise_multiplier"] > 0)]
    controls = controls[~controls["target"].isin([row["target"] for row in plain])]
    if len(noisy) and len(controls):
        yield (
            f"The controls, which have no noise ({', '.join(controls['target'])}), show what a "
            f"network that is merely worse gives away: validation accuracy "
            f"{_span(list(controls['validation_accuracy']), percent)}, skill "
            f"{_span(list(controls['unseen_skill']), signed)}, identification "
            f"{_span(list(controls['unseen_top1']), percent)}. "
            f"{_beside(controls['unseen_top1'], noisy['unseen_top1'])}"
        )
    if summary["seed"].nunique() == 1:
        yield "These are the results of one seed: how far another would differ is not known."


def _effect(without: float, with_dp: pd.Series) -> str:
    if (with_dp < without).all():
        return ", in each case lower than without DP"
    if (with_dp > without).all():
        return ", in each case higher than without DP"
    return ", neither lower nor higher than without DP throughout"


def _beside(controls: pd.Series, private: pd.Series) -> str:
    """Where the identification of the private targets lies beside that of the controls."""
    if (private < controls.min()).all():
        return "With noise, images are identified less often than at any control."
    if (private > controls.max()).all():
        return "With noise, images are identified more often than at any control."
    if private.between(controls.min(), controls.max()).all():
        return (
            "The targets trained with noise lie within that range, so that these numbers show no "
            "protection of the wire by the noise itself."
        )
    return "The targets trained with noise lie partly within that range and partly outside."


def _comparison(summary: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Set each target that the post also ran beside the post's numbers, as formatted text."""
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
                    "ours": f"{_span(list(rows[column].dropna()), percent)} ({ours_after})",
                    "post": f"{number:.0%} ({theirs_after})",
                }
        if theirs.epsilon is not None:
            yield {
                "target": target,
                "quantity": "ε by the post's computation (δ = 10⁻⁵)",
                "ours": _span(list(rows["epsilon_as_the_post_computed"].dropna()), _one_decimal),
                "post": _one_decimal(theirs.epsilon),
            }
        if theirs.attacker_mse:
            epoch = max(theirs.attacker_mse)
            for (release, attacker), attack in rows.groupby(["release", "attacker"], sort=False):
                after = count(attack["attacker_epochs"].iloc[0])
                yield {
                    "target": target,
                    "quantity": f"MSE on the attacker's own set ({release}, {attacker})",
                    "ours": f"{_span(list(attack['attacker_mse']), decimals)} ({after} epochs)",
                    "post": f"{decimals(theirs.attacker_mse[epoch])} ({epoch} epochs)",
                }


def _one_decimal(value: float) -> str:
    return decimals(value, 1)


def _as_yaml(settings: Mapping[str, Any]) -> str:
    # By way of JSON, since YAML does not take an OrderedDict, which Snakemake makes of JSON, as
    # the plain mapping that it is.
    plain = json.loads(json.dumps(settings))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)


def _embedded(png: Path) -> dict[str, Any]:
    """Return a PNG as a data URI, with the size in CSS pixels at which its text is legible."""
    content = Path(png).read_bytes()
    width, height = struct.unpack(">II", content[16:24])  # of the header, IHDR
    return {
        "uri": "data:image/png;base64," + base64.b64encode(content).decode("ascii"),
        "width": width // 2,  # 200 dots an inch on a page of about 100
        "height": height // 2,
    }
