"""What the user of a study is told of its images, since it may not be as meant."""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

from intercept.datasets.cache import ImageSet, image_hashes

_FEW = 5  # names that are said
_MEAN = 0.25  # how far a set's mean may lie from that of the others
_RIGHT_IN = "a class is a folder right in the folder of its set, which may lie further down"
_TIMES = 2  # how many times the deviation or the range of the others a set's may be, or be less


def differing_sets(described: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Say which sets have values that differ grossly from the others'.

    A set is held against the median over all sets: its mean may differ by 0.25, and its deviation
    and range by a factor of 2.

    Args:
        described: what `intercept.datasets.cache.describe` says of each of three sets or more.
    """
    measures = {
        name: {**one, "range": one["highest"] - one["lowest"]} for name, one in described.items()
    }
    usual = {
        key: median(one[key] for one in measures.values())
        for key in ("lowest", "highest", "mean", "deviation", "range")
    }
    for name, one in measures.items():
        other_mean = abs(one["mean"] - usual["mean"]) > _MEAN
        if other_mean or any(
            max(one[key], usual[key]) > _TIMES * min(one[key], usual[key])
            for key in ("deviation", "range")
        ):
            yield (
                f"The {name} images differ grossly from the other sets': {_in_numbers(one)}; as "
                f"the median of the sets, {_in_numbers(usual)}. What is measured on them may be of "
                "other images than the network was trained on."
            )


def _in_numbers(one: Mapping[str, float]) -> str:
    return (
        f"values from {one['lowest']:.3g} to {one['highest']:.3g}, mean {one['mean']:.3g}, "
        f"deviation {one['deviation']:.3g}"
    )


def other_classes(
    classes: Mapping[str, Collection[str]], within: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """Say which sets have some classes of the target's, and others that may be meant to be those.

    Sets whose classes are all others, such as people whom the target never saw, are not spoken of
    unless a name differs from one of the target's in its case or in how its letters are encoded, or
    unless the folder of the set may have been named too far up: it has one class only, or folders
    in its classes are named like the target's.

    Args:
        classes: their names by set, ``target`` among them.
        within: by set the names of the folders in those of its classes, at any depth.
    """
    own = set(classes["target"])
    alike = {_folded(name): name for name in own}
    if len(own) == 1:
        inside = f", with {_named(within['target'])} in it; {_RIGHT_IN}" if within["target"] else ""
        yield f"All target images are of one class, {_named(own)}{inside}."
    for role, of_set in classes.items():
        others = sorted(set(of_set) - own)
        meant = [(name, alike[_folded(name)]) for name in others if _folded(name) in alike]
        if meant:
            (name, of_target), *_ = meant
            yield (
                f"Of the {role} images the class {name!r} is not the target's {of_target!r}, which "
                f"differs in case or encoding alone{_and_more(meant)}."
            )
        elif others and len(others) < len(of_set):
            yield (
                f"Of the {role} images {len(others)} of {len(of_set)} classes are none of the "
                f"target's: {others[0]!r}{_and_more(others)}."
            )
        elif others:
            deeper = [name for name in within[role] if _folded(name) in alike]
            if deeper:
                yield (
                    f"No class of the {role} images is one of the target's ({_named(others)}), but "
                    f"folders in them have such names ({_named(deeper)}); {_RIGHT_IN}."
                )
            elif len(of_set) == 1:
                yield (
                    f"All {role} images are of one class, {_named(others)}, which is none of the "
                    "target's."
                )


def shared_identities(
    identities: Mapping[str, Collection[str]], are_classes: bool
) -> Iterator[str]:
    """Say whom or what images of two sets show, or those that train the network and validate it.

    Args:
        identities: by name of the part.
        are_classes: whether an identity is what the network tells apart, so that it is validated on
            no others.
    """
    of_sets = {
        "target": {*identities["train"], *identities["validation"]},
        **{role: set(identities[role]) for role in ("attacker", "evaluation")},
    }
    for one, other in (
        ("attacker", "target"),
        ("evaluation", "target"),
        ("evaluation", "attacker"),
    ):
        if both := sorted(of_sets[one] & of_sets[other]):
            yield f"{_of_these(both, of_sets[one], one)} also the {other}'s ({first_few(both)})."
    trained, validated = set(identities["train"]), set(identities["validation"])
    if not are_classes and (both := sorted(trained & validated)):
        yield (
            f"{_of_these(both, validated, 'validation')} trained on ({first_few(both)}): the "
            "accuracy on them says little of others."
        )


def _of_these(some: Collection[str], every: Collection[str], part: str) -> str:
    what = "identity" if len(every) == 1 else "identities"
    return f"{len(some)} of {len(every)} {what} of the {part} images {_are(sorted(some))}"


def first_few(names: Iterable[object]) -> str:
    """The first five names, and how many more there are."""
    every = list(map(str, names))
    more = f" and {len(every) - _FEW} more" if len(every) > _FEW else ""
    return ", ".join(every[:_FEW]) + more


def numbered_classes(names: Sequence[str]) -> Iterator[str]:
    """Say that classes are whole numbers, and in another order than that of the numbers.

    Args:
        names: of the target's classes, in the order in which they are numbered.
    """
    if not all(name.isdecimal() for name in names):
        return
    in_order = sorted(names, key=int)
    apart = [place for place, name in enumerate(names) if name != in_order[place]]
    if apart:
        first = ", ".join(names[: max(4, apart[0] + 1)])
        first += ", …" if len(names) > max(4, apart[0] + 1) else ""
        width = max(map(len, names))
        yield (
            f"Classes are numbered in the order of their names as text: {first}; rename the "
            f"folders to {int(in_order[0]):0{width}}, {int(in_order[1]):0{width}}, … if the "
            "network was trained in the order of the numbers."
        )


def _named(names: Collection[str]) -> str:
    """The first of them."""
    return f"{min(names)!r}{_and_more(sorted(names))}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def blank_images(
    parts: Mapping[str, ImageSet], names: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Say which images have one value throughout, so that there is nothing to see in them.

    Args:
        parts: images by name of the part.
        names: for each part, where each image is from.
    """
    for part, images in parts.items():
        flat = images.images.stored.reshape(len(images), -1)
        blank = np.flatnonzero(flat.min(axis=1) == flat.max(axis=1))
        if len(blank):
            yield (
                f"{len(blank)} of the {part} images {_are(blank)} of one value throughout: "
                f"{names[part][blank[0]]}{_and_more(blank)}."
            )


def repeated_images(
    parts: Mapping[str, ImageSet], names: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Say which images are twice in a part, or both trained on and validated on.

    Args:
        parts: as for `blank_images`.
        names: as for `blank_images`.
    """
    hashes = {part: image_hashes(images.images) for part, images in parts.items()}
    for part, of_part in hashes.items():
        first = {value: index for index, value in reversed(list(enumerate(of_part)))}
        again = [index for index, value in enumerate(of_part) if first[value] != index]
        if again:
            one, other = names[part][first[of_part[again[0]]]], names[part][again[0]]
            yield (
                f"{len(again)} of the {part} images {_are(again)} pixel-identical to another of "
                f"them: {other} to {one}{_and_more(again)}."
            )
    trained = dict(zip(reversed(hashes["train"]), reversed(names["train"]), strict=True))
    both = [index for index, value in enumerate(hashes["validation"]) if value in trained]
    if both:
        one, other = trained[hashes["validation"][both[0]]], names["validation"][both[0]]
        yield (
            f"{len(both)} of the validation images {_are(both)} trained on, so that the accuracy "
            f"on them says too much: {other} is pixel-identical to {one}{_and_more(both)}."
        )


def lone_images(evaluation: ImageSet) -> Iterator[str]:
    """Say how many images are the only one of what they show, so that there is nothing to choose.

    Args:
        evaluation: the images that are sent.
    """
    for group, index in evaluation.groups():
        _, place, counts = np.unique(
            evaluation.characters[index], return_inverse=True, return_counts=True
        )
        alone = np.flatnonzero(counts[place] == 1)
        if len(alone):
            yield (
                f"{len(alone)} of the {len(index)} {group} evaluation images {_are(alone)} the "
                "only one of what they show: within a character these are picked out by whoever "
                "guesses."
            )


def _are(some: Sequence[Any] | np.ndarray) -> str:
    return "is" if len(some) == 1 else "are"


def _and_more(some: Sequence[Any] | np.ndarray) -> str:
    return f", and {len(some) - 1} more" if len(some) > 1 else ""
