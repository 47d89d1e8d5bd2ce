"""Images as they are held and as they are computed with."""

import numpy as np
import pytest

from intercept.arrays.stored_images import StoredImages, as_held, images_at_once, joined

RANDOM = np.random.default_rng(3)
BYTES = RANDOM.integers(0, 256, (9, 4, 5, 3)).astype(np.uint8)
HELD = {
    "uint8": (BYTES, BYTES / np.float32(255)),
    "bool": (BYTES > 99, (BYTES > 99).astype(np.float32)),
    "float32": (BYTES / np.float32(255), BYTES / np.float32(255)),
}
WHICH = {
    "one": 3,
    "slice": slice(2, 7),
    "backwards": slice(None, None, -1),
    "indices": np.array([8, 0, 0]),
    "mask": np.arange(9) % 2 == 0,
    "none": np.zeros(0, np.int64),
}


@pytest.fixture(params=HELD)
def held(request):
    stored, meant = HELD[request.param]
    return StoredImages(stored), meant


@pytest.mark.parametrize("which", WHICH)
def test_what_is_taken_is_float32_from_0_to_1(held, which):
    images, meant = held
    taken = images[WHICH[which]]
    assert taken.dtype == np.float32
    np.testing.assert_array_equal(taken, meant[WHICH[which]])
    assert images.shape == np.asarray(images).shape == (9, 4, 5, 3)
    np.testing.assert_array_equal(np.asarray(images), meant)


@pytest.mark.parametrize("again", list(WHICH)[1:])
@pytest.mark.parametrize("which", list(WHICH)[1:4])
def test_a_selection_of_a_selection(held, which, again):
    images, meant = held
    some = images.select(WHICH[which])
    if again == "mask":
        chosen = np.arange(len(some)) % 2 == 0
    else:
        chosen = slice(1, 3) if again == "slice" else WHICH[again]
    if again == "indices":
        chosen = np.array([len(some) - 1, 0])
    expected = meant[WHICH[which]][chosen]
    twice = some.select(chosen)
    assert len(twice) == len(expected)
    np.testing.assert_array_equal(twice[:], expected)
    np.testing.assert_array_equal(some[chosen], expected)
    np.testing.assert_array_equal(StoredImages(twice.stored)[:], expected)


def test_selecting_copies_no_image():
    images = StoredImages(BYTES)
    for which in (slice(1, 4), np.array([5, 2])):
        assert np.shares_memory(images.select(which)._stored, BYTES)


def test_means_are_those_of_all(held):
    images, meant = held
    some = images.select(np.array([1, 4, 6]))
    np.testing.assert_allclose(some.mean_image(), meant[[1, 4, 6]].mean(axis=0), rtol=1e-6)
    assert some.mean_value() == pytest.approx(meant[[1, 4, 6]].mean(), rel=1e-6)


def test_what_is_black_and_white():
    assert StoredImages(BYTES > 99).is_binary()
    assert StoredImages(255 * (BYTES > 99).astype(np.uint8)).is_binary()
    assert StoredImages((BYTES > 99) * np.float32(0.9999)).is_binary()
    assert not StoredImages(BYTES).is_binary()
    assert not StoredImages((BYTES > 99).astype(np.uint8)).is_binary()


def test_batches_of_large_images_are_small():
    assert images_at_once((28, 28, 1), 256) == 256
    assert images_at_once((224, 224, 3), 256) == 27
    assert images_at_once((4000, 4000, 3), 256) == 1
    large = StoredImages(np.zeros((60, 224, 224, 3), np.uint8))
    assert [batch.stop - batch.start for batch in large.batches()] == [27, 27, 6]


def test_joined_are_behind_one_another(held):
    images, meant = held
    both = joined([images.select(np.array([7])), images.select(slice(2))])
    np.testing.assert_array_equal(both[:], meant[[7, 0, 1]])


def test_bytes_come_back_as_they_were():
    np.testing.assert_array_equal(as_held(StoredImages(BYTES)[:], np.uint8), BYTES)


def test_pixels_are_not_taken_without_their_images():
    images = StoredImages(BYTES).select(np.array([3, 1]))
    for which in ((..., 0), (slice(None), 0), ...):
        with pytest.raises(TypeError, match="by one index"):
            images[which]


def test_a_scale_that_is_not_known_is_refused():
    for dtype in (np.float64, np.int64, np.uint16):
        with pytest.raises(TypeError, match="allowed are uint8, bool and float32"):
            StoredImages(BYTES.astype(dtype))
