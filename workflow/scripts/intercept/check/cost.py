"""How long a study will take on this machine, as an order of magnitude.

Of a rule whose jobs have finished in this study, the time that these took is taken. Else what a
job does is counted (images, passes, multiply-accumulates) and multiplied by what that takes: by
networks that are timed here for a moment, or by constants of the demonstration and of Omniglot,
times how fast this machine is beside the one where these were taken.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

import tensorflow as tf

from intercept.attackers.auxiliary import MOST_FOLDS, SAMPLE_EVERY
from intercept.attackers.decoder.settings import Settings as DecoderSettings
from intercept.attackers.networks import (
    build_decoder,
    build_encoder,
    keeps_positions,
    nearest_stride,
)
from intercept.attackers.post.attacker import build_decoder as build_decoder_of_the_post
from intercept.attackers.prior.settings import Settings as PriorSettings
from intercept.attackers.refine.settings import Settings as RefineSettings
from intercept.attackers.settings import DenseSettings, TrainedSettings
from intercept.attackers.shadow.networks import build_shadow
from intercept.attackers.shadow.settings import Settings as ShadowSettings
from intercept.baselines.autoencoder import epochs_for as epochs_of_autoencoder
from intercept.check.images import Images
from intercept.check.measured import measured_jobs
from intercept.check.plan import Job
from intercept.check.targets import Targets
from intercept.check.timing import forward_seconds
from intercept.defences.settings import TrainedSettings as TrainedDefenceSettings
from intercept.metrics.embedding import EPOCHS, EPOCHS_OF_A_FOLD, epochs_for
from intercept.study.study import Study
from intercept.training.settings import RecipeSettings

_BACKWARDS = 3  # a step of training, in times of forwards alone
_JUDGING = 2  # an attacker that judges itself learns about as much once more
_ONE_BY_ONE = 3.5  # clipping each image by itself: 2 to 5
_OF_THE_POST = 47  # TensorFlow Privacy's step beside an ordinary one; see docs/performance.md

# Processor seconds where the demonstration and Omniglot were measured, and a network's there.
_REFERENCE = 2.4e-4  # of the network of `_pace`, for an image
_DENSE = 4e-4  # of dense layers onto components, an image and pass, judging included
_EMBEDDED = 1e-3  # of the character embedding, an image and pass
_PREPARED = 0.1  # of reading and writing a million pixels
_ALTERED = 0.15  # of altering a million pixels
_MEASURED = (1.5e-3, 0.3e-6)  # of measuring answers: an image, and a pixel of it
_BOUNDED = 2.0  # of bounds, of a defence that is not trained, of ranking candidates
_ENCODED = 1e-4  # of a defence that is trained, an image and pass
_LIGHT = 0.4  # a job without TensorFlow, in times of the start of one with it

_WITHOUT_TENSORFLOW = {
    *("plot_figure", "draw_pictures", "draw_sample", "collect_summary", "compare_rows"),
    *("judge_goal", "meet_goal", "check_bounds", "check_audits", "render_report"),
}
_START_ALONE = {"take_checkpoint", "account_privacy", "cut_target"}


@dataclass(frozen=True)
class Estimate:
    """What the jobs of a rule will take.

    Attributes:
        rule: its name.
        jobs: how many there are.
        megabytes: the most that one of them asks for.
        seconds: processor time of all; None where it is not estimated.
        finished: whether it is by what finished jobs took.
    """

    rule: str
    jobs: int
    megabytes: int
    seconds: float | None
    finished: bool


def estimate(
    study: Study, images: Images, targets: Targets, jobs: Sequence[Job], start: float
) -> list[Estimate]:
    """What each rule of a plan will take, in the plan's order.

    Args:
        study: whose plan it is.
        images: what is known of its images.
        targets: what is known of its targets.
        jobs: the plan.
        start: processor seconds until a job has TensorFlow at hand.
    """
    known = _finished(Path("benchmarks/measured") / study.name)
    work = _Work(study, images, targets)
    found = []
    for rule in dict.fromkeys(job.rule for job in jobs):
        of_rule = [job for job in jobs if job.rule == rule]
        seconds = [_seconds(job, known, work, start) for job in of_rule]
        whole = None if None in seconds else sum(one for one in seconds if one is not None)
        most = max(job.megabytes for job in of_rule)
        finished = all(_key(job.rule, job.wildcards.get("attacker")) in known for job in of_rule)
        found.append(Estimate(rule, len(of_rule), most, whole, finished))
    return found


def at_once(jobs: Sequence[Job], cores: int, megabytes: int | None) -> float:
    """How many jobs run beside one another at most, by cores and by what they ask for in the mean.

    Args:
        jobs: the plan, at least one.
        cores: how many there are.
        megabytes: how much all that run may ask for; None for as much as they like.
    """
    mean = sum(job.megabytes for job in jobs) / len(jobs)
    return float(cores) if not megabytes or not mean else min(cores, max(1.0, megabytes / mean))


def _key(rule: str, attacker: str | None) -> tuple[str, str]:
    return rule, attacker or ""


def _finished(folder: Path) -> dict[tuple[str, str], float]:
    """Median processor seconds of the finished jobs of each rule, and of each attacker."""
    taken: dict[tuple[str, str], list[float]] = {}
    for rule, attacker, seconds in measured_jobs(folder):
        taken.setdefault(_key(rule, attacker), []).append(seconds)
    return {key: median(seconds) for key, seconds in taken.items()}


def _seconds(
    job: Job, known: Mapping[tuple[str, str], float], work: "_Work", start: float
) -> float | None:
    key = _key(job.rule, job.wildcards.get("attacker"))
    if key in known:
        return known[key]
    if job.rule in _WITHOUT_TENSORFLOW:
        return _LIGHT * start
    if job.rule in _START_ALONE:
        return start
    beyond = work.seconds(job)
    return None if beyond is None else start + beyond


class _Work:
    """What jobs do beyond their start, in processor seconds.

    Args:
        study: whose jobs they are.
        images: what is known of its images.
        targets: what is known of its targets.
    """

    def __init__(self, study: Study, images: Images, targets: Targets) -> None:
        self._study, self._images, self._targets = study, images, targets
        self._target = images.counts["train"] + images.counts["validation"]
        self._attacker, self._evaluation = images.counts["attacker"], images.counts["evaluation"]
        self._altered = self._attacker * (1 + study.augmentation["copies"])
        self._numbers = math.prod(images.shape)
        self._networks: dict[tuple[str, tuple[int, ...]], float] = {}

    def seconds(self, job: Job) -> float | None:
        """Of one job; None where it is not estimated."""
        of_rules: dict[str, Callable[[Mapping[str, str]], float | None]] = {
            "prepare_dataset": lambda _: self._pace * _PREPARED * self._millions(self._all),
            "prepare_auxiliary": lambda _: self._pace * _ALTERED * self._millions(self._altered),
            "train_embedding": lambda _: self._pace * _EMBEDDED * self._embedded,
            "train_prior": self._train_prior,
            "train_autoencoder": self._train_autoencoder,
            "train_target": self._train_target,
            "train_with_checkpoints": self._train_target,
            "audit_training": self._train_target,
            "measure_target": lambda names: self._all_of_the_target(names) + self._measure(names),
            "measure_server": self._all_of_the_target,
            "measure_baselines": self._measure,
            "measure_attack": self._measure,
            "measure_bounds": lambda _: self._pace * _BOUNDED,
            "compute_activations": self._activations,
            "defend_wire": self._defend,
            "attack_wire": self._attack,
        }
        found = of_rules.get(job.rule)
        return found and found(job.wildcards)

    @property
    def _all(self) -> int:
        return self._target + self._attacker + self._evaluation

    def _millions(self, images: int) -> float:
        return images * self._numbers / 1e6

    @cached_property
    def _pace(self) -> float:
        """How many times as long this machine takes."""
        return forward_seconds(_autoencoder((28, 28, 1), 32)) / _REFERENCE

    @cached_property
    def _autoencoding(self) -> float:
        """An image of the study, forwards through encoder and decoder."""
        return forward_seconds(_autoencoder(self._images.shape, 32))

    @cached_property
    def _embedded(self) -> int:
        """Images and passes of the character embedding, and of those of the folds."""
        described = self._images.described["attacker"]
        folds = min(MOST_FOLDS, max(2, described["labels"]))
        whole, of_a_fold = (
            epochs_for(self._attacker, described["characters"], most)
            for most in (EPOCHS, EPOCHS_OF_A_FOLD)
        )
        return self._attacker * (whole + (folds - 1) * of_a_fold)

    def _train_prior(self, wildcards: Mapping[str, str]) -> float | None:
        users = (x for x in self._study.attackers.values() if isinstance(x, PriorSettings))
        passes = next(users).epochs * self._altered * _JUDGING
        return _BACKWARDS * self._autoencoding * passes

    def _train_autoencoder(self, wildcards: Mapping[str, str]) -> float:
        passes = epochs_of_autoencoder(self._altered) * self._altered
        return _BACKWARDS * self._autoencoding * passes

    def _train_target(self, wildcards: Mapping[str, str]) -> float:
        name = wildcards["target"]
        settings, target = self._study.targets[name], self._targets.found[name]
        if not isinstance(settings, RecipeSettings):
            return self._target * target.seconds
        seen = settings.epochs * target.steps_per_epoch * settings.batch_size
        factor = _OF_THE_POST if settings.recipe == "post" else 1.0
        if target.one_by_one:
            factor *= _ONE_BY_ONE
        judged = (1 + settings.epochs) * self._images.counts["validation"]
        return target.seconds * (_BACKWARDS * factor * seen + judged)

    def _all_of_the_target(self, wildcards: Mapping[str, str]) -> float:
        return self._target * self._targets.found[wildcards["target"]].seconds

    def _measure(self, wildcards: Mapping[str, str]) -> float:
        each, pixel = _MEASURED
        return self._pace * (each + pixel * self._numbers) * (self._attacker + self._evaluation)

    def _device(self, target: str, layer: str) -> tuple[float, tuple[int, ...]]:
        """Seconds of the device's part for an image, and the shape of what it sends."""
        found = self._targets.found[target]
        cut = found.cut[layer]
        share = 1.0 if math.isnan(cut.device) else cut.device
        return share * found.seconds, cut.shape

    def _activations(self, wildcards: Mapping[str, str]) -> float:
        device, _ = self._device(wildcards["target"], wildcards["cut_layer"])
        return device * (self._altered + self._evaluation)

    def _defend(self, wildcards: Mapping[str, str]) -> float:
        defence = self._study.wires[wildcards["defended"]].defence
        epochs = defence.epochs if isinstance(defence, TrainedDefenceSettings) else 0
        return self._pace * (_BOUNDED + _ENCODED * epochs * self._images.counts["train"])

    def _attack(self, wildcards: Mapping[str, str]) -> float | None:
        settings = self._study.attackers[wildcards["attacker"]]
        layer = self._study.wires[wildcards["wire"]].cut_layer
        device, sent = self._device(wildcards["target"], layer)
        if not settings.rebuilds:
            return self._pace * _BOUNDED
        if isinstance(settings, RefineSettings | PriorSettings):
            # Forwards and backwards each step; sharpenings are tried on the sample alone.
            sample = self._attacker / SAMPLE_EVERY
            steps = _BACKWARDS * settings.steps * (self._evaluation + sample)
            return device * (steps + len(settings.sharpenings) * sample)
        if isinstance(settings, DenseSettings):
            return self._learned(settings, sent)
        if not isinstance(settings, TrainedSettings):
            return None
        if settings.kind == "post":
            each = _BACKWARDS * self._forwards("post", sent)
            return each * settings.epochs * self._attacker
        if isinstance(settings, ShadowSettings):
            shown = 1 + settings.critic_batch / settings.batch_size  # for each image of its class
            each = shown * self._forwards("shadow", sent)
            each += self._server(wildcards["target"], layer)
            shadow = _BACKWARDS * _JUDGING * each * settings.epochs * self._altered
            decoder = DecoderSettings(epochs=settings.decoder_epochs)
            return shadow + self._learned(decoder, sent)
        return None

    def _server(self, target: str, layer: str) -> float:
        """Seconds of the server's part for an image."""
        device, _ = self._device(target, layer)
        return self._targets.found[target].seconds - device

    def _learned(self, settings: DenseSettings, sent: tuple[int, ...]) -> float:
        """To learn from readings to images, judging included."""
        maps = settings.kind == "decoder" and keeps_positions(sent, self._images.shape)
        passes = settings.most_epochs(int(self._altered), maps) * self._altered
        if maps:
            return _BACKWARDS * _JUDGING * self._forwards("decoder", sent) * passes
        return self._pace * _DENSE * passes

    def _forwards(self, kind: str, sent: tuple[int, ...]) -> float:
        """Of an attacker's network for one image or reading, in seconds."""
        if (kind, sent) not in self._networks:
            shape = self._images.shape
            if kind == "post":
                network = build_decoder_of_the_post(sent, shape)
            elif kind == "shadow":
                network = build_shadow(shape, sent, not_negative=True)
            else:
                stride = nearest_stride(shape[0] / sent[0])  # as if spread evenly
                network = build_decoder(sent, shape, 0.5, stride=stride)
            self._networks[kind, sent] = forward_seconds(network)
        return self._networks[kind, sent]


def _autoencoder(shape: tuple[int, ...], width: int) -> tf.keras.Model:
    encoder = build_encoder(shape, width)
    return tf.keras.Model(encoder.input, build_decoder((width,), shape, 0.5)(encoder.output))
