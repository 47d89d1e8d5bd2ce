"""What is known of a study before it starts, as lines for the terminal."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from intercept.check.cost import Estimate, at_once
from intercept.check.images import Images
from intercept.check.plan import Job
from intercept.check.targets import Judged, Target, Targets
from intercept.runtime.columns import aligned
from intercept.study.study import Study
from intercept.training.loop import minutes
from intercept.training.settings import RecipeSettings

_CLASSES = 8  # whose names are said


def of_images(study: Study, images: Images) -> Iterator[str]:
    """The section on images."""
    dataset = study.dataset
    source = "folders" if {"folder", "folders"} & set(dataset) else "TensorFlow Datasets"
    yield (
        f"Images: {dataset['name']}, from {source}; {_shape(images.shape)} (height × width × "
        f"channels); {images.classes} classes"
    )
    rows = [("", "images", "read", "range", "mean", "deviation", "classes", "characters")]
    for part, count in images.counts.items():
        one = images.described[part]
        rows.append(
            (
                part,
                f"{count:,}",
                f"{one['images']:,}",
                f"{one['lowest']:.3g} to {one['highest']:.3g}",
                f"{one['mean']:.3f}",
                f"{one['deviation']:.3f}",
                str(one["labels"]),
                str(one["characters"]),
            )
        )
    yield from _indented(aligned(rows, "<>>>>>>>"))
    if images.sampled:
        yield "  Range, mean, deviation, classes and remarks are of the images that were read."
    if images.class_names:
        yield f"  Classes in the order of a network's outputs: {_first(images.class_names)}."
    yield f"  {images.shared}"
    yield from (f"  {remark}" for remark in images.remarks)


def of_targets(study: Study, targets: Targets) -> Iterator[str]:
    """The section on targets, those with equal networks together."""
    yield "Targets: the layers behind which each can be cut, what crosses for an image (float32)"
    yield "and the share of the computation (of multiply-accumulates, MACs) on the device"
    alike: dict[tuple[object, ...], list[str]] = {}
    for name, target in targets.found.items():
        layers = {layer.name for layer in target.cut.values()}
        alike.setdefault((target.network, *sorted(layers)), []).append(name)
    for names in alike.values():
        for name in names:
            yield f"  {name}: {_made(study, name, targets.found[name])}"
            yield from (f"    {line}" for line in _right(targets.found[name].judged))
        yield from (f"    {line}" for line in _layers(targets.found[names[0]]))


def _made(study: Study, name: str, target: Target) -> str:
    settings = study.targets[name]
    if name in study.checkpoints:
        return f"checkpoint of {study.checkpoints[name]} after {settings.training_epochs} epochs"
    if not isinstance(settings, RecipeSettings):
        first, more = settings.files[:3], len(settings.files[3:])
        files = ", ".join([*first, *([f"{more} more"] if more else [])])
        return f"as it is in {files or settings.recipe}"
    file = getattr(settings, "architecture", None)
    steps = settings.epochs * target.steps_per_epoch
    until = getattr(settings, "stop_at_accuracy_of", None)
    return (
        f"trained here by {settings.recipe}{f' from {file}' if file else ''}, "
        f"{'at most ' if until else ''}{settings.epochs} epochs, {steps:,} steps of "
        f"{settings.batch_size} images{f', until as accurate as {until}' if until else ''}"
    )


def _right(judged: Judged | None) -> Iterator[str]:
    if judged is None:
        return
    yield (
        f"right on {_percent(judged.accuracy)} of {judged.images:,} validation images; the largest "
        f"class has {_percent(judged.largest)}"
    )
    if judged.guesses:
        yield f"!! {judged.guesses}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _first(names: Sequence[str]) -> str:
    shown = [name if name.isprintable() else repr(name) for name in names[:_CLASSES]]
    others = len(names) - len(shown)
    return ", ".join(shown) + (f" and {others:,} more, {len(names):,} in all" if others else "")


def _layers(target: Target) -> Iterator[str]:
    network = target.network
    cut = {layer.name for layer in target.cut.values()}
    rows = [("layer", "output", "numbers", "bits", "on the device", "")]
    for layer in network.layers:
        share = "unknown" if math.isnan(layer.device) else f"{100 * layer.device:.1f}%"
        mark = "<- cut here" if layer.name in cut else ""
        numbers, bits = f"{layer.numbers:,}", f"{layer.bits:,}"
        rows.append((layer.name, _shape(layer.shape), numbers, bits, share, mark))
    yield from aligned(rows, "<<>>><")
    if not network.macs:
        yield "What it computes is not counted."
        return
    yield f"The whole network has {network.macs:,} MACs for an image."
    if network.uncounted:
        yield f"Not counted in these, and so taken for 0: {', '.join(network.uncounted)}."


def of_wires(study: Study) -> Iterator[str]:
    """The section on wires."""
    seeds = len(study.seeds)
    yield (
        f"Wires: {len(study.places())} of {len(study.targets)} targets and {seeds} "
        f"seed{'s' if seeds > 1 else ''}; attacks: {len(study.attacks())}"
    )
    rows = [("", "defence", "targets", "attacked by (how many targets)")]
    for name, wire in study.wires.items():
        by = Counter(one for attackers in wire.attackers.values() for one in attackers)
        attackers = ", ".join(f"{one} ({by[one]})" for one in study.attackers if by[one])
        reasons = {one: why for not_run in wire.not_run.values() for one, why in not_run.items()}
        attackers += "".join(f"; not run: {one} ({why})" for one, why in reasons.items())
        defence = wire.defence.defence
        rows.append((name, defence, str(len(wire.targets)), attackers))
    yield from _indented(aligned(rows, "<<><"))


def of_cost(
    jobs: Sequence[Job],
    estimates: Sequence[Estimate],
    cores: int,
    allowed: int | None,
    machine: int,
) -> Iterator[str]:
    """The section on cost.

    Args:
        jobs: the plan.
        estimates: of its rules.
        cores: how many jobs run at once at most.
        allowed: megabytes that they may ask for together; None for as much as they like.
        machine: megabytes that there are.
    """
    yield f"Cost: {len(jobs)} jobs are left, as Snakemake plans them now"
    if not jobs:
        return
    rows = [("", "jobs", "memory each, MB", "processor time")]
    for one in estimates:
        time = "not estimated" if one.seconds is None else f"about {minutes(one.seconds)}"
        rows.append((one.rule, str(one.jobs), f"{one.megabytes:,}", time))
    yield from _indented(aligned(rows, "<>>>"))
    most = max(one.megabytes for one in estimates)
    limit = f"{allowed:,} MB at once" if allowed else "any amount"
    yield (
        f"  Memory: the largest job asks for {most:,} MB; profiles/default allows {limit}; this "
        f"machine has {machine:,} MB."
    )
    if allowed and most > allowed:
        yield (
            "  That job is run alone, and may take more than the profile allows. Fewer "
            "augmentation.copies, a smaller dataset.size or a cut that sends fewer numbers make it "
            "less."
        )
    known = sum(one.seconds for one in estimates if one.seconds is not None)
    beside = at_once(jobs, cores, allowed)
    yield (
        f"  Time: an order of magnitude, {minutes(known)} of processor time in all; with "
        f"--cores {cores} {minutes(known / beside)} or more."
    )
    left_out = [one.rule for one in estimates if one.seconds is None]
    if left_out:
        yield f"  Not in it: {', '.join(left_out)}."
    finished = [one.rule for one in estimates if one.finished]
    yield (
        "  Estimated from numbers of images and epochs, and from networks timed on this machine"
        + (f"; by this study's finished jobs: {', '.join(finished)}." if finished else ".")
    )


def _shape(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
