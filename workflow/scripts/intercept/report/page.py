"""The report page: one HTML file that needs nothing but itself."""

import base64
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from intercept.accounting.assumptions import ASSUMPTIONS
from intercept.accounting.publication import NOT_COVERED
from intercept.bounds.assumptions import ASSUMPTIONS as WIRE_ASSUMPTIONS
from intercept.report import findings, post, tables, targets, wire
from intercept.report.audits import AUDITED, audit_rows
from intercept.report.cells import Cell, number_cell
from intercept.report.comparing import Measured
from intercept.report.formatting import (
    FORMS,
    count,
    in_bits,
    listed,
    power_of_two,
    shortest,
    span,
    three_digits,
)
from intercept.report.frontier import undefended
from intercept.report.gallery import Picture, attack_rows, embedded, strip_rows
from intercept.report.pictures import SHOWN
from intercept.report.rows import judged_groups, not_run_in_words, searching_attackers
from intercept.report.style import percent
from intercept.report.summary import GROUPS
from intercept.report.verdict import FIRST, KINDS, Wire, promise_text, same_attackers, wires

TEMPLATES = Path(__file__).parent / "templates"
"""The folder of what the page is made of; its files are part of the identity of its code."""

_OF_SOME = ("bits", "epsilon", "ratio", "fine_tuned", "characters")  # not every wire has them

DOCS: Mapping[str, str] = {
    "README.md": "what this is",
    "docs/results.md": "what leaks, what stops it",
    "docs/methods.md": "attackers, defences, bounds, epsilons, measures",
    "docs/threat-model.md": "who reads which file",
    "docs/glossary.md": "every term",
    "docs/config.md": "every key of a study",
    "docs/own-network.md": "a network of your own",
    "docs/tasks.md": "common tasks",
    "profiles/README.md": "clusters",
    "docs/performance.md": "what it costs",
    "docs/troubleshooting.md": "faults",
    "CONTRIBUTING.md": "how to add to it",
}
"""The pages of the project's documentation."""


@dataclass(frozen=True)
class FigureFile:
    """One figure of the page.

    Attributes:
        section: of the page: "answer", "results" or "training".
        kind: which of the study's figures it is; those of a kind stand together.
        title: a short heading.
        caption: what to see in it, as plain text.
        png: the image, a PNG file; it is copied into the page.
        alt: what a reader who cannot see the image needs to know.
        folded: whether it stays closed until it is asked for, behind those that are open.
    """

    section: str
    kind: str
    title: str
    caption: str
    png: Path
    alt: str
    folded: bool = False


@dataclass(frozen=True, eq=False)
class Report:
    """What a page shows.

    Attributes:
        name: name of the study.
        manifest: the record of the data set. The post is compared with only when that is
            `omniglot`.
        summary: the rows of summary.csv that were run, at least one; an absent value is NaN.
        not_run: its rows of attacks that could not be.
        baselines: the rows of baselines.csv; an absent value is NaN.
        differences: the rows of differences.csv; an absent value is NaN.
        audits: the rows of audits.csv; an absent value is NaN.
        goal: the record of the study's goal, if it has one.
        attackers: what to say of each attacker, as plain text, by its name.
        defences: likewise of each defence, by its name with its strength.
        figures: within each section in this order.
        originals: the picture of the images that are shown.
        pictures: what each attack rebuilt of them.
        samples: for some sets of images a picture of the first.
        settings: nested mapping of plain values, shown as YAML.
        versions: name of a package or of a piece of provenance -> version.
    """

    name: str
    manifest: Mapping[str, Any]
    summary: pd.DataFrame
    not_run: pd.DataFrame
    baselines: pd.DataFrame
    differences: pd.DataFrame
    audits: pd.DataFrame
    goal: Mapping[str, Any] | None
    attackers: Mapping[str, str]
    defences: Mapping[str, str]
    figures: Sequence[FigureFile]
    originals: Path
    pictures: Sequence[Picture]
    samples: Mapping[str, Path]
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
    found = _found(report)
    template = _environment().get_template("page.html.j2")
    return template.render(
        **_frame(report),
        **_answer(found),
        **_attacks(found),
        **_pictures(found),
        **_conditions(found),
        **_training(found),
    )


