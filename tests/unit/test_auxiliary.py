"""What the attacker makes of its own images: the folds, and the augmented copies."""

from dataclasses import replace

import numpy as np
import pytest
from damage import unreadable

from intercept.arrays import stored_images
from intercept.arrays.stored_images import StoredImages, as_held
from intercept.attackers.augmentation import augment
from intercept.attackers.auxiliary import (
    choose_sample,
    divide,
    of_the_targets_classes,
    prepare_auxiliary,
    read_auxiliary,
    read_division,
    write_auxiliary,
)
from intercept.attackers.settings import Augmentation
from intercept.datasets.cache import ImageSet
from intercept.runtime.errors import UserError


def labelled(labels, characters=None):
    count = len(labels)
    return ImageSet(
        images=StoredImages(np.ones((count, 4, 4, 1), np.float32)),
        labels=np.array(labels),
        characters=np.array(characters if characters is not None else range(count)),
        seen=np.zeros(count, bool),
    )


def cross(size=33):
    """A cross of ink in the middle of the paper."""
    image = np.ones((1, size, size, 1), np.float32)
    image[0, size // 2, 8:-8] = image[0, 8:-8, size // 2] = 0
    return StoredImages(image)


def augmented(images, copies, seed):
    """The augmented copies alone, float32."""
    return augment(images, Augmentation(copies=copies), seed)[0][len(images) :]


@pytest.mark.parametrize(
    ("labels", "characters", "folds"),
    [
        ([5, 3, 3, 4, 5, 9], None, [2, 0, 0, 1, 2, 3]),
        (list(range(10)), None, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]),
        (list(range(6)), None, [0, 0, 1, 2, 3, 4]),
        ([8, 2, 8], None, [1, 0, 1]),
        ([7, 7, 7, 7], [2, 2, 1, 3], [1, 1, 0, 2]),
        ([1] * 10, [1] * 10, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]),
        ([0, 1, 0, 1, 0, 1], [5, 5, 6, 6, 7, 7], [0, 0, 1, 1, 2, 2]),
    ],
)
def test_folds_are_of_whole_labels_or_characters_or_images(labels, characters, folds):
    assert divide(labelled(labels, characters)).tolist() == folds


def test_few_images_are_learned_from_with_their_copies_when_a_fold_is_held_out():
    images = labelled(np.arange(60) % 5)
    auxiliary = prepare_auxiliary(images, Augmentation(copies=5, joined=0), seed=1)
    assert all(len(auxiliary.lessons[fold].rows) == 6 * 48 for fold in range(5))


def test_one_image_is_too_few():
    with pytest.raises(UserError, match="the attacker's set has 1 image; it needs 2 or more"):
        divide(labelled([1]))


