"""Which figures the report page shows, in their order; free of TensorFlow, for the Snakefile."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from intercept.study import Study


class Entry(NamedTuple):
    """One figure of the page.

    Attributes:
        path: without suffix.
        title: a heading.
        alt: alternative text.
        folded: whether the page keeps it closed, since it shows for another seed, cut layer or
            target what a figure before it shows.
    """

    path: str
    title: str
    alt: str
    folded: bool = False


def rebuilding(study: Study) -> list[str]:
    """The attackers whose answers are images."""
    return [name for name, settings in study.attackers.items() if settings.rebuilds]


def improving(study: Study) -> list[str]:
    """The attackers whose history tells of steps, each of which improves their answers."""
    return [name for name, settings in study.attackers.items() if hasattr(settings, "steps")]


def learning(study: Study) -> list[str]:
    """The attackers whose history tells of epochs, in which they learn from their images."""
    stepwise = improving(study)
    return [
        name
        for name, settings in study.attackers.items()
        if hasattr(settings, "epochs") and name not in stepwise
    ]


def noisy(study: Study) -> bool:
    """Whether some wire has noise."""
    return any(
        hasattr(release.defence, "clip_to_noise_ratio") for release in study.releases.values()
    )


def defended_cuts(study: Study) -> list[tuple[str, str]]:
    """Target and cut layer wherever a defence at the wire stands."""
    return [
        (target, layer)
        for target in study.targets
        for layer in study.cut_layers
        if any(
            release.defended and release.cut_layer == layer and target in release.targets
            for release in study.releases.values()
        )
    ]


def page_figures(study: Study, captions: Path) -> dict[str, dict[str, Any]]:
    """What the page says beside each figure.

    Args:
        study: whose targets, seeds, cut layers and attackers have figures of their own.
        captions: the folder of ``<figure>.rst``, which Snakemake's own report shows too.

    Returns:
        ``kind``, ``title``, ``alt``, ``folded`` and ``caption`` by the figure's path without
        suffix, relative to the folder of figures. The kind is the first part of that path, and
        names the caption's file.

    Raises:
        OSError: a caption cannot be read.
    """
    return {
        entry.path: {
            "kind": (kind := Path(entry.path).parts[0]),
            "title": entry.title,
            "alt": entry.alt,
            "folded": entry.folded,
            "caption": (captions / f"{kind}.rst").read_text().strip(),
        }
        for entries in (
            _pictures,
            _leakage,
            _identification,
            _along_training,
            _defences,
            _learning,
            _samples,
        )
        for entry in entries(study)
    }


def _leakage(study: Study) -> Iterator[Entry]:
    for release in study.undefended:
        yield Entry(
            f"leakage-scale/{release}",
            f"Leakage from floor to ceiling, cut at {release}",
            "Two panels, skill and identification within a character: on top the baselines, below "
            "them a band for each target with a mark for each attacker; the numbers are in the "
            "tables above.",
            folded=release != study.undefended[0],
        )


def _defences(study: Study) -> Iterator[Entry]:
    if not rebuilding(study):
        return
    yield Entry(
        "frontier",
        "Leakage over accuracy",
        "Leakage over accuracy: a mark for every target and defence, two panels for each cut "
        "layer, of who has to rebuild and of who has the candidates; the numbers are in the table "
        "above.",
    )
    if noisy(study):
        yield Entry(
            "bounds",
            "Attacked, possible and promised",
            "Over the ratio of clip to noise, three marks for each noisy wire: the strongest "
            "attack, what is possible and what is promised; the numbers are in the tables above.",
        )
    for number, (seed, cut) in enumerate(product(study.seeds, defended_cuts(study))):
        target, layer = cut
        yield Entry(
            f"defences/seed-{seed}-{layer}-{target}",
            f"{target} behind each defence, cut at {layer}, seed {seed}",
            "A grid: the first images on top, below them a row for each defence with what its "
            "strongest attacker rebuilt.",
            folded=number > 0,
        )


def _pictures(study: Study) -> Iterator[Entry]:
    attackers = rebuilding(study)
    first = study.seeds[0], study.undefended[0]
    for seed, release in product(study.seeds, study.undefended):
        for attacker in study.attackers_at(release):
            if attacker in attackers:
                yield Entry(
                    f"reconstructions/seed-{seed}-{release}-{attacker}",
                    f"Reconstructions by attacker {attacker}, cut at {release}, seed {seed}",
                    "A grid: the first evaluation images on top, below them a row for each target "
                    "with what the attacker rebuilt from the activations.",
                    folded=(seed, release) != first,
                )
    if not attackers:
        return
    for seed, release in product(study.seeds, study.undefended):
        for target in study.releases[release].targets:
            if target in study.checkpoints:
                continue
            yield Entry(
                f"by-attacker/seed-{seed}-{release}-{target}",
                f"{target} by every attacker, cut at {release}, seed {seed}",
                "Two grids, of the first images and of some drawn at random: the images on top, "
                "below them a row for each attacker with what it rebuilt.",
            )
    for seed, release in product(study.seeds, study.undefended):
        yield Entry(
            f"extremes/seed-{seed}-{release}",
            f"Best, median and worst reconstructions, cut at {release}, seed {seed}",
            "For each target a row of images and below it what its strongest attacker rebuilt: "
            "four of the best, four of the middle and four of the worst.",
            folded=(seed, release) != first,
        )


def _identification(study: Study) -> Iterator[Entry]:
    for release in study.undefended:
        yield Entry(
            f"identification/{release}",
            f"Identification among all candidates, cut at {release}",
            "For each target a curve: the share of images identified within the first k "
            "candidates, beside chance; the numbers for one and for five are in the tables above.",
            folded=release != study.undefended[0],
        )


def _along_training(study: Study) -> Iterator[Entry]:
    attacked = {
        (target, attacker)
        for name in study.undefended
        for target, attackers in study.releases[name].attackers.items()
        for attacker in attackers
    }
    if any(t in study.checkpoints and a in rebuilding(study) for t, a in attacked):
        yield Entry(
            "along-training",
            "Leakage along the training",
            "Over the epochs, a line for each training: on top identification within a character "
            "by the strongest attacker, below it validation accuracy; the numbers are in the "
            "tables above.",
        )


def _learning(study: Study) -> Iterator[Entry]:
    if any(settings.training_epochs for settings in study.targets.values()):
        yield Entry(
            "training",
            "How the targets learned",
            "Accuracy over the epochs on the training set and on the validation set, a line for "
            "each target.",
        )
    if learning(study):
        yield Entry(
            "attackers",
            "How the attackers learned",
            "Mean squared error of each attacker that trains a network over the epochs, on the "
            "images that it learns from and on those held out, beside that of the mean image.",
        )
    if improving(study):
        yield Entry(
            "improvement",
            "What each step brings",
            "Over the steps of each attacker that improves its answers, a line for each target: "
            "misfit of the activations, and identification of the attacker's held-out images.",
        )


def _samples(study: Study) -> Iterator[Entry]:
    for role in ("target", "attacker", "evaluation"):
        yield Entry(
            f"sample-{role}",
            f"A sample of the {role} set",
            "The first sixteen images of the set.",
        )
