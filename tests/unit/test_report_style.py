"""What every figure shares: how series look, and legends."""

import numpy as np
import pytest
from figure_reading import inside
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from intercept.report.style import PALETTE, legend_below, new_figure, save, series


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


def test_small_marks_keep_their_colour_in_a_picture(tmp_path):
    """Beside lines whose many shades ask for colours of their own."""
    figure = new_figure(7, 4)
    axes = figure.subplots()
    for index, color in enumerate(PALETTE):
        axes.plot(index, 0.5, "o", color=color, markersize=4)
        axes.plot([0, 6], [0, index / 6], color=color, linewidth=0.9, alpha=0.4)
    save(figure, tmp_path / "marks")
    with Image.open(tmp_path / "marks.png") as image:
        kept = np.array([color for _, color in image.convert("RGB").getcolors()]) / 255
    for color in PALETTE:
        assert np.abs(kept - to_rgb(color)).max(axis=1).min() < 0.1
