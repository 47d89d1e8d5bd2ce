"""Figures of every kind are saved whole, and without a warning."""

import warnings

import matplotlib.image
import numpy as np
import pytest
from leakage_table import TARGETS, scores_of, small, table
from learning_histories import post, refine, target_history
from report_rows import baselines

from intercept.report.figures.attackers.drawing import attacker_curves
from intercept.report.figures.identification.drawing import identification_curves
from intercept.report.figures.improvement.drawing import improvement
from intercept.report.figures.leakage_scale.drawing import leakage_scale
from intercept.report.figures.pictures import block
from intercept.report.figures.samples.drawing import samples
from intercept.report.figures.sheet import sheet
from intercept.report.figures.training.drawing import training_curves
from intercept.report.style import save


def test_the_figures_are_saved_without_a_warning(tmp_path):
    summary = small(table(TARGETS, seeds=(1, 2)))
    figures = {
        "scale": leakage_scale(summary, baselines(summary)),
        "curves": identification_curves(summary, scores_of(summary)),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, figure in figures.items():
            for path in save(figure, tmp_path / name):
                assert path.stat().st_size > 0


def test_figures_are_saved_without_a_warning(tmp_path):
    images = np.random.default_rng(20200515).random((3, 20, 20), dtype=np.float32)
    made = {
        "samples": samples(images, "A $et"),
        "reconstructions": sheet([block(images[:2], [("a$b$", images[:2])])], ""),
        "training": training_curves(target_history("no-dp", 1), ["no-dp"]),
        "attackers": attacker_curves(post("a"), ["a"], {"mse": 0.06}),
        "improvement": improvement(refine("a"), ["a"]),
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
    assert len(list((tmp_path / "new").iterdir())) == 2 * len(made)  # no temporary file is left
