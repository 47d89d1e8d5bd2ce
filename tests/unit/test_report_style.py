"""What every figure shares: how series look, and legends."""

import pytest
from figure_reading import inside
from matplotlib.colors import to_hex

from intercept.report.style import legend_below, new_figure, series


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