def _environment() -> Environment:
    """The templates, with the filters that they use."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count=count,
        emphasised=_emphasised,
        listed=listed,
        percent=percent,
        power_of_two=power_of_two,
        promises=lambda promises: span(promises, promise_text),
        sent=wire.sent,
        settings=lambda values: span(values, shortest),
        span=lambda values, measure="top1": span(values, FORMS[measure]),
        text=lambda found, of="": found.text(percent, of),
        attack=wire.attack,
        attackers_linked=_attackers_linked,
        bits=lambda value: number_cell(value, in_bits),
        counted=lambda value: number_cell(value, count),
        messages=wire.messages,
        promise_cell=wire.promise,
        server_accuracy=wire.server_accuracy,
        ratio=lambda value: number_cell(value, three_digits),
        setting=lambda value: number_cell(value, shortest),
        share=wire.share,
        worst_attack=wire.worst_attack,
    )
    return environment


class _Found(NamedTuple):
    """What several parts of the page go by."""

    report: Report
    shown: pd.DataFrame  # the summary's rows of wires without a defence, where there are any
    groups: list[str]  # of evaluation images, those that there are
    group: str  # the one that the page is about
    subject: str  # the target whose leak is told
    wires: list[Wire]
    leaks: list[Wire]
    with_dp: dict[str, Any] | None


def _found(report: Report) -> _Found:
    summary, shown = report.summary, undefended(report.summary)
    groups = judged_groups(summary)
    group = (groups or ["unseen"])[0]
    every = wires(summary, group) if groups else []
    subject, _ = findings.subject(shown)
    return _Found(
        report=report,
        shown=shown,
        groups=groups,
        group=group,
        subject=subject,
        wires=every,
        leaks=findings.leaks(every, subject),
        with_dp=findings.training_with_dp(summary, report.differences, group) if groups else None,
    )


def _frame(report: Report) -> dict[str, Any]:
    """What stands around the findings: the record of the images, the settings, the script."""
    return {
        "report": report,
        "manifest": report.manifest,
        "validates_apart": report.manifest["validates_apart"],
        "channels": report.manifest["sets"]["evaluation"]["image_shape"][-1],
        "script": _script(),
        "seeds": report.summary["seed"].nunique(),
        "missing": Cell(),
        "settings": _as_yaml(report.settings),
        "docs": DOCS,
    }


def _answer(found: _Found) -> dict[str, Any]:
    """What leaks, what stops it, and the verdict on every wire."""
    report, summary, group = found.report, found.report.summary, found.group
    same = same_attackers(summary)
    costs = wires(summary, group, same) if found.groups else []
    return {
        "group": group,
        "goal_sends": _goal_sends(report.goal, found.wires),
        "counts": {one: int(summary[f"{one}_images"].max()) for one in GROUPS},
        "subject": found.subject,
        "leaks": found.leaks,
        "with_dp": found.with_dp,
        "protected": findings.protection(found.wires),
        "candidates": findings.candidates(summary, group),
        "chance": findings.chance(report.baselines, group),
        "wires": found.wires,
        "unequal": any(len(one.attackers) < summary["attacker"].nunique() for one in found.wires),
        "first_wires": FIRST,
        "costs": costs,
        "columns": {name for name in _OF_SOME if any(_has(one, name) for one in costs)},
        "kinds": [kind for kind in KINDS if any(_met(one, kind) for one in costs)] or KINDS[:1],
        "same_attackers": same,
        "not_private": any(one.fine_tuned.known and one.outside_guarantee for one in found.wires),
    }


def _attacks(found: _Found) -> dict[str, Any]:
    """The attackers, and the tables of attacks, baselines and differences."""
    report, summary, group = found.report, found.report.summary, found.group
    rebuilding = summary[summary["rebuilds"]]
    headline = list(tables.headline_rows(found.shown, group))
    return {
        "headline": headline,
        "headline_measures": tables.headline_measures(summary),
        "feet": list(tables.headline_feet(summary, report.baselines, group)),
        "starred": any(line.cells["epsilon"].value.endswith("*") for line in headline),
        "varying": [key for key in ("seed", "wire") if found.shown[key].nunique() > 1],
        "attackers": list(summary["attacker"].unique()),
        "shadows": list(summary.loc[summary["attacker_kind"] == "shadow", "attacker"].unique()),
        "held_out": summary["held_out_images"].max(),
        "searching": searching_attackers(summary),
        "rebuilding": list(rebuilding["attacker"].unique()),
        "judging": bool(rebuilding["judges_itself"].any()),
        "not_judging": list(rebuilding.loc[~rebuilding["judges_itself"], "attacker"].unique()),
        "attack_tables": list(_attack_tables(summary, report.not_run, found.groups)),
        "not_run": not_run_in_words(report.not_run),
        "baseline_tables": list(_baseline_tables(report.baselines, found.groups)),
        "compared_rows": list(tables.compared_rows(report.differences, group)),
    }


def _pictures(found: _Found) -> dict[str, Any]:
    """The figures, and the images beside what was rebuilt of them."""
    report, summary, group = found.report, found.report.summary, found.group
    opened = found.leaks[0] if found.leaks else None
    of_dp = found.with_dp["targets"] if found.with_dp else []
    files = [report.originals, *(one.file for one in report.pictures)]
    return {
        "figures": [(one, embedded(one.png)) for one in report.figures],
        "pictures": list(map(embedded, files)),
        "drawn": min(int(summary[f"{group}_images"].max()), SHOWN),
        "strip": strip_rows(report.pictures, found.wires, opened, of_dp),
        "rows": attack_rows(report.pictures, summary, group, opened) if found.groups else [],
        "samples": {role: embedded(file) for role, file in report.samples.items()},
    }


def _conditions(found: _Found) -> dict[str, Any]:
    """What the numbers of the wires rest on."""
    summary = found.report.summary
    return {
        "noisy": bool(summary["clip_to_noise_ratio"].notna().any()),
        "linking": bool(summary["links"].any()),
        "wire_assumptions": WIRE_ASSUMPTIONS,
    }


def _training(found: _Found) -> dict[str, Any]:
    """The targets: what they promise of their training, what audits found, what the post had."""
    report, summary = found.report, found.report.summary
    compared = report.manifest["dataset"] == post.DATASET
    privacy = list(targets.privacy_rows(summary))
    return {
        "networks_of_files": targets.networks_of_files(summary),
        "recipes": set(summary["recipe"]),
        "private": bool(((summary["noise_multiplier"] > 0) & (summary["l2_norm_clip"] > 0)).any()),
        "privacy": privacy,
        "told": targets.told(privacy),
        "broken": targets.broken_conditions(summary),
        "assumptions": ASSUMPTIONS,
        "noises": targets.noise_in_words(summary),
        "not_covered": NOT_COVERED if summary["network_is_guaranteed"].any() else (),
        "audits": list(audit_rows(report.audits)),
        "audited": bool(report.audits[list(AUDITED)].notna().any(axis=None)),
        "post_dataset": compared,
        "post_url": post.URL,
        "comparison": list(targets.comparison(summary)) if compared else [],
    }


def _emphasised(text: str) -> Markup:
    """The first word of a text, such as a share, in bold."""
    first, space, rest = text.partition(" ")
    return Markup("<strong>{}</strong>{}{}").format(first, space, rest)


def _attackers_linked(names: Sequence[str]) -> Markup:
    """Names as in a sentence, each a link to what the page says of it."""
    link = Markup('<a href="#attacker-{}">{}</a>')
    return Markup(listed([link.format(quote(name), name) for name in names]))


def _goal_sends(goal: Mapping[str, Any] | None, every: Sequence[Wire]) -> str:
    """What the wire sends that meets a goal best, in words; nothing where there is none."""
    best = goal["wires"][0] if goal and goal["wires"] else {}
    named = [best.get("target"), best.get("wire")]
    return next((wire.sent(one) for one in every if [one.target, one.name] == named), "")


def _has(one: Wire, name: str) -> bool:
    value = getattr(one, name)
    return value.known if isinstance(value, Measured) else not math.isnan(value)


def _met(one: Wire, kind: str) -> bool:
    return any(verdict.attacks[kind].known for verdict in one.verdicts.values())


def _script() -> dict[str, str]:
    """The page's script and what its Content-Security-Policy allows: this script alone."""
    text = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return {"text": Markup(text), "csp": f"sha256-{digest}"}


