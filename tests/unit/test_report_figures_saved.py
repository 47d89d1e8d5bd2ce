"""Figures of every kind are saved whole, small, and without a warning."""

import warnings
from pathlib import Path

import pandas as pd
import pytest
from leakage_table import TARGETS, scores_of, small, table
from learning_histories import post, refine, target_history
from PIL import Image
from report_rows import baselines, noisy_row, row

from intercept.report.figures.frontier import frontier
from intercept.report.figures.identification import identification_curves
from intercept.report.figures.leakage_scale import leakage_scale
from intercept.report.figures.learning import learning, with_share
from intercept.report.style import save


@pytest.mark.slow
def test_figures_are_saved_without_a_warning(tmp_path):
    summary = small(table(TARGETS, seeds=(1, 2)))
    wires = pd.DataFrame([row("a $et"), noisy_row(2)])
    made = {
        "scale": leakage_scale(summary, baselines(summary)),
        "identification": identification_curves(summary, scores_of(summary)),
        "frontier": frontier(wires, baselines(wires)),
        "training": learning(target_history("a$b$", 1), "training", ["a$b$"], {}),
        "attackers": learning(post("a"), "attackers", ["a"], {"mse": 0.06}),
        "improvement": learning(with_share(refine("a")), "improvement", ["a"], {}),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, figure in made.items():
            stem = tmp_path / "new" / f"{name}-0.7"
            save(figure, stem)
            picture, drawing = Path(f"{stem}.png"), Path(f"{stem}.svg")
            width, height = figure.get_size_inches()
            with Image.open(picture) as image:
                assert image.size == pytest.approx((width * 200, height * 200), abs=1)
                colours = image.convert("RGB").getcolors()
            assert len(colours) <= 256
            assert max(colours)[1] == (255, 255, 255)  # the paper stays white
            assert picture.stat().st_size < 130_000
            assert "<svg" in drawing.read_text()
    assert len(list((tmp_path / "new").iterdir())) == 2 * len(made)  # no temporary file is left
