"""The synthetic data set: what it draws, and what the builder makes of it."""

import itertools
import unicodedata
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import tensorflow_datasets as tfds
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from scipy.ndimage import distance_transform_edt
from tensorflow_datasets.image_classification import Omniglot

from intercept.datasets import glyphs

ALPHABETS = {name: text.split() for part in glyphs.SCRIPTS.values() for name, text in part.items()}
LETTERS = [letter for letters in ALPHABETS.values() for letter in letters]
SPLIT_OF = {
    letter: split
    for split, part in glyphs.SCRIPTS.items()
    for text in part.values()
    for letter in text.split()
}

# How Unicode's character names begin where that is not with the name of the alphabet.
UNICODE_NAMES = {
    "Georgian_Asomtavruli": "GEORGIAN CAPITAL LETTER",
    "Georgian_Mkhedruli": "GEORGIAN LETTER",
}


@pytest.fixture(scope="session")
def builder(tmp_path_factory):
    tfds.disable_progress_bar()
    builder = tfds.builder("glyphs", data_dir=tmp_path_factory.mktemp("tfds"), try_gcs=False)
    builder.download_and_prepare()
    return builder


@pytest.fixture(scope="session")
def splits(builder):
    """Every split as a dict of arrays."""
    return {
        split: tfds.as_numpy(
            builder.as_dataset(split=split, batch_size=-1, shuffle_files=False),
        )
        for split in builder.info.splits
    }


@pytest.fixture(scope="module")
def font():
    return TTFont(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"))


def outline(font, letter):
    """The letter's contours, moved so that their lower left corner is the origin."""
    glyphset = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphset)
    glyphset[font.getBestCmap()[ord(letter)]].draw(pen)
    corners = [point for _, points in pen.value for point in points if point is not None]
    x, y = np.min(corners, axis=0)
    return tuple(
        (command, tuple(point and (point[0] - x, point[1] - y) for point in points))
        for command, points in pen.value
    )


def test_there_are_enough_scripts_and_none_in_two_splits():
    names = [name for part in glyphs.SCRIPTS.values() for name in part]
    assert len(names) == len(set(names)) == 16
    assert {split: len(part) for split, part in glyphs.SCRIPTS.items()} == {
        "test": 7,
        "small1": 4,
        "small2": 5,
    }


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_letters_belong_to_their_script(alphabet):
    start = UNICODE_NAMES.get(alphabet, alphabet.upper().replace("_", " "))
    for letter in ALPHABETS[alphabet]:
        assert unicodedata.category(letter) in {"Lu", "Ll", "Lo"}
        assert unicodedata.name(letter).startswith(start)


def test_the_font_has_every_letter_and_no_two_share_an_outline(font):
    outlines = [outline(font, letter) for letter in LETTERS]
    assert len(set(outlines)) == len(LETTERS)


def test_no_two_letters_look_alike():
    """Mean distance of one letter's path from the other's, in letter sizes, the larger way round.

    Letters drawn alike come to 0, Greek gamma and Latin y to 0.02.
    """
    side, pad = 40, 4
    paths, distances = [], []
    for letter in LETTERS:
        x, y = np.rint((glyphs.centre_line(letter) + 0.5) * (side - 1)).astype(int).T + pad
        path = np.zeros((side + 2 * pad, side + 2 * pad), bool)
        path[y, x] = True
        paths.append(path.ravel() / path.sum())
        distances.append(distance_transform_edt(~path).ravel() / side)
    apart = np.array(paths) @ np.array(distances).T
    apart = np.maximum(apart, apart.T)
    for (i, first), (j, second) in itertools.combinations(enumerate(LETTERS), 2):
        least = 0.025 if SPLIT_OF[first] == SPLIT_OF[second] else 0.035
        assert apart[i, j] > least, (first, second)


def test_centre_line_fills_the_unit_square():
    points = glyphs.centre_line("k")
    assert points.dtype == np.float64
    assert np.ptp(points, axis=0).max() == pytest.approx(1)
    assert points.min(axis=0) == pytest.approx(-points.max(axis=0))