def _attack_tables(
    summary: pd.DataFrame, not_run: pd.DataFrame, groups: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Every attack on each group of images, the held-out ones last; also those not run."""
    varying = [key for key in ("seed", "wire") if summary[key].nunique() > 1]
    names = ["target", *varying, "attacker"]
    for group in (*groups, "held_out"):
        judged = group == "held_out"
        rows, others = (
            some[some["judges_itself"]] if judged else some for some in (summary, not_run)
        )
        measures, lines = tables.measure_rows(rows, names, group)
        if lines:
            lines += tables.not_run_rows(others, names)
            yield {"group": group, "names": names, "measures": measures, "lines": lines}


def _baseline_tables(baselines: pd.DataFrame, groups: Sequence[str]) -> Iterator[dict[str, Any]]:
    baselines = baselines.astype({"numbers": "Int64"})
    varying = [key for key in ("seed", "numbers") if baselines[key].nunique() > 1]
    names = ["baseline", *(["target"] if baselines["target"].notna().any() else []), *varying]
    for group in groups:
        measures, lines = tables.measure_rows(baselines, names, group)
        if lines:
            yield {"group": group, "names": names, "measures": measures, "lines": lines}


def _as_yaml(settings: Mapping[str, Any]) -> str:
    # By way of JSON, since YAML does not take an OrderedDict, which Snakemake makes of JSON, as
    # the plain mapping that it is.
    plain = json.loads(json.dumps(settings))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
