"""What a run says before it begins: of what is left out, and of what may not be as it seems.

Free of TensorFlow, since the Snakefile imports it.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from intercept.accounting.mechanism import ELSEWHERE
from intercept.datasets.listing import validates_apart
from intercept.provenance import settings_hash
from intercept.study.study import Study

_LONGEST = 255  # bytes of a file's name; longer ones Snakemake divides


def unattacked(study: Study) -> Iterator[str]:
    """Name the trainings that are in no wire, and the attackers that are of none.

    Args:
        study: which trains and describes them all the same.
    """
    wires = study.wires.values()
    cut = {target for wire in wires for target in wire.targets}
    of_wires = {
        attacker
        for wire in wires
        for target in wire.targets
        for attacker in (*wire.attackers[target], *wire.not_run[target])
    }
    left_out = {
        "target": [name for name in study.targets if name not in {*cut, *study.checkpoints}],
        "attacker": [name for name in study.attackers if name not in of_wires],
    }
    for what, left in left_out.items():
        if left:
            many = f"{what} {left[0]} is" if len(left) == 1 else f"{what}s {', '.join(left)} are"
            yield f"{many} of no wire, so that no attack is made; name it in the {what}s of a wire"


def may_have_been_learned(study: Study) -> Iterator[str]:
    """Name the networks from elsewhere whose training images may be among those that are measured.

    Args:
        study: which says where its images come from.
    """
    elsewhere = {
        name: target for name, target in study.targets.items() if target.recipe in ELSEWHERE
    }
    serving = [name for name, target in elsewhere.items() if target.serves]
    if serving and "folders" in study.dataset and not validates_apart(study.dataset):
        yield (
            f"{', '.join(serving)} may have learned the images that judge accuracy, every fifth "
            "of dataset.folders.target; membership by loss is not measured. Put images that "
            "trained nothing into a folder of their own and name it in dataset.folders.validation"
        )
    if elsewhere and "folder" in study.dataset:
        names = ", ".join(elsewhere)
        many = f"target {names} was" if len(elsewhere) == 1 else f"targets {names} were"
        yield (
            f"{many} trained elsewhere, and dataset.folder divides {study.dataset['folder']!r} "
            "without knowing on which images: some of these may be among those that are sent or "
            "that the attacker owns. If it holds any, give them a folder of their own, in "
            "dataset.folders.target"
        )


def unrecorded(results: Sequence[str], folder: str) -> Iterator[str]:
    """Say that Snakemake cannot hold some results against the study.

    Args:
        results: paths of files that the study writes.
        folder: that they are in.
    """
    lost = [file for file in results if Path(file).exists() and not _recorded(file)]
    if lost:
        yield (
            f"how {len(lost)} of the files in {folder} were made is not known, such as {lost[0]}, "
            "so that a change of the study does not make them anew. Bring .snakemake/metadata "
            f"along from where they were made, or remove {folder}"
        )


def prepared_otherwise(manifest: Path, asked: Mapping[str, Any]) -> Iterator[str]:
    """Say that images were prepared by other settings under the same name.

    Args:
        manifest: of the data set, which may not be there, or be damaged.
        asked: the settings among the parameters of the rule that prepares them.
    """
    try:
        record = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # the jobs that read it say so, if it is damaged
    wanted = settings_hash(asked)
    if isinstance(record, dict) and record.get("settings_sha256", wanted) != wanted:
        yield (
            f"{manifest.parent} was prepared by other settings of dataset. It is prepared anew, "
            "and with it all that any study made of it; if these are other images, give "
            "dataset.name another name"
        )


def _recorded(file: str) -> bool:
    """Whether Snakemake knows how a file was made, or that it is not whole yet."""
    name = urlsafe_b64encode(file.encode()).decode()
    kept = [Path(".snakemake", kind, name) for kind in ("metadata", "incomplete")]
    return len(name) > _LONGEST or any(path.exists() for path in kept)