def test_centre_line_refuses_a_blank():
    with pytest.raises(ValueError, match="draws nothing"):
        glyphs.centre_line(" ")


def test_draw_repeats_itself_and_hands_differ():
    for letter in ("k", "ث", "𐌀"):
        images = [glyphs.draw(letter, hand) for hand in range(glyphs.HANDS)]
        glyphs.centre_line.cache_clear()
        again = [glyphs.draw(letter, hand) for hand in reversed(range(glyphs.HANDS))][::-1]
        assert np.array_equal(images, again)
        assert len({image.tobytes() for image in images}) == glyphs.HANDS


def test_draw_depends_on_the_letter_not_only_on_the_hand():
    assert not np.array_equal(glyphs.draw("k", 0), glyphs.draw("h", 0))


def test_stored_images_are_the_drawn_ones(builder, splits):
    """Whatever order they were made and stored in."""
    label_of = builder.info.features["label"].str2int
    for alphabet, number in (("Greek", 3), ("Hebrew", 0), ("Ogham", 4)):
        letter = ALPHABETS[alphabet][number]
        split = splits[SPLIT_OF[letter]]
        stored = split["image"][split["label"] == label_of(f"{alphabet}_{number}")]
        drawn = [glyphs.draw(letter, hand) for hand in range(glyphs.HANDS)]
        assert {image.tobytes() for image in stored} == {image.tobytes() for image in drawn}


def test_features_are_omniglots(builder, tmp_path):
    ours = builder.info.features
    theirs = Omniglot(data_dir=tmp_path).info.features
    assert set(ours) == set(theirs)
    for name, feature in theirs.items():
        assert isinstance(ours[name], type(feature))
        assert (ours[name].shape, ours[name].dtype) == (feature.shape, feature.dtype)
    assert builder.info.supervised_keys == ("image", "label")
    assert ours["alphabet"].num_classes == len(ALPHABETS)
    assert ours["label"].num_classes == len(LETTERS)


def test_it_says_that_it_is_synthetic_and_whose_the_letters_are(builder):
    assert "SYNTHETIC" in builder.info.description
    assert "DejaVu" in builder.info.redistribution_info.license


def test_sizes(splits):
    assert {name: len(split["image"]) for name, split in splits.items()} == {
        "test": 1800,
        "small1": 800,
        "small2": 500,
    }


def test_every_letter_has_20_images(splits):
    for split in splits.values():
        labels, counts = np.unique(split["label"], return_counts=True)
        assert len(labels) == len(split["image"]) / 20
        assert set(counts) == {20}


def test_labels_agree(builder, splits):
    alphabet_name = builder.info.features["alphabet"].int2str
    label_name = builder.info.features["label"].int2str
    for name, split in splits.items():
        columns = zip(split["alphabet"], split["alphabet_char_id"], split["label"], strict=True)
        seen = set()
        for alphabet, number, label in columns:
            seen.add(alphabet_name(alphabet))
            assert label_name(label) == f"{alphabet_name(alphabet)}_{number}"
        assert seen == set(glyphs.SCRIPTS[name])


def test_no_two_images_are_the_same_in_any_split(splits):
    hashes = [image.tobytes() for split in splits.values() for image in split["image"]]
    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize("name", glyphs.SCRIPTS)
def test_images_are_ink_on_paper_inside_the_frame(splits, name):
    images = splits[name]["image"]
    assert images.shape[1:] == (105, 105, 3)
    assert images.dtype == np.uint8
    assert set(np.unique(images)) == {0, 255}
    assert (images == images[..., :1]).all()
    ink = images[..., 0] == 0
    assert not ink[:, [0, -1], :].any()
    assert not ink[:, :, [0, -1]].any()
    shares = ink.mean(axis=(1, 2))
    assert 0.07 < shares.mean() < 0.09  # Omniglot's is 0.08
    assert shares.min() > 0.02
    assert shares.max() < 0.2
