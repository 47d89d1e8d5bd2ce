"""Which figures the report page shows, in their order; free of TensorFlow, for the Snakefile."""

from itertools import product
from pathlib import Path

from intercept.study import Study

_SINGLE = {
    "identification": (
        "Identification",
        "For each target the share of images picked out by their reconstruction, beside chance; "
        "the numbers are in the table above.",
    ),
    "training": (
        "How the targets learned",
        "Accuracy over the epochs on the training set and on the validation set, a line for each "
        "target.",
    ),
    "attackers": (
        "How the attackers learned",
        "Mean squared error of each attacker on its own images over the epochs, beside that of "
        "the mean image.",
    ),
    **{
        f"sample-{role}": (f"A sample of the {role} set", "The first sixteen images of the set.")
        for role in ("target", "attacker", "evaluation")
    },
}


def page_figures(study: Study, captions: Path) -> dict[str, dict[str, str]]:
    """What the page says beside each figure.

    Args:
        study: whose seeds, cut layers and attackers each have a figure of reconstructions.
        captions: the folder of ``<figure>.rst``, which Snakemake's own report shows too.

    Returns:
        ``title``, ``alt`` and ``caption`` by the figure's path without suffix, relative to the
        folder of figures.
    """
    figures = {}
    caption = (captions / "reconstructions.rst").read_text().strip()
    for seed, release, attacker in product(study.seeds, study.cut_layers, study.attackers):
        figures[f"reconstructions/seed-{seed}-{release}-{attacker}"] = {
            "title": f"Reconstructions by attacker {attacker}, cut at {release}, seed {seed}",
            "alt": "A grid: the first evaluation images on top, below them a row for each target "
            "with what the attacker rebuilt from the activations.",
            "caption": caption,
        }
    for name, (title, alt) in _SINGLE.items():
        caption = (captions / f"{name}.rst").read_text().strip()
        figures[name] = {"title": title, "alt": alt, "caption": caption}
    return figures
