"""How much memory jobs ask for: what they take on Omniglot, and what other sizes add to it."""

import math
from collections.abc import Mapping
from types import MappingProxyType

Size = tuple[int, int]
"""How many images there are, and how many numbers each."""

_PIXELS = 105**2

OMNIGLOT: Mapping[str, Size] = MappingProxyType(
    {
        "target": (13_180, _PIXELS),
        "attacker": (2720, _PIXELS),
        "evaluation": (3120, _PIXELS),
    }
)
"""By set the sizes with which what a job takes was measured."""

_COPIES = 21  # of each of the attacker's images, with the image, where that was measured

_FLOAT32 = 4  # bytes
_MEGABYTE = 2**20


def asked(
    megabytes: int,
    evaluation: float,
    auxiliary: float,
    activations: float,
    *,
    evaluated: Size = OMNIGLOT["evaluation"],
    owned: Size = OMNIGLOT["attacker"],
    copies: int = _COPIES,
    crossing: int = 0,
) -> int:
    """What a job asks for that holds images or activations.

    Args:
        megabytes: what it takes on Omniglot's images, without the evaluation images.
        evaluation: how many times it holds the evaluation images in float32.
        auxiliary: how many times it holds what the attacker's images and their copies take beyond
            Omniglot's, a byte for each number.
        activations: how many times it holds the activations of all of these in float32.
        evaluated: the size of the evaluation set.
        owned: of the attacker's set.
        copies: how many of each of the attacker's images there are, with the image.
        crossing: how many numbers cross the wire for an image.

    Returns:
        Megabytes of 2**20 bytes, what is added to `megabytes` rounded up.
    """
    images, values = evaluated
    own_images, own_values = owned
    omniglots, pixels = OMNIGLOT["attacker"]
    beyond = max(0, own_images * copies * own_values - omniglots * _COPIES * pixels)
    sent = _FLOAT32 * (own_images * copies + images) * crossing
    added = evaluation * _FLOAT32 * images * values + auxiliary * beyond + activations * sent
    return megabytes + math.ceil(added / _MEGABYTE)


def asked_for_components(owned: Size = OMNIGLOT["attacker"]) -> int:
    """What principal components of the attacker's images add, in megabytes.

    The images that give them are held in float32 up to 1 GiB, three times over.
    """
    images, values = owned
    return math.ceil(3 * min(_FLOAT32 * images * values, 2**30) / _MEGABYTE)


def asked_for_training(megabytes: int, trains: bool, images: Size = OMNIGLOT["target"]) -> int:
    """What the making of a target asks for, in megabytes.

    A step holds a batch of images with what is computed of it; where nothing is trained, batches
    of large images are small. All of the images are held in float32 at most.

    Args:
        megabytes: what it takes on Omniglot's images.
        trains: whether it takes steps.
        images: the size of the target's set.
    """
    number, values = images
    omniglots, pixels = OMNIGLOT["target"]
    larger = max(1, values / pixels) if trains else 1
    more = max(0, _FLOAT32 * (number * values - omniglots * pixels) / _MEGABYTE)
    return math.ceil(megabytes * larger + more)
