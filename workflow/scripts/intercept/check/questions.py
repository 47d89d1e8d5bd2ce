"""What a configuration leaves open, asked as the key that would say it, with an example."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from intercept.configuration.refusals import key
from intercept.configuration.sections import Configuration

_FOLDERS = "{target: photos/target, attacker: photos/attacker, evaluation: photos/evaluation}"
_SPLITS = {
    "train": '"train[:90%]"',
    "validation": '"train[90%:]"',
    "attacker": '"test[:50%]"',
    "evaluation": '"test[50%:]"',
}
_EXAMPLES = {
    "study": "mine",
    "seeds": "[1]",
    "dataset": f"{{name: photographs, folders: {_FOLDERS}}}",
    "dataset.name": "photographs",
    "dataset.splits": f"{{{', '.join(f'{part}: {split}' for part, split in _SPLITS.items())}}}",
    "dataset.features": "{image: image, label: label, character: label}",
    "targets": "{mine: {model: network.keras}}",
    "wires": "{plain: {cut_layers: [code]}}",
    "attackers": "{decoder: {}, retrieval: {}}",
    **{f"dataset.splits.{part}": split for part, split in _SPLITS.items()},
    **{f"dataset.folders.{x}": f"photos/{x}" for x in ("target", "attacker", "evaluation")},
    "dataset.features.image": "image",
    "dataset.features.label": "label",
    "dataset.features.character": "label",
    "cut_layers": "[code]",
}
_PIXELS = (
    ", unless the network expects them from 0 to 1 — for example: pixels: [0, 255]",
    ", since the network has a scaling of its own, and gets them from 0 to 1 if nothing is said; "
    "none gives them from 0 to 255 — for example: pixels: none",
)
"""How a network without a scaling of its own is asked, and one with it."""


def missing_keys(config: Mapping[str, Any]) -> list[str]:
    """Every key that a configuration needs and has not, such as ``dataset.features.label``."""
    try:
        Configuration.model_validate(dict(config))
        found = []
    except ValidationError as error:
        found = [key(one["loc"]) for one in error.errors() if one["type"] == "missing"]
    dataset = config.get("dataset")
    if isinstance(dataset, Mapping) and not {"folder", "folders"} & set(dataset):
        found += [f"dataset.{name}" for name in ("splits", "features") if name not in dataset]
    return found


def unsaid_pixels(config: Mapping[str, Any], rescaling: Mapping[str, bool]) -> Iterator[str]:
    """The lines that ask what a network of a file expects of pixels, where nothing says it.

    Args:
        config: the configuration.
        rescaling: of the targets that could be made, whether their network has a scaling of its
            own.
    """
    for name, entry in config["targets"].items():
        if "model" in entry and "pixels" not in entry and name in rescaling:
            yield f"Not said: targets.{name}.pixels{_PIXELS[rescaling[name]]}"


def unsaid_scalings(
    architectures: Mapping[str, str], rescaling: Mapping[str, bool]
) -> Iterator[str]:
    """The lines that ask of each file to be trained whether its own scaling is meant.

    Args:
        architectures: the path of the file of each target that has one.
        rescaling: as for `unsaid_pixels`.
    """
    targets: dict[str, list[str]] = {}
    for name, path in architectures.items():
        if rescaling.get(name):
            targets.setdefault(path, []).append(name)
    for path, names in targets.items():
        yield (
            f"Asked: the architecture {path} has a scaling of its own, and is trained on pixels "
            "from 0 to 1; if it expects them from 0 to 255, take the scaling out and save it again "
            f"(of {', '.join(names)})"
        )


def question(place: str, labels: Mapping[str, str] | None = None) -> str:
    """The line that asks for a key.

    Args:
        place: the path to it.
        labels: examples of the data set's own features, by path, if they are known.
    """
    last = place.rpartition(".")[2]
    example = {**_EXAMPLES, **(labels or {})}.get(place) or _EXAMPLES.get(last, "...")
    return f"Missing: {place} — for example: {last}: {example}"
