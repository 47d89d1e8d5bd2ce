"""The networks of a study, before any is trained: what they compute, and where they can be cut."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf

from intercept.accounting.mechanism import MODEL_FILE
from intercept.audit.trainers import build_audited_trainer
from intercept.check.images import Images
from intercept.check.macs import count_macs, uncounted
from intercept.check.timing import forward_seconds
from intercept.devices.interface import OUTPUT, Device
from intercept.networks.cutting import cut as network_cut
from intercept.networks.cutting import cut_at, cuts
from intercept.networks.graph import calls, rescales
from intercept.networks.queried import FEW, Queried, refuse_other_answers
from intercept.runtime.errors import UserError, message_lines
from intercept.study.study import Study
from intercept.training.guesses import said_of_guessing
from intercept.training.loop import Trainer, evaluate
from intercept.training.recipes import build_trainer
from intercept.training.settings import TargetSettings


@dataclass(frozen=True)
class Layer:
    """A layer behind which a network can be cut.

    Attributes:
        name: as `cut_layers` of a configuration may have it.
        shape: of what it puts out for one image.
        device: share of the network's MACs up to it, in [0, 1]; NaN where none are counted.
        bits_each: that a number of it takes.
    """

    name: str
    shape: tuple[int, ...]
    device: float
    bits_each: int = 32

    @property
    def numbers(self) -> int:
        """How many numbers cross the wire for an image."""
        return math.prod(self.shape)

    @property
    def bits(self) -> int:
        """How many bits cross the wire for an image."""
        return self.bits_each * self.numbers


@dataclass(frozen=True)
class Network:
    """What is known of a network.

    Attributes:
        macs: multiply-accumulates for one image; 0 where they are not counted.
        uncounted: types of layers that are not counted in these.
        layers: where it can be cut, from the image on.
        rescales: whether it has a scaling of its own, which may be of pixels.
    """

    macs: int
    uncounted: tuple[str, ...]
    layers: tuple[Layer, ...]
    rescales: bool


@dataclass(frozen=True)
class Judged:
    """How a network of a file does on validation images, before anything is trained.

    Attributes:
        accuracy: how often it is right, in [0, 1].
        largest: share of the largest class, in (0, 1].
        images: how many there are.
        guesses: what to say where it is no better than guessing; else None.
    """

    accuracy: float
    largest: float
    images: int
    guesses: str | None


@dataclass(frozen=True)
class Target:
    """A target that could be made.

    Attributes:
        network: what is known of it.
        cut: the layers of these that the study's wires cut, by how the study names them.
        steps_per_epoch: of its training.
        one_by_one: whether each image's gradient has to be had by itself.
        seconds: processor time that the network takes for one image, forwards.
        judged: of a network that is taken as it is and names classes; else None.
    """

    network: Network
    cut: Mapping[str, Layer]
    steps_per_epoch: int
    one_by_one: bool
    seconds: float
    judged: Judged | None = None


@dataclass
class Targets:
    """All of a study's.

    Attributes:
        found: by name; a checkpoint is as its training.
        refused: what stands in the way of a target or of its wires, with the names of targets.
    """

    found: dict[str, Target] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, name: str, why: str) -> None:
        """Note what stands in the way of a target."""
        names = self.refused.setdefault(why, [])
        if name not in names:
            names.append(name)

    def errors(self) -> list[str]:
        """What stands in the way, a line each."""
        return [f"{why} (of {', '.join(names)})" for why, names in self.refused.items()]

    def crossing(self) -> dict[str, dict[str, int]]:
        """By target and cut layer how many numbers cross the wire for an image."""
        return {
            name: {cut_layer: layer.numbers for cut_layer, layer in one.cut.items()}
            for name, one in self.found.items()
        }


def look_at_targets(study: Study, images: Images) -> Targets:
    """Make every network that the study trains or takes, with fresh weights, and cut it.

    Nothing is trained. What a training or a cut would refuse later is found here.
    """
    targets, seconds = Targets(), dict[tuple[Network, bytes], float]()
    for name in study.targets:
        if name in study.checkpoints:
            continue
        try:
            trainer = _trainer(study, name, images)
        except UserError as error:
            targets.refuse(name, str(error))
            continue
        except Exception as error:  # what a layer of the user's raises
            said = f"{type(error).__name__}: {message_lines(error)[0]}"
            targets.refuse(name, f"targets: the network cannot be built: {said}")
            continue
        network = look_at_network(trainer.network, study.targets[name].serves)
        try:
            judged = _judged(study.targets[name], trainer.network, images)
        except UserError as error:
            targets.refuse(name, str(error))
            continue
        key = network, _content(trainer.network)
        if key not in seconds:
            seconds[key] = forward_seconds(trainer.network)
        targets.found[name] = Target(
            network,
            _cut(study, name, trainer.network, network.layers, targets),
            trainer.steps_per_epoch,
            bool((getattr(trainer, "clipped", None) or {}).get("because")),
            seconds[key],
            judged,
        )
    for name, training in study.checkpoints.items():
        if training in targets.found:
            targets.found[name] = targets.found[training]
    return targets


def look_at_network(network: Device, serves: bool = True) -> Network:
    """Count a network and find where it can be cut.

    Args:
        network: as `intercept.networks.cutting.split` takes it, or one that is `Queried`, in which
            nothing is counted.
        serves: whether there is a server part; else it can be cut behind all of it, too.
    """
    if isinstance(network, Queried):
        places = [Layer(one.name, one.sent, math.nan, one.bits) for one in network.network.places()]
        if not serves and OUTPUT not in [one.name for one in places]:
            places.append(Layer(OUTPUT, network.network.ending().sent, math.nan))
        return Network(0, (), tuple(places), rescales=False)
    model: tf.keras.Model = network
    macs, layers = count_macs(calls(model)), []
    for cut in cuts(model):
        device = 1 - count_macs(cut.server) / macs if macs else math.nan
        layers.append(Layer(cut.layer, tuple(cut.activation.shape[1:]), device))
    if not serves:
        layers.append(Layer(OUTPUT, tuple(model.output_shape[1:]), 1.0))
    return Network(macs, tuple(uncounted(calls(model))), tuple(layers), rescales(model))


def _trainer(study: Study, name: str, images: Images) -> Trainer:
    settings = study.targets[name]
    data = (images.shape, images.classes, images.counts["train"], study.seeds[0])
    if name in study.audit.targets:
        nobody = np.empty(0, np.int64)
        return build_audited_trainer(study.audit.canaries, nobody, settings, *data)
    return build_trainer(settings, *data)


def _content(network: Device) -> bytes:
    """Of one in which nothing is counted, by which it is told from others with equal places."""
    return network.network.content if isinstance(network, Queried) else b""


def _judged(settings: TargetSettings, network: Device, images: Images) -> Judged | None:
    """How often it is right; of one that has yet to be trained, nothing is known."""
    if settings.recipe != MODEL_FILE or not settings.serves or images.validation is None:
        return None
    _, accuracy = evaluate(network, images.validation)
    largest, count = images.validation.majority_share(), len(images.validation)
    guesses = said_of_guessing(settings, network, accuracy, largest, count)
    return Judged(accuracy, largest, count, guesses)


def _name_of_cut(network: Device, cut_layer: str, serves: bool) -> str:
    if not serves and cut_layer == OUTPUT:
        return OUTPUT
    if isinstance(network, Queried):
        return network.place(cut_layer).name
    return cut_at(network, cut_layer).layer


def _cut(
    study: Study,
    name: str,
    network: Device,
    layers: Sequence[Layer],
    targets: Targets,
) -> dict[str, Layer]:
    """The layers that the wires of a target, or of its checkpoints, cut."""
    same = {name, *(one for one, training in study.checkpoints.items() if training == name)}
    wanted = [wire.cut_layer for wire in study.wires.values() if same & set(wire.targets)]
    known, cut = {layer.name: layer for layer in layers}, {}
    for wanted_layer in dict.fromkeys(wanted):
        try:
            settings = study.targets[name]
            cut[wanted_layer] = known[_name_of_cut(network, wanted_layer, settings.serves)]
            if settings.files and settings.answers_any:
                device, _ = network_cut(network, wanted_layer, settings.serves)
                refuse_other_answers(device, f"{name}, cut at {wanted_layer},", FEW)
        except UserError as error:
            targets.refuse(name, str(error))
    return cut
