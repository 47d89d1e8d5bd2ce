"""What is said of images that may not be as their user meant."""

from dataclasses import replace

import numpy as np
import pytest

from intercept.datasets import cache
from intercept.datasets.remarks import (
    blank_images,
    differing_sets,
    lone_images,
    numbered_classes,
    other_classes,
    repeated_images,
)

SETS = ("target", "attacker", "evaluation")


def drawn(make_images, count=40):
    """Three sets of one kind: white, with ink in places."""
    return {name: make_images(count, seed, shape=(8, 8, 1)) for seed, name in enumerate(SETS)}


def said(sets):
    return list(differing_sets({name: cache.describe(images) for name, images in sets.items()}))


def test_sets_of_one_kind_are_not_remarked_on(make_images):
    assert said(drawn(make_images)) == []


CHANGES = {
    "inverted": lambda images: 1 - images,
    "12-bits-in-16": lambda images: images / 16,
    "divided-twice": lambda images: images / 255,
    "faint": lambda images: 0.5 + images / 4,
    "low-contrast": lambda images: 0.45 * images + 0.3,
    "empty": lambda images: np.ones_like(images),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("name", SETS)
def test_a_set_of_other_pixels_is_called_out_and_no_other(make_images, name, change):
    sets = drawn(make_images)
    sets[name].images.stored[...] = change(sets[name].images[:])
    (remark,) = said(sets)
    assert remark.startswith(f"The {name} images differ grossly from the other sets': values from ")


def test_what_is_said_are_the_numbers_of_the_pixels(make_images):
    sets = drawn(make_images)
    pixels = sets["attacker"].images.stored
    pixels[...] = 1 - pixels
    (remark,) = said(sets)
    assert f"from 0 to 1, mean {pixels.mean():.3g}, deviation {pixels.std():.3g}; as" in remark


PARTS = ("train", "validation", "attacker", "evaluation")


@pytest.fixture
def parts(make_images):
    return {part: make_images(6, seed, shape=(8, 8, 1)) for seed, part in enumerate(PARTS)}


NAMES = {part: [f"{part}/{k}.png" for k in range(6)] for part in PARTS}


def test_images_unlike_each_other_are_not_remarked_on(parts):
    assert [*blank_images(parts, NAMES), *repeated_images(parts, NAMES)] == []


def test_blank_images_are_named(parts):
    parts["attacker"].images.stored[4] = 0.25
    parts["evaluation"].images.stored[2:4] = [[[[0]]], [[[1]]]]
    assert list(blank_images(parts, NAMES)) == [
        "1 of the attacker images is of one value throughout: attacker/4.png.",
        "2 of the evaluation images are of one value throughout: evaluation/2.png, and 1 more.",
    ]


def test_images_that_are_twice_in_a_set_are_named(parts):
    parts["evaluation"].images.stored[5] = parts["evaluation"].images[1]
    assert list(repeated_images(parts, NAMES)) == [
        "1 of the evaluation images is pixel-identical to another of them: evaluation/5.png to "
        "evaluation/1.png."
    ]


def test_images_that_are_trained_on_and_validated_on_are_named(parts):
    parts["validation"].images.stored[3:5] = parts["train"].images[:2]
    assert list(repeated_images(parts, NAMES)) == [
        "2 of the validation images are trained on, so that the accuracy on them says too much: "
        "validation/3.png is pixel-identical to train/0.png, and 1 more."
    ]


@pytest.mark.parametrize(
    ("attacker", "said"),
    [
        (["a", "b"], None),
        (["deep"], "All attacker images are of one class, 'deep', which is none of the target's."),
        (["a"], None),
        (["c", "d"], None),  # such as people whom the target never saw
        (["a", "c", "d"], "2 of 3 classes are none of the target's: 'c', and 1 more."),
        (["A", "b"], "the class 'A' is not the target's 'a', which differs in case or encoding"),
        (["a", "b", "\u0061\u0308"], "the class 'a\u0308' is not the target's '\u00e4', which"),
    ],
)
def test_classes_that_may_be_meant_to_be_the_targets_are_named(attacker, said):
    classes = {"target": ["a", "b", "\u00e4"], "attacker": attacker}
    found = list(other_classes(classes, {"target": [], "attacker": ["0", "1"]}))
    assert len(found) == (said is not None)
    assert all(said in one for one in found)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (range(10), None),
        (range(12), "as text: 0, 1, 10, 11, …; rename the folders to 00, 01, … if"),
        (range(1, 11), "as text: 1, 10, 2, 3, …; rename the folders to 01, 02, … if"),
        ([2, 10], "as text: 10, 2; rename the folders to 02, 10, … if"),
        ([1, 2, 3, 4, 5, 60, 7], "as text: 1, 2, 3, 4, 5, 60, …; rename the folders to 01, 02, …"),
        (["00", "01", "10", "11"], None),
        (["1", "10", "2", "other"], None),
        (["s1", "s10", "s2"], None),
        (["1²", "2"], None),
    ],
)
def test_numbers_that_are_not_in_their_order_as_text_are_named(names, said):
    found = list(numbered_classes(sorted(map(str, names))))
    assert len(found) == (said is not None)
    assert all(said in one for one in found)


def test_images_that_have_no_other_of_what_they_show_are_counted(make_images):
    images = make_images(6, 0, shape=(8, 8, 1))
    images = replace(images, characters=np.array([0, 0, 1, 2, 2, 3]), seen=np.zeros(6, bool))
    (remark,) = lone_images(images)
    assert remark.startswith("2 of the 6 unseen evaluation images are the only one of what they")
    assert list(lone_images(replace(images, characters=np.array([0, 0, 1, 1, 2, 2])))) == []
