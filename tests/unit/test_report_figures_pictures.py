"""The figures of images: samples, and reconstructions with the words beside them."""

import numpy as np
import pytest
from figure_reading import inside, shown_images, texts

from intercept.report.figures.extremes.drawing import Extreme, extremes
from intercept.report.figures.pictures import block
from intercept.report.figures.reconstructions.drawing import target_label
from intercept.report.figures.samples.drawing import samples
from intercept.report.figures.sheet import sheet

RANDOM = np.random.default_rng(20200515)


def reconstructions(originals, rows, title=""):
    return sheet([block(originals, rows)], title)


@pytest.fixture
def images():
    return RANDOM.random((16, 20, 20), dtype=np.float32)


@pytest.mark.parametrize(
    ("record", "label"),
    [
        ({}, "t\nε = 3.34"),
        ({"network_is_guaranteed": False}, "t\nε = 3.34, not a guarantee"),
        ({"epsilon": {"sampler_that_ran": None}}, "t\nε unknown"),
        ({"claimed": {"epsilon": 4.02}}, "t\nε claimed: 4.02"),
        ({"noise_multiplier": 0.0}, "t"),
        ({"noise_multiplier": None}, "t"),
    ],
)
def test_reconstructions_are_labelled_with_the_epsilon_and_what_it_is_worth(record, label):
    privacy = {"noise_multiplier": 0.7, "claimed": None, "network_is_guaranteed": True}
    privacy |= {"epsilon": {"sampler_that_ran": 3.3437}} | record
    assert target_label("t", privacy) == label


def test_reconstructions_show_the_clipped_pixels(images):
    wild = RANDOM.normal(0.5, 1, images.shape).astype(np.float32)
    figure = reconstructions(images, [("no-dp", wild[..., None])])
    shown = shown_images(figure)
    assert len(shown) == 32
    np.testing.assert_array_equal(shown[:16], images)
    np.testing.assert_array_equal(shown[16:], np.clip(wild, 0, 1))
    assert {image.get_clim() for image in figure.axes[0].images} == {(0, 1)}
    assert texts(figure) == ["original", "no-dp"]


def test_reconstructions_stand_in_rows_under_their_images(images):
    figure = reconstructions(images[:3], [("a", images[:3]), ("b", images[:3])])
    extents = np.array([image.get_extent() for image in figure.axes[0].images])
    lefts, tops = extents[:, 0].reshape(3, 3), extents[:, 3].reshape(3, 3)
    assert (lefts == lefts[0]).all()
    assert (np.diff(lefts[0]) > 0).all()
    assert (tops == tops[:, :1]).all()
    assert (np.diff(tops[:, 0]) > 0).all()  # downwards
    assert figure.axes[0].get_ylim()[0] > figure.axes[0].get_ylim()[1]


def test_images_that_are_not_square_keep_their_shape():
    wide = RANDOM.random((2, 10, 40))
    (first, _) = reconstructions(wide, []).axes[0].images
    left, right, bottom, top = first.get_extent()
    assert (right - left) / (bottom - top) == pytest.approx(4)


@pytest.mark.parametrize("title", ["", "A title that is much longer than the two images are wide"])
def test_words_of_a_grid_stay_on_the_paper_and_off_the_images(images, title):
    rows = [("dp-noise-0.7, ε (claimed) 4.0", images[:2]), ("a-long-name-of-a-target", images[:2])]
    figure = reconstructions(images[:2], rows, title)
    (axes,) = figure.axes
    assert figure.get_suptitle() == title
    above = [figure._suptitle] if title else []
    assert inside(figure, [*axes.texts, *above])
    first = min(image.get_window_extent().x0 for image in axes.images)
    assert all(text.get_window_extent().x1 <= first for text in axes.texts)
    highest = max(image.get_window_extent().y1 for image in axes.images)
    assert all(text.get_window_extent().y0 >= highest for text in above)


