"""Images of any source, brought to numbers from 0 to 1 by the type of their values."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from intercept.arrays.stored_images import StoredImages
from intercept.datasets.cache import ImageSet
from intercept.runtime.errors import UserError

_WHITE = {"bool": 1, "uint8": 255, "uint16": 65535}  # the highest value of each type
TYPES = tuple(_WHITE)  # of values that are no floats
_LEAST_REACH = 0.25  # cameras of 12 or 14 bits leave the rest of 16 empty, masks that of 8
_OPAQUE = 0.5
_BILINEAR = Image.Resampling.BILINEAR


@dataclass(frozen=True)
class Picture:
    """One image as its source holds it, with its labels.

    Attributes:
        name: says where it is from, such as the path of a file.
        values: [height, width, channels] of bool, uint8, uint16 or a float type in [0, 1].
        label: the class that the target learns, 0 or more.
        character: the identity that images of the same thing share, 0 or more.
        alpha: how much it hides what is behind it, [height, width, 1] of one of these types; None
            if it hides all.
    """

    name: str
    values: np.ndarray
    label: int
    character: int
    alpha: np.ndarray | None = None


@dataclass(frozen=True)
class Reading:
    """What was read of a source.

    Attributes:
        parts: ``train``, ``validation``, ``attacker`` and ``evaluation``; no image is marked as
            seen.
        names: for each part, where each image is from.
        classes: how many the target tells apart.
        remarks: what was done to images or left out that its user may not know, a sentence each.
        class_names: of the classes that the target tells apart, in the order of their numbers.
    """

    parts: Mapping[str, ImageSet]
    names: Mapping[str, list[str]]
    classes: int
    remarks: list[str]
    class_names: Sequence[str] = ()


def read_pictures(
    pictures: Mapping[str, Iterable[Picture]],
    classes: int,
    key: str,
    size: Sequence[int] | None = None,
) -> Reading:
    """Bring all pictures of a data set to one form.

    The highest value of their type becomes 1: 255 of 8 bits, 65535 of 16; floats stay. Images with
    transparent pixels are laid on white, or all of them on black where what they show is light (its
    mean is 0.5 or more).

    Args:
        pictures: of each part.
        classes: how many the target tells apart.
        key: of the configuration, for refusals, such as ``dataset.folders``.
        size: height and width to bring images to: they are cropped in the middle to this
            proportion and resized, bilinearly with antialiasing. None leaves them as they are.

    Returns:
        Images [n, height, width, channels] in the order of `pictures`; they are held in 8 bits
        where all of them came so and hide what is behind them.

    Raises:
        UserError: a part is empty; values are of another type, are floats outside [0, 1], or are
            integers that in all images together stay below a quarter of their type; or images
            differ in size or channels.
    """
    stack, labels, names = _Stack(key, size), {}, {}
    for part, some in pictures.items():
        read = [(one.label, one.character, one.name) for one in stack.adding(some)]
        if not read:
            raise UserError(f"{key}: no image is left for the {part} part")
        labels[part] = np.array([one[:2] for one in read], np.int64)
        names[part] = [one[2] for one in read]
    stack.check()
    shape = (*stack.size, stack.channels)
    background = stack.background()
    parts = {}
    for part, of_part in labels.items():
        images: np.ndarray = np.empty((len(of_part), *shape), stack.held_in)
        for place in images:
            place[:] = stack.next(background)
        seen = np.zeros(len(images), bool)
        parts[part] = ImageSet(
            StoredImages(images), of_part[:, 0].copy(), of_part[:, 1].copy(), seen
        )
    return Reading(parts, names, classes, list(stack.remarks(background)))


class _Stack:
    """Pictures in their own types, which take a quarter of the memory, until all are known."""

    def __init__(self, key: str, size: Sequence[int] | None) -> None:
        self._key, self._wanted = key, size
        self._held: deque[tuple[np.ndarray, np.ndarray | None]] = deque()
        self._first: Picture | None = None
        self._colour: str | None = None  # the first image of more than one channel
        self._channels = 1
        self._highest: dict[str, tuple[float, str]] = {}  # by type, and whose it is
        self._types: dict[str, tuple[int, str]] = {}  # how many are of each, and the first
        self._transparent = 0
        self._shown = np.zeros(2)  # the sums of what transparent images show, and of their alpha

    @property
    def size(self) -> tuple[int, int]:
        assert self._first is not None
        height, width = self._wanted or self._first.values.shape[:2]
        return height, width

    def adding(self, pictures: Iterable[Picture]) -> Iterator[Picture]:
        for picture in pictures:
            self._add(picture)
            yield picture

    def _add(self, picture: Picture) -> None:
        values, alpha = picture.values, picture.alpha
        self._check_size(picture)
        self._check_type(picture)
        if self._wanted:
            if alpha is not None:
                values = _as_seen(values, alpha, self.size)
                alpha = _fitted(alpha, self.size)
            else:
                values = _fitted(values, self.size)
        if alpha is not None and (alpha == _white(alpha)).all():
            alpha = None
        if alpha is not None:
            values = np.where(
                alpha > 0, values, np.zeros_like(values)
            )  # unseen, and often anything
            self._transparent += 1
            shown = _scaled(values).mean(axis=-1, keepdims=True) * _scaled(alpha)
            self._shown += [shown.sum(dtype=float), _scaled(alpha).sum(dtype=float)]
        if values.shape[-1] == 3 and (values == values[..., :1]).all():
            values = values[..., :1]
        if values.shape[-1] > 1:
            self._colour = self._colour or picture.name
            if self._channels not in (1, values.shape[-1]):
                raise UserError(
                    f"{self._key}: {picture.name} has {values.shape[-1]} channels, and "
                    f"{self._colour} has {self._channels}; bring all images to one form"
                )
            self._channels = values.shape[-1]
        self._held.append((np.array(values), alpha))

    def _check_size(self, picture: Picture) -> None:
        self._first = first = self._first or picture
        if not self._wanted and picture.values.shape[:2] != first.values.shape[:2]:
            (height, width), (of_first, and_wide) = picture.values.shape[:2], self.size
            raise UserError(
                f"{self._key}: {picture.name} is {height}×{width} pixels (height × width), and "
                f"{first.name} is {of_first}×{and_wide}; bring all images to one size, by "
                "dataset.size: [height, width]"
            )

    def _check_type(self, picture: Picture) -> None:
        values, kind = picture.values, picture.values.dtype.name
        if kind not in _WHITE and values.dtype.kind != "f":
            raise UserError(
                f"{self._key}: {picture.name} holds values of type {kind}, whose scale is not "
                "known; allowed are whole numbers of 8 or 16 bits without sign (uint8, uint16) and "
                "floats from 0 to 1"
            )
        highest = values.max()
        if values.dtype.kind == "f" and not (values.min() >= 0 and highest <= 1):
            raise UserError(
                f"{self._key}: {picture.name} holds {kind} values from {values.min():g} to "
                f"{highest:g}; allowed are floats from 0 to 1, or uint8 and uint16"
            )
        if picture.alpha is not None:  # the picture may be in it alone
            highest = max(highest, picture.alpha.max())
        count, first = self._types.get(kind, (0, picture.name))
        self._types[kind] = (count + 1, first)
        if kind not in self._highest or highest > self._highest[kind][0]:
            self._highest[kind] = (highest, picture.name)

    def check(self) -> None:
        """Refuse integers that use little of their type, so that 1 is not what is white in them."""
        for kind, (highest, name) in self._highest.items():
            white = _WHITE.get(kind)
            if white and kind != "bool" and highest < _LEAST_REACH * white:
                count, _ = self._types[kind]
                raise UserError(
                    f"{self._key}: the highest value of {_images(count)} of type {kind} is "
                    f"{highest} ({name}), where white is {white}; multiply their values so that "
                    f"white is {white}, and save them again"
                )

    @property
    def channels(self) -> int:
        return self._channels

    @property
    def held_in(self) -> type:
        of_bytes = not self._transparent and set(self._types) == {"uint8"}
        return np.uint8 if of_bytes else np.float32

    def background(self) -> float:
        shown, alpha = self._shown
        return float(shown < _OPAQUE * alpha or not alpha)

    def next(self, background: float) -> np.ndarray:
        """The first picture that is still held: uint8 where all are, else float32 in [0, 1]. It is
        held no longer."""
        values, alpha = self._held.popleft()
        if self.held_in is np.uint8:
            return values
        image = _scaled(values)
        if alpha is None:
            return image
        return image * _scaled(alpha) + np.float32(background) * (1 - _scaled(alpha))

    def remarks(self, background: float) -> Iterator[str]:
        if self._transparent:
            ground = "white" if background else "black"
            yield f"{_images(self._transparent)} with transparent pixels were laid on {ground}."
        if len(self._types) > 1:
            kinds = ", ".join(
                f"{count} of {kind} (the first is {first})"
                for kind, (count, first) in sorted(self._types.items())
            )
            yield f"Images hold values of several types, each scaled by its own: {kinds}."


def _fitted(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cropped in the middle and resized; of the type that it was, but 8 bits of black and white."""
    if values.dtype == np.bool_:
        values = np.where(values, np.uint8(255), np.uint8(0))
    height, width = size
    channels = [
        ImageOps.fit(Image.fromarray(channel.astype(np.float32)), (width, height), _BILINEAR)
        for channel in np.moveaxis(values, -1, 0)
    ]
    fitted = np.stack([np.asarray(channel) for channel in channels], axis=-1)
    if values.dtype.kind != "f":
        fitted = np.rint(fitted)
    return fitted.clip(0, _white(values)).astype(values.dtype)


def _as_seen(values: np.ndarray, alpha: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """As `_fitted`, each pixel weighted by how much of it is seen."""
    opaque = _scaled(alpha)
    shown, weight = _fitted(_scaled(values) * opaque, size), _fitted(opaque, size)
    seen = np.divide(shown, weight, out=np.zeros_like(shown), where=weight > 0).clip(0, 1)
    if values.dtype.kind == "f":
        return seen.astype(values.dtype)
    kind = np.uint8 if values.dtype == np.bool_ else values.dtype
    return np.rint(seen * np.iinfo(kind).max).astype(kind)


def _white(values: np.ndarray) -> Any:
    return _WHITE.get(values.dtype.name, 1)


def _scaled(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32) / np.float32(_white(values))


def _images(count: int) -> str:
    return f"{count} image{'s' if count > 1 else ''}"
