"""The report's figures of images and of learning, and how figures are saved."""

import warnings

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from intercept.report.figures import choosing, curves, pictures
from intercept.report.figures.rows import join_rows, read_rows
from intercept.report.style import legend_below, new_figure, save, series

RANDOM = np.random.default_rng(20200515)
TARGETS = [f"target {number}" for number in range(8)]


@pytest.fixture
def images():
    return RANDOM.random((16, 20, 20), dtype=np.float32)


def shown_images(figure):
    return [np.asarray(image.get_array()) for axes in figure.axes for image in axes.images]


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def legend_labels(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def inside(figure, artists):
    """Whether all of these lie on the paper."""
    paper = figure.bbox
    boxes = [artist.get_window_extent() for artist in artists]
    return all(
        box.x0 >= paper.x0 and box.x1 <= paper.x1 and box.y0 >= paper.y0 and box.y1 <= paper.y1
        for box in boxes
    )


@pytest.mark.parametrize(
    ("record", "label"),
    [
        ({}, "t\nε = 3.34"),
        ({"is_a_guarantee": False}, "t\nε = 3.34, not a guarantee"),
        ({"epsilon": {"sampler_that_ran": None}}, "t\nε unknown"),
        ({"claimed": {"epsilon": 4.02}}, "t\nε claimed: 4.02"),
        ({"noise_multiplier": 0.0}, "t"),
        ({"noise_multiplier": None}, "t"),
    ],
)
def test_reconstructions_are_labelled_with_the_epsilon_and_what_it_is_worth(record, label):
    privacy = {"noise_multiplier": 0.7, "claimed": None, "is_a_guarantee": True}
    privacy |= {"epsilon": {"sampler_that_ran": 3.3437}} | record
    assert pictures.target_label("t", privacy) == label


def test_reconstructions_show_the_clipped_pixels(images):
    wild = RANDOM.normal(0.5, 1, images.shape).astype(np.float32)
    figure = pictures.reconstructions(images, [("no-dp", wild[..., None])], False)
    shown = shown_images(figure)
    assert len(shown) == 32
    np.testing.assert_array_equal(shown[:16], images)
    np.testing.assert_array_equal(shown[16:], np.clip(wild, 0, 1))
    assert {image.get_clim() for image in figure.axes[0].images} == {(0, 1)}
    assert texts(figure) == ["original", "no-dp"]


def test_reconstructions_stand_in_rows_under_their_images(images):
    figure = pictures.reconstructions(images[:3], [("a", images[:3]), ("b", images[:3])], False)
    extents = np.array([image.get_extent() for image in figure.axes[0].images])
    lefts, tops = extents[:, 0].reshape(3, 3), extents[:, 3].reshape(3, 3)
    assert (lefts == lefts[0]).all()
    assert (np.diff(lefts[0]) > 0).all()
    assert (tops == tops[:, :1]).all()
    assert (np.diff(tops[:, 0]) > 0).all()  # downwards
    assert figure.axes[0].get_ylim()[0] > figure.axes[0].get_ylim()[1]


def test_images_that_are_not_square_keep_their_shape():
    wide = RANDOM.random((2, 10, 40))
    (first, _) = pictures.reconstructions(wide, [], False).axes[0].images
    left, right, bottom, top = first.get_extent()
    assert (right - left) / (bottom - top) == pytest.approx(4)


@pytest.mark.parametrize("title", ["", "A title that is much longer than the two images are wide"])
def test_words_of_a_grid_stay_on_the_paper_and_off_the_images(images, title):
    rows = [("dp-noise-0.7, ε (claimed) 4.0", images[:2]), ("a-long-name-of-a-target", images[:2])]
    figure = pictures.reconstructions(images[:2], rows, True, title)
    (axes,) = figure.axes
    assert inside(figure, [*axes.texts, figure._suptitle])
    first = min(image.get_window_extent().x0 for image in axes.images)
    assert all(text.get_window_extent().x1 <= first for text in axes.texts)
    highest = max(image.get_window_extent().y1 for image in axes.images)
    assert figure._suptitle.get_window_extent().y0 >= highest


def test_reconstructions_refuse_what_does_not_fit(images):
    with pytest.raises(ValueError, match="no-dp"):
        pictures.reconstructions(images, [("no-dp", images[:4])], False)
    with pytest.raises(ValueError, match="n >= 1"):
        pictures.reconstructions(images[:0], [], False)


def test_a_target_has_a_block_for_each_choice_of_images(images):
    blocks = [
        ("first", images[:8], [("post", images[:8]), ("refine", images[:8])]),
        ("drawn", images[8:], [("post", images[8:]), ("refine", images[8:])]),
    ]
    figure = pictures.by_attacker(blocks, "no-dp", False)
    assert len(shown_images(figure)) == 6 * 8
    assert texts(figure) == [
        *("first", "original", "post", "refine"),
        *("drawn", "original", "post", "refine"),
    ]
    assert inside(figure, [*figure.axes[0].texts, figure._suptitle])


def test_extremes_have_their_scores_under_them(images):
    scores = np.array([0.91, 0.9, 0.5, 0.4, -0.05, -0.1])
    shown = [pictures.Extreme(f"t{n}, refine", images[:6], images[6:12], scores) for n in (1, 2)]
    figure = pictures.extremes(shown, "SSIM", "", False)
    headings = ["best by SSIM", "median by SSIM", "worst by SSIM"]
    under = ["0.91", "0.90", "0.50", "0.40", "−0.05", "−0.10"]
    rows = [["original", f"t{n},\nrefine", *under] for n in (1, 2)]
    assert texts(figure) == [*headings, *rows[0], *rows[1]]
    lefts = [image.get_extent()[0] for image in figure.axes[0].images[:6]]
    steps = np.diff(lefts)
    assert min(steps[[1, 3]]) > max(steps[[0, 2, 4]]) + 0.1  # the parts stand apart
    assert inside(figure, figure.axes[0].texts)


def test_a_draw_repeats_itself_and_is_of_the_candidates():
    candidates = np.arange(100, 200)
    first, drawn = choosing.first_and_drawn(candidates, seed=3)
    again = choosing.first_and_drawn(candidates, seed=3)[1]
    other = choosing.first_and_drawn(candidates, seed=4)[1]
    np.testing.assert_array_equal(first, candidates[:8])
    np.testing.assert_array_equal(drawn, again)
    assert len(set(drawn)) == 8
    assert set(drawn) <= set(candidates)
    assert list(drawn) == sorted(drawn)
    assert set(other) != set(drawn)
    assert [len(part) for part in choosing.first_and_drawn(candidates[:3], 3)] == [3, 3]


def test_the_best_the_middle_and_the_worst_are_known():
    scores = np.array([0.3, 0.9, 0.1, 0.5, 0.7, 0.2, 0.8])
    np.testing.assert_array_equal(choosing.best_median_worst(scores, 1), [1, 3, 2])
    np.testing.assert_array_equal(choosing.best_median_worst(scores, 2), [1, 6, 4, 3, 5, 2])
    np.testing.assert_array_equal(choosing.best_median_worst(scores[:1], 4), [0, 0, 0])


def test_unseen_images_are_judged_by_where_there_are_any():
    index, group = choosing.to_judge_by(np.array([True, False, False]))
    assert (list(index), group) == ([1, 2], "unseen")
    index, group = choosing.to_judge_by(np.array([True, True]))
    assert (list(index), group) == ([0, 1], "seen")


@pytest.mark.parametrize("number", [1, 3, 9, 16, 20])
def test_samples_show_up_to_sixteen(number):
    images = RANDOM.random((number, 8, 8, 1), dtype=np.float32)
    shown = shown_images(pictures.samples(images, "Set", False))
    np.testing.assert_array_equal(shown, images[:16, ..., 0])


def target_history(target, epochs, seed=1):
    epoch = np.arange(1, epochs + 1)
    accuracy = {"train_accuracy": epoch / 20, "validation_accuracy": epoch / 25}
    return pd.DataFrame({"target": target, "seed": seed, "epoch": epoch, **accuracy})


def attacker_history(target, attacker, seed=1, release="cut", **columns):
    place = {"target": target, "seed": seed, "release": release, "attacker": attacker}
    return pd.DataFrame(place | columns)


def post(target, **place):
    return attacker_history(target, "post", epoch=[1, 2], mse=[0.53, 0.2], **place)


def decoder(target, **place):
    errors = {"mse": [0.1, 0.05], "held_out_mse": [0.09, 0.06]}
    return attacker_history(target, "decoder", epoch=[1, 2], **errors, **place)


def refine(target, **place):
    ranks = {"misfit": [40.0, 10.0], "reciprocal_rank": [0.1, 0.2]}
    return attacker_history(target, "refine", step=[0, 1], **ranks, **place)


@pytest.mark.parametrize("targets", [1, 8])
def test_training_curves_draw_every_trained_target(targets):
    names = [*TARGETS[:targets], "untrained"]
    histories = pd.concat([target_history(name, n + 1) for n, name in enumerate(names[:-1])])
    figure = curves.training_curves(histories, names, False)
    train, validation = figure.axes
    assert len(train.lines) == len(validation.lines) == targets
    np.testing.assert_array_equal(train.lines[-1].get_ydata()[-1], targets / 20)
    looks = {(line.get_color(), line.get_linestyle()) for line in train.lines}
    assert len(looks) == targets
    assert legend_labels(figure) == names[:-1]


def test_a_target_keeps_its_colour_where_another_has_no_line():
    figure = curves.training_curves(target_history("b", 2), ["a", "b"], False)
    assert figure.axes[0].lines[0].get_color() == series(1)["color"]


def test_every_seed_has_its_line_and_every_target_one_name():
    histories = pd.concat([target_history("a", 2, seed) for seed in (1, 2, 3)])
    figure = curves.training_curves(histories, ["a"], False)
    assert len(figure.axes[0].lines) == 3
    assert legend_labels(figure) == ["a"]


def test_attacker_curves_keep_images_learned_from_and_held_out_apart():
    histories = pd.concat([make(name) for name in ("a", "b") for make in (post, decoder)])
    references = {"mse": 0.0625, "held_out_mse": 0.07}
    figure = curves.attacker_curves(histories, ["a", "b"], False, references)
    assert [axes.get_title() for axes in figure.axes] == [
        "post:\nimages it learns from",
        "decoder:\nimages it learns from",
        "decoder:\nimages held out",
    ]
    for axes, error, reference in zip(
        figure.axes, ([0.53, 0.2], [0.1, 0.05], [0.09, 0.06]), (0.0625, 0.0625, 0.07), strict=True
    ):
        assert axes.get_yscale() == "log"
        *lines, mean_image = axes.lines
        assert [list(line.get_ydata()) for line in lines] == [error, error]
        assert list(mean_image.get_ydata()) == [reference, reference]
    assert legend_labels(figure) == ["a", "b", "mean image"]


def test_attacker_curves_of_the_post_alone():
    figure = curves.attacker_curves(post("no-dp"), ["no-dp"], False, {})
    (axes,) = figure.axes
    assert len(axes.lines) == 1
    assert legend_labels(figure) == ["no-dp"]


def test_every_release_has_its_row_of_panels():
    histories = pd.concat([post("a", release=release) for release in ("one", "two")])
    titles = [axes.get_title() for axes in curves.attacker_curves(histories, ["a"], False, {}).axes]
    assert titles == [f"post:\nimages it learns from\n(cut at {name})" for name in ("one", "two")]


def test_improvement_is_measured_against_the_start():
    histories = pd.concat([refine("a"), refine("b").assign(misfit=[8.0, 6.0])])
    misfit, rank = curves.improvement(histories, ["a", "b"], False).axes
    a, b, start = misfit.lines
    assert list(a.get_ydata()) == [1, 0.25]
    assert list(b.get_ydata()) == [1, 0.75]
    assert set(start.get_ydata()) == {1}
    assert list(rank.lines[0].get_ydata()) == [0.1, 0.2]
    assert list(rank.lines[0].get_xdata()) == [0, 1]
    assert misfit.get_ylim()[0] == rank.get_ylim()[0] == 0


def test_improvement_has_panels_for_each_attacker_and_release():
    rows = [refine("a", release=release) for release in ("one", "two")]
    rows += [row.assign(attacker="prior") for row in rows]
    figure = curves.improvement(pd.concat(rows), ["a"], False)
    assert len(figure.axes) == 8
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == [
        f"{attacker}\n(cut at {release})"
        for release in ("one", "two")
        for attacker in ("refine", "prior")
    ]


def test_an_activation_that_fits_from_the_start_has_no_share():
    histories = refine("a").assign(misfit=[0.0, 0.0])
    misfit, _ = curves.improvement(histories, ["a"], False).axes
    assert len(misfit.lines[0].get_ydata()) == 0


@pytest.mark.parametrize(
    "draw",
    [
        lambda: curves.training_curves(target_history("a", 0), ["a"], False),
        lambda: curves.attacker_curves(post("a").iloc[:0], ["a"], False, {}),
        lambda: curves.improvement(refine("a").iloc[:0], ["a"], False),
    ],
)
def test_curves_of_nothing_are_refused(draw):
    with pytest.raises(ValueError, match="no history"):
        draw()


def test_the_first_eight_looks_differ_in_more_than_the_line():
    looks = [series(index) for index in range(8)]
    assert len({(look["color"], look["linestyle"]) for look in looks}) == 8
    assert len({look["marker"] for look in looks}) == 8
    assert to_hex(looks[0]["color"]) == to_hex(looks[7]["color"])


@pytest.mark.parametrize("entries", [1, 3, 9, 24])
def test_a_legend_stays_on_the_paper(entries):
    figure = new_figure(7, 3)
    axes = figure.subplots()
    names = [f"{'a-target-with-a-long-name-' * (n % 2)}{n}" for n in range(entries)]
    legend_below(figure, [axes.plot([0, 1], label=name)[0] for name in names])
    figure.draw_without_rendering()
    legend = figure.legends[0].get_window_extent()
    assert inside(figure, figure.legends)
    assert axes.get_window_extent().y0 > legend.y1
    assert axes.get_window_extent().height > 200  # of the 3 inches, 100 dots each


def test_tables_are_joined_with_what_they_are_of(tmp_path):
    (tmp_path / "post.csv").write_text("epoch,mse\n1,0.5\n2,0.25\n")
    (tmp_path / "decoder.csv").write_text("epoch,mse,held_out_mse\n1,0.125,0.25\n")
    (tmp_path / "none.csv").write_text("epoch,mse\n")
    paths = [tmp_path / f"{name}.csv" for name in ("post", "none", "decoder")]
    places = [{"target": "0.70", "attacker": path.stem} for path in paths]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        joined = join_rows(paths, places)
        chosen = join_rows(paths, places, ["mse"])
        empty = join_rows(paths[1:2], places[1:2])
    assert list(joined["mse"]) == [0.5, 0.25, 0.125]
    assert joined["held_out_mse"].isna().tolist() == [True, True, False]
    assert list(joined["attacker"]) == ["post", "post", "decoder"]
    assert list(chosen) == ["mse", "target", "attacker"]
    assert empty.empty
    assert "target" in empty
    (tmp_path / "rows.csv").write_text("target,seed,release\n0.70,1,2\n,1,2\n")
    rows = read_rows(tmp_path / "rows.csv")
    assert rows["target"][0] == "0.70"
    assert rows["target"].isna().tolist() == [False, True]


def test_figures_are_saved_without_a_warning(tmp_path, images):
    made = {
        "samples": pictures.samples(images[:3], "A $et", True),
        "reconstructions": pictures.reconstructions(images[:2], [("a$b$", images[:2])], True),
        "training": curves.training_curves(target_history("no-dp", 1), ["no-dp"], True),
        "attackers": curves.attacker_curves(post("a"), ["a"], True, {"mse": 0.06}),
        "improvement": curves.improvement(refine("a"), ["a"], True),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, figure in made.items():
            paths = save(figure, tmp_path / "new" / f"{name}-0.7")
            assert [path.name for path in paths] == [f"{name}-0.7.png", f"{name}-0.7.svg"]
            width, height = figure.get_size_inches()
            pixels = matplotlib.image.imread(paths[0])
            assert pixels.shape[:2] == pytest.approx((height * 200, width * 200), abs=1)
            assert "<svg" in paths[1].read_text()
            assert "Synthetic data" in figure.get_suptitle()
    assert len(list((tmp_path / "new").iterdir())) == 2 * len(made)  # no temporary file is left
