"""Which figures a study has, in the order of the page.

Read by the Snakefile, so that nothing here imports matplotlib or TensorFlow.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a study stands above its report
    from intercept.study.study import Study


@dataclass(frozen=True)
class Drawing:
    """One drawing of a figure.

    Attributes:
        path: below the folder of figures, without suffix; its first part names the caption.
        figure: module of `intercept.report.figures`, which draws it.
        section: of the page, which shows it: "answer", "results" or "training".
        title: a heading on the page, and its label in Snakemake's own report.
        alt: alternative text.
        reads: the kinds of files that it is drawn from, besides the manifest of the data; the
            kinds are those of ``FIGURES_READ`` in ``workflow/rules/common.smk``.
        names: what it is of, such as its wire; plain values for `draw`.
        places: what it is drawn from has a file of each of these attacks or trainings.
        folded: whether the page keeps it closed until it is asked for.
    """

    path: str
    figure: str
    section: str
    title: str
    alt: str
    reads: tuple[str, ...]
    names: Mapping[str, Any] = field(default_factory=dict)
    places: Sequence[Mapping[str, Any]] = ()
    folded: bool = False

    @property
    def kind(self) -> str:
        """The first part of its path, which names its caption."""
        return Path(self.path).parts[0]

    @property
    def category(self) -> str:
        """In Snakemake's own report."""
        return "Training" if self.section == "training" else "Results"

    def as_params(self) -> dict[str, Any]:
        """What the drawing hangs on, as plain values."""
        places, names = list(self.places), dict(self.names)
        return {"module": self.module, "names": names, "places": places}

    @property
    def module(self) -> str:
        """The full name of the module that draws it."""
        return f"intercept.report.figures.{self.figure}"

    def on_the_page(self) -> dict[str, Any]:
        """What the page says beside it and where, as plain values, but for its caption."""
        return {name: getattr(self, name) for name in ("section", "kind", "title", "alt", "folded")}


def study_figures(study: "Study") -> dict[str, Drawing]:
    """Every drawing of a study by its path."""
    figures = (_frontier, _leakage_scale, _along_training, _identification, _audited, _learning)
    return {drawing.path: drawing for figure in figures for drawing in figure(study)}


def rebuilding(study: "Study") -> list[str]:
    """The attackers whose answers are images."""
    return [name for name, settings in study.attackers.items() if settings.rebuilds]


def _frontier(study: "Study") -> Iterator[Drawing]:
    yield Drawing(
        "frontier",
        "frontier",
        "answer",
        "Accuracy against leakage",
        "Leakage over accuracy: for every wire what is rebuilt, what is possible and what is "
        "promised; the numbers are in the table of wires.",
        ("summary", "baselines"),
    )


def _leakage_scale(study: "Study") -> Iterator[Drawing]:
    for wire in study.undefended:
        yield Drawing(
            f"leakage-scale/{wire}",
            "leakage_scale",
            "results",
            f"Every attacker from floor to ceiling, cut at {wire}",
            "Two panels, skill and how often the right one is picked out within a character: on "
            "top the baselines, below them a band for each target with a mark for each attacker; "
            "the numbers are in the tables.",
            ("summary", "baselines"),
            names={"wire": wire},
            folded=wire != study.undefended[0],
        )


def _along_training(study: "Study") -> Iterator[Drawing]:
    attacked = _attacks(study, rebuilding(study))
    if any(place["target"] in study.checkpoints for place in attacked):
        yield Drawing(
            "along-training",
            "along_training",
            "results",
            "Leakage along the training",
            "Over the epochs, a line for each training: on top how often the right one is picked "
            "out within a character by the strongest attacker, below it validation accuracy; the "
            "numbers are in the tables.",
            ("summary", "baselines"),
            names={"trainings": list(dict.fromkeys(study.checkpoints.values()))},
        )


def _identification(study: "Study") -> Iterator[Drawing]:
    for wire in study.undefended:
        yield Drawing(
            f"identification/{wire}",
            "identification",
            "results",
            f"Picked out within the first k candidates, cut at {wire}",
            "For each target a curve: the share of images picked out within the first k "
            "candidates, beside guessing; the numbers for one and for five are in the tables.",
            ("summary", "scores"),
            names={"wire": wire},
            places=[place for place in study.attacks() if place["wire"] == wire],
            folded=True,
        )


def _audited(study: "Study") -> Iterator[Drawing]:
    if study.audits():
        yield Drawing(
            "audited",
            "audited",
            "training",
            "What audits show of each epsilon",
            "A row for each audited training, with marks along epsilon: what is stated, and what "
            "is shown at least of this mechanism, of any mechanism and by an outsider; the numbers "
            "are in the table.",
            ("audits",),
        )


def _learning(study: "Study") -> Iterator[Drawing]:
    trained = any(settings.training_epochs for settings in study.targets.values())
    by_steps = {name for name, one in study.attackers.items() if hasattr(one, "steps")}
    by_epochs = {name for name, one in study.attackers.items() if hasattr(one, "epochs")} - by_steps
    targets = list(study.targets)
    for path, title, places, alt in (
        (
            "training",
            "How the targets learned",
            study.trainings() if trained else [],
            "Accuracy over the epochs on the training set and on the validation set, a line for "
            "each target.",
        ),
        (
            "attackers",
            "How the attackers learned",
            _attacks(study, by_epochs),
            "Mean squared error of each attacker that trains a network over the epochs, on the "
            "images that it learns from and on those held out, beside that of the mean image.",
        ),
        (
            "improvement",
            "What each step of an attack brings",
            _attacks(study, by_steps),
            "Over the steps of each attacker that improves its answers: the activation-matching "
            "loss as a share of the start's, and how well images held out are picked out.",
        ),
    ):
        reads = "training_histories" if path == "training" else "histories"
        mean_image = ("summary", "attacker") if path == "attackers" else ()
        if places:
            yield Drawing(
                path,
                "learning",
                "training",
                title,
                alt,
                (reads, *mean_image),
                names={"curves": path, "targets": targets},
                places=places,
                folded=True,
            )


def _attacks(study: "Study", attackers: Collection[str]) -> list[dict[str, Any]]:
    """The attacks by some attackers on the undefended wires."""
    return [
        place
        for place in study.attacks()
        if place["attacker"] in attackers and place["wire"] in study.undefended
    ]