def test_the_sample_is_of_whole_characters_of_every_fold():
    images = labelled(np.repeat([0, 1], [22, 14]), np.arange(36) // 2)
    sample = choose_sample(images, divide(images))
    assert np.unique(images.characters[sample]).tolist() == [0, 5, 10, 11, 16]
    assert sample.sum() == 10


def test_of_few_characters_the_sample_is_every_fifth_image():
    images = labelled(np.repeat([0, 1, 2], [22, 14, 4]), np.repeat([0, 1, 2], [22, 14, 4]))
    sample = choose_sample(images, divide(images))
    assert np.flatnonzero(sample).tolist() == [0, 5, 10, 15, 20, 22, 27, 32, 36]
    alone = labelled([1] * 30, [1] * 30)
    folds = divide(alone)
    assert [choose_sample(alone, folds)[folds == fold].sum() for fold in range(5)] == [2] * 5


@pytest.fixture(scope="module")
def stamped():
    """AuxiliaryImages of twelve images of three labels; a label shows in one channel alone."""
    labels = np.arange(12) % 3
    images = np.broadcast_to(np.eye(3, dtype=np.float32)[labels, None, None], (12, 20, 20, 3))
    images = ImageSet(StoredImages(images.copy()), labels, np.arange(12), np.zeros(12, bool))
    return images, prepare_auxiliary(images, Augmentation(copies=9), seed=1)


def test_what_is_learned_from_has_nothing_of_the_label_held_out(stamped):
    """Neither its images, nor copies of them, nor halves of them in copies of others."""
    images, auxiliary = stamped
    assert list(auxiliary.lessons) == [None, 0, 1, 2]
    for fold, lesson in auxiliary.lessons.items():
        shows = auxiliary.images[lesson.rows].any(axis=(1, 2))
        assert (shows.sum(axis=1) == 2).any(), "none is joined from two"
        if fold is None:
            assert shows.all(axis=0).tolist() == [False] * 3 and shows.any(axis=0).all()
            continue
        assert shows.any(axis=0).tolist() == [label != fold for label in range(3)]
        own = lesson.rows[lesson.rows < 12]
        np.testing.assert_array_equal(own, np.flatnonzero(images.labels != fold))
        # All nine copies, being few, but for those that were joined with an image held out.
        assert 8 * 6 < len(lesson.rows) <= 8 * 10


def test_when_nothing_is_held_out_all_images_and_copies_are_learned_from(stamped):
    images, auxiliary = stamped
    np.testing.assert_array_equal(auxiliary.lessons[None].rows, np.arange(12 * 10))
    np.testing.assert_array_equal(auxiliary.images[:12], images.images)
    assert auxiliary.augmented.shape == (12 * 9, 20, 20, 3)


def test_folds_are_the_same_whatever_the_seed(make_images):
    images = make_images(12, shape=(20, 20, 1), classes=3)
    one, other = (prepare_auxiliary(images, Augmentation(copies=1), seed) for seed in (1, 2))
    np.testing.assert_array_equal(one.folds, other.folds)
    np.testing.assert_array_equal(one.sample, other.sample)
    assert not np.array_equal(one.augmented, other.augmented)


def test_without_copies_the_attackers_images_are_learned_from(make_images):
    images = make_images(6, shape=(9, 9, 1))
    auxiliary = prepare_auxiliary(images, Augmentation(copies=0), seed=1)
    np.testing.assert_array_equal(auxiliary.images, images.images)
    assert auxiliary.images.stored.dtype == bool
    for fold in range(3):
        rows = auxiliary.lessons[fold].rows
        np.testing.assert_array_equal(rows, np.flatnonzero(auxiliary.folds != fold))


def test_a_seed_gives_the_copies(make_images):
    images = make_images(6, shape=(20, 20, 1)).images
    one, same, other = (augmented(images, 2, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one[:6], one[6:])


def test_black_and_white_stays_so_and_grey_stays_grey(make_images):
    images = make_images(4, shape=(20, 20, 1)).images[:]
    for binary in (images, images * np.float32(0.9999), (255 * images).astype(np.uint8)):
        assert augment(StoredImages(binary), Augmentation(copies=1), 0)[0].stored.dtype == bool
    for half in (images * np.float32(0.5), (128 * images).astype(np.uint8)):
        grey, _ = augment(StoredImages(half), Augmentation(copies=1), 0)
        assert grey.stored.dtype == half.dtype
        assert 0 <= grey[:].min() < grey[:].max() < 0.51
        np.testing.assert_array_equal(grey.stored[:4], half)


def test_copies_do_not_depend_on_how_many_are_altered_at_once(make_images, monkeypatch):
    images = make_images(7, shape=(20, 20, 1)).images
    whole = augmented(images, 2, 1)
    monkeypatch.setattr(stored_images, "images_at_once", lambda shape, most: 2)
    assert len(images.batches()) == 4
    np.testing.assert_array_equal(augmented(images, 2, 1), whole)


def test_a_copy_is_altered_a_little():
    """The ink stays about as much, is somewhere else, and the paper at the edge stays paper."""
    copies = augmented(cross(), 50, 0) > 0.5
    ink = (~copies).sum(axis=(1, 2, 3))
    original = (cross()[:] == 0).sum()
    assert 0.5 * original < np.median(ink) < 1.5 * original
    assert copies[:, [0, -1]].all() and copies[:, :, [0, -1]].all()
    assert len(np.unique(copies.reshape(50, -1), axis=0)) == 50
    centres = [np.argwhere(~copy[..., 0]).mean(axis=0) for copy in copies]
    assert np.abs(np.mean(centres, axis=0) - 16).max() < 1
    assert 0.5 < np.std(centres) < 4


@pytest.mark.parametrize(
    ("darkest", "held_in"),
    [(0, "float32"), (0.5, "float32"), (0.5, "uint8")],
    ids=["black and white", "grey", "8 bits"],
)
def test_what_was_written_is_read(make_images, tmp_path, darkest, held_in):
    images = make_images(6, shape=(20, 21, 1))
    held = as_held(np.maximum(images.images[:], np.float32(darkest)), np.dtype(held_in))
    images = replace(images, images=StoredImages(held))
    written = prepare_auxiliary(images, Augmentation(copies=2), 1)
    write_auxiliary(tmp_path / "auxiliary.h5", written)
    read = read_auxiliary(tmp_path / "auxiliary.h5")
    for name in ("folds", "sample"):
        np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
    np.testing.assert_array_equal(read.images.stored, written.images.stored)
    assert read.images.stored.dtype == (bool if darkest == 0 else held_in)
    assert read.lessons.keys() == written.lessons.keys()
    for fold, lesson in written.lessons.items():
        again = read.lessons[fold]
        np.testing.assert_array_equal(again.rows, lesson.rows)
        np.testing.assert_array_equal(again.components.axes, lesson.components.axes)
        np.testing.assert_array_equal(again.components.mean, lesson.components.mean)
        np.testing.assert_array_equal(again.coordinates, lesson.coordinates)
    folds, sample = read_division(tmp_path / "auxiliary.h5")
    np.testing.assert_array_equal(folds, written.folds)
    np.testing.assert_array_equal(sample, written.sample)


@unreadable
def test_damaged_auxiliary_are_refused(make_images, tmp_path, damage):
    path = tmp_path / "auxiliary.h5"
    write_auxiliary(
        path, prepare_auxiliary(make_images(6, shape=(20, 20, 1)), Augmentation(copies=1), 1)
    )
    damage(path)
    for read in (read_auxiliary, read_division):
        with pytest.raises(UserError, match="delete it and run the same command again"):
            read(path)


@pytest.mark.parametrize("shape", [(33, 33), (33, 21)])
def test_some_copies_are_mirrored_in_every_way(shape):
    image = np.ones((1, *shape, 1), np.float32)
    image[0, 6:10, 6:9] = 0
    copies = augmented(StoredImages(image), 400, 1)[..., 0] > 0.5
    rows, columns = (np.arange(side) - (side - 1) / 2 for side in shape)
    below = np.sum(~copies * rows[:, np.newaxis], axis=(1, 2)) > 0
    right = np.sum(~copies * columns, axis=(1, 2)) > 0
    found, counts = np.unique(2 * below + right, return_counts=True)
    assert found.tolist() == [0, 1, 2, 3]
    # Five eighths stay in their corner: all that are not mirrored, and a quarter of the others.
    assert counts[0] / 400 == pytest.approx(5 / 8, abs=0.08)
    assert counts[1:].min() / 400 == pytest.approx(1 / 8, abs=0.06)


def test_a_square_is_turned_as_well():
    image = np.ones((1, 41, 41, 1), np.float32)
    image[0, 19:22, 5:36] = 0
    copies = augmented(StoredImages(image), 200, 1)[..., 0] < 0.5
    high = [np.ptp(np.argwhere(copy)[:, 0]) > np.ptp(np.argwhere(copy)[:, 1]) for copy in copies]
    assert np.mean(high) == pytest.approx(1 / 4, abs=0.08)


def test_the_settings_say_how_copies_are_altered(make_images):
    images = make_images(6, shape=(20, 20, 1)).images
    none = {name: 0.0 for name in ("rotation", "log_scale", "shear", "shift", "joined", "mirrored")}
    copies, origins = augment(images, Augmentation(copies=2, **none), seed=1)
    np.testing.assert_array_equal(copies, np.concatenate([images] * 3))
    np.testing.assert_array_equal(origins[:, 0], origins[:, 1])
    for name in none:
        much = {name: 45.0 if name == "rotation" else 0.5}
        others, _ = augment(images, Augmentation(copies=2, **none | much), seed=1)
        assert (others[:] != copies[:]).any(), name


def test_the_settings_say_how_many_components_there_are_at_most(make_images):
    images = make_images(12, shape=(20, 20, 1))
    few = prepare_auxiliary(images, Augmentation(copies=1, components=3), seed=1)
    assert {len(lesson.components.axes) for lesson in few.lessons.values()} == {3}


def test_an_attacker_that_learns_from_the_server_needs_the_targets_classes():
    labels = np.array([0, 2, 1])
    np.testing.assert_array_equal(of_the_targets_classes(labels, 3, "shadow"), labels)
    with pytest.raises(UserError, match="shadow needs images of the target's classes, and 1 of"):
        of_the_targets_classes(labels, 2, "shadow")
