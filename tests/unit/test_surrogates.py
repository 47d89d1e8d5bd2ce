"""What the attacker makes of its own images: those held out, and the altered copies."""

import numpy as np
import pytest
from damage import unreadable

from intercept.attackers.augmentation import augment, is_binary
from intercept.attackers.surrogates import (
    hold_out,
    make_surrogates,
    read_surrogates,
    write_surrogates,
)
from intercept.datasets.cache import ImageSet
from intercept.errors import UserError


def labelled(labels, characters=None):
    count = len(labels)
    return ImageSet(
        images=np.ones((count, 4, 4, 1), np.float32),
        labels=np.array(labels),
        characters=np.array(characters if characters is not None else range(count)),
        seen=np.zeros(count, bool),
    )


def cross(size=33):
    """A cross of ink in the middle of the paper."""
    image = np.ones((1, size, size, 1), np.float32)
    image[0, size // 2, 8:-8] = image[0, 8:-8, size // 2] = 0
    return image


@pytest.mark.parametrize(
    ("labels", "characters", "held"),
    [
        ([5, 3, 3, 4, 5, 9], None, [3]),
        (list(range(10)), None, [0, 1]),
        ([7, 7, 7, 7], [2, 2, 1, 3], [1]),
    ],
)
def test_whole_groups_are_held_out(labels, characters, held):
    groups = np.array(labels if len(set(labels)) > 1 else characters)
    np.testing.assert_array_equal(hold_out(labelled(labels, characters)), np.isin(groups, held))


def test_a_set_of_one_character_holds_out_images():
    assert hold_out(labelled([1] * 10, [1] * 10)).tolist() == [True, True] + [False] * 8


def test_one_image_is_too_few():
    with pytest.raises(UserError, match="the attacker's set has 1 image; it needs 2 or more"):
        hold_out(labelled([1]))


def test_copies_are_of_the_fitting_images_alone(make_images):
    images = make_images(12, shape=(20, 20, 1), classes=3)
    surrogates = make_surrogates(images, copies=3, seed=1)
    fitting = surrogates.fitting(images.images)
    kept = images.images[~surrogates.held_out]
    assert surrogates.held_out.sum() == 4
    assert fitting.shape == (8 * 4, 20, 20, 1)
    np.testing.assert_array_equal(fitting[:8], kept)
    blank = labelled([1, 2])
    blank.images[0] = 0  # held out: its black must not come back
    assert make_surrogates(blank, copies=5, seed=1).altered.all()


def test_without_copies_the_fitting_images_are_the_attackers(make_images):
    images = make_images(6, shape=(9, 9, 1))
    surrogates = make_surrogates(images, copies=0, seed=1)
    np.testing.assert_array_equal(
        surrogates.fitting(images.images), images.images[~surrogates.held_out]
    )


def test_a_seed_gives_the_copies(make_images):
    images = make_images(6, shape=(20, 20, 1)).images
    one, same, other = (augment(images, 2, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one[:6], one[6:])


def test_black_and_white_stays_so_and_grey_stays_grey(make_images):
    images = make_images(4, shape=(20, 20, 1)).images
    assert augment(images, 1, 0).dtype == bool
    assert augment(images * 0.9999, 1, 0).dtype == bool
    grey = augment(images * 0.5, 1, 0)
    assert grey.dtype == np.float32
    assert 0 <= grey.min() < grey.max() <= 0.5
    assert is_binary(images)
    assert not is_binary(images * 0.5)


def test_a_copy_is_altered_a_little():
    """The ink stays about as much, is somewhere else, and the paper at the edge stays paper."""
    copies = augment(cross(), 50, 0)
    ink = (~copies).sum(axis=(1, 2, 3))
    original = (cross() == 0).sum()
    assert 0.5 * original < np.median(ink) < 1.5 * original
    assert copies[:, [0, -1]].all() and copies[:, :, [0, -1]].all()
    assert len(np.unique(copies.reshape(50, -1), axis=0)) == 50
    centres = [np.argwhere(~copy[..., 0]).mean(axis=0) for copy in copies]
    assert np.abs(np.mean(centres, axis=0) - 16).max() < 1
    assert 0.5 < np.std(centres) < 4


def test_what_was_written_is_read(make_images, tmp_path):
    written = make_surrogates(make_images(6, shape=(20, 20, 1)), 2, 1)
    write_surrogates(tmp_path / "surrogates.h5", written)
    read = read_surrogates(tmp_path / "surrogates.h5")
    np.testing.assert_array_equal(read.altered, written.altered)
    np.testing.assert_array_equal(read.held_out, written.held_out)
    assert read.altered.dtype == read.held_out.dtype == bool


@unreadable
def test_damaged_surrogates_are_refused(make_images, tmp_path, damage):
    path = tmp_path / "surrogates.h5"
    write_surrogates(path, make_surrogates(make_images(6, shape=(20, 20, 1)), 1, 1))
    damage(path)
    with pytest.raises(UserError, match="delete it and run the same command again"):
        read_surrogates(path)


@pytest.mark.parametrize("shape", [(33, 33), (33, 21)])
def test_some_copies_are_mirrored_in_every_way(shape):
    image = np.ones((1, *shape, 1), np.float32)
    image[0, 6:10, 6:9] = 0
    copies = augment(image, 400, seed=1)[..., 0]
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
    copies = ~augment(image, 200, seed=1)[..., 0]
    high = [np.ptp(np.argwhere(copy)[:, 0]) > np.ptp(np.argwhere(copy)[:, 1]) for copy in copies]
    assert np.mean(high) == pytest.approx(1 / 4, abs=0.08)