def test_reconstructions_refuse_what_does_not_fit(images):
    with pytest.raises(ValueError, match="no-dp"):
        reconstructions(images, [("no-dp", images[:4])])
    with pytest.raises(ValueError, match="n >= 1"):
        reconstructions(images[:0], [])


def test_a_target_has_a_block_for_each_choice_of_images(images):
    blocks = [
        block(images[:8], [("post", images[:8]), ("refine", images[:8])], "first"),
        block(images[8:], [("post", images[8:]), ("refine", images[8:])], "drawn"),
    ]
    figure = sheet(blocks, "no-dp")
    assert len(shown_images(figure)) == 6 * 8
    assert texts(figure) == [
        *("first", "original", "post", "refine"),
        *("drawn", "original", "post", "refine"),
    ]
    assert inside(figure, [*figure.axes[0].texts, figure._suptitle])


def test_extremes_have_their_scores_under_them(images):
    scores = np.array([0.91, 0.9, 0.5, 0.4, -0.05, -0.1])
    shown = [Extreme(f"t{n}, refine", images[:6], images[6:12], scores) for n in (1, 2)]
    figure = extremes(shown, "SSIM", "")
    headings = ["best by SSIM", "median by SSIM", "worst by SSIM"]
    under = ["0.91", "0.90", "0.50", "0.40", "−0.05", "−0.10"]
    rows = [["original", f"t{n},\nrefine", *under] for n in (1, 2)]
    assert texts(figure) == [*headings, *rows[0], *rows[1]]
    lefts = [image.get_extent()[0] for image in figure.axes[0].images[:6]]
    steps = np.diff(lefts)
    assert min(steps[[1, 3]]) > max(steps[[0, 2, 4]]) + 0.1  # the parts stand apart
    assert inside(figure, figure.axes[0].texts)


@pytest.mark.parametrize("number", [1, 3, 9, 16, 20])
def test_samples_show_up_to_sixteen(number):
    images = RANDOM.random((number, 8, 8, 1), dtype=np.float32)
    shown = shown_images(samples(images, "Set"))
    np.testing.assert_array_equal(shown, images[:16, ..., 0])


@pytest.mark.parametrize("channels", [2, 4, 13])
def test_other_channels_than_one_or_three_are_shown_by_their_mean_which_is_said(channels):
    images = RANDOM.random((4, 8, 8, channels), dtype=np.float32)
    rebuilt = 2 * RANDOM.random(images.shape, dtype=np.float32)
    said = f"Shown in grey: the mean of {channels} channels"
    figure = reconstructions(images, [("decoder", rebuilt)], True, "no-dp")
    assert figure.get_suptitle() == f"no-dp\n{said}\nSynthetic data"
    expected = np.concatenate([images.mean(axis=-1), np.clip(rebuilt.mean(axis=-1), 0, 1)])
    np.testing.assert_allclose(shown_images(figure), expected, rtol=1e-5)
    highest = max(image.get_window_extent().y1 for image in figure.axes[0].images)
    assert figure._suptitle.get_window_extent().y0 >= highest
    assert inside(figure, [figure._suptitle])

    figure = samples(images, "Set", False)
    assert figure.get_suptitle() == f"Set\n{said}"
    np.testing.assert_allclose(shown_images(figure), images.mean(axis=-1), rtol=1e-5)
    assert inside(figure, [figure._suptitle])
    figure = extremes([Extreme("t", images[:3], rebuilt[:3], np.ones(3))], "SSIM", "", False)
    assert said in figure.get_suptitle()


@pytest.mark.parametrize("shape", [(4, 8, 8), (4, 8, 8, 1), (4, 8, 8, 3)])
def test_of_one_channel_or_three_nothing_is_said(shape):
    images = RANDOM.random(shape, dtype=np.float32)
    assert reconstructions(images, [], False, "no-dp").get_suptitle() == "no-dp"
