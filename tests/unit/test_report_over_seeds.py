"""Rows over several seeds: their intervals, from the scores of every image."""

import numpy as np
import pandas as pd
import pytest
from report_rows import accuracy, row
from scores_tables import BASELINE, LABELS, study

from intercept.report.comparing import measured, over_seeds
from intercept.report.over_seeds import with_intervals_over_seeds


def width(found):
    return found.high - found.low


def read(folder, attacks, seeds=(1, 2, 3, 4, 5)):
    return with_intervals_over_seeds(*study(folder, attacks, seeds))


@pytest.mark.parametrize("measure", ["within_character", "top1", "class_top1", "skill"])
def test_seeds_that_are_alike_narrow_the_interval(tmp_path, measure):
    """An interval around those of all seeds would have grown with each."""
    rows = read(tmp_path, [{"level": 0.4}])
    found = measured(rows, "unseen", measure)
    assert found.value == pytest.approx(rows[f"unseen_{measure}"].mean())
    assert found.low < found.value < found.high
    single = [measured(rows.iloc[[one]], "unseen", measure) for one in range(5)]
    own = rows[f"unseen_{measure}_high"] - rows[f"unseen_{measure}_low"]
    enclosed = rows[f"unseen_{measure}_high"].max() - rows[f"unseen_{measure}_low"].min()
    assert width(found) < own.mean() < enclosed
    assert len({(one.low, one.high) for one in single}) == 1  # the same in the row of each seed


def test_seeds_that_differ_widen_it(tmp_path):
    alike, apart = (
        measured(read(tmp_path, [{"level": levels}]), "unseen", "within_character")
        for levels in ([0.4] * 5, [0.2, 0.3, 0.4, 0.5, 0.6])
    )
    assert width(apart) > 1.5 * width(alike)


def test_each_attack_has_its_own(tmp_path):
    attacks = [
        {"target": "a", "level": 0.2},
        {"target": "b", "level": 0.8},
        {"target": "a", "attacker": "retrieval", "level": 0.5},
    ]
    rows = read(tmp_path, attacks)
    for target, attacker, level in (("a", "decoder", 0.2), ("b", "decoder", 0.8)):
        chosen = rows[rows["target"].eq(target) & rows["attacker"].eq(attacker)]
        found = measured(chosen, "seen", "top1")
        assert found.low < level < found.high
    searching = rows[rows["attacker"] == "retrieval"]
    assert measured(searching, "unseen", "top1").low > 0.3
    assert np.isnan(searching["unseen_skill_over_seeds_low"]).all()


def test_one_seed_keeps_its_own_interval(tmp_path):
    rows = read(tmp_path, [{"level": 0.4}], seeds=(7,))
    for measure in ("within_character", "skill"):
        for end in ("low", "high"):
            column = f"unseen_{measure}_{end}"
            assert rows[column].notna().all()
            assert list(rows[f"unseen_{measure}_over_seeds_{end}"]) == list(rows[column])


@pytest.mark.parametrize(("level", "own"), [(0, (0.0, 0.1)), (1, (0.9, 1.0))])
def test_hits_that_are_all_alike_keep_the_interval_of_a_seed(tmp_path, level, own):
    rows, sums = study(tmp_path, [{"level": level}], (1, 2, 3))
    rows[["unseen_top1_low", "unseen_top1_high"]] = own
    found = measured(with_intervals_over_seeds(rows, sums), "unseen", "top1")
    assert (found.value, found.low, found.high) == (level, *own)


def test_a_group_without_images_has_none(tmp_path):
    rows, sums = study(tmp_path, [{"level": 0.4}], (1, 2))
    sums = [table.loc[["unseen"]] for table in sums]
    rows[["seen_top1_low", "seen_top1_high"]] = np.nan
    found = with_intervals_over_seeds(rows, sums)
    assert found["seen_top1_over_seeds_low"].isna().all()
    assert found["unseen_top1_over_seeds_low"].notna().all()


def test_sums_are_by_character_and_skill_is_their_ratio(tmp_path):
    rows, (sums,) = study(tmp_path, [{"level": 0.4}])
    unseen = sums.loc["unseen"]
    assert list(unseen.index.get_level_values("label")) == [0] * 10 + [1] * 10 + [2] * 10
    assert unseen["images"].tolist() == [4] * 30
    assert unseen["mean_image_squared_error"].sum() == pytest.approx(BASELINE.sum())
    skill = unseen["gain"].sum() / unseen["mean_image_squared_error"].sum()
    assert skill == pytest.approx(rows["unseen_skill"].iloc[0])
    assert unseen["top1"].sum() / len(LABELS) == pytest.approx(rows["unseen_top1"].iloc[0])


def test_what_has_no_scores_of_images_has_an_interval_from_its_seeds_own():
    """Accuracies and baselines: the seeds' spread, and the images that all of them share."""

    def of(*values, width=0.02):
        made = [
            row(seed=n, **accuracy("fine_tuned_accuracy", v, width)) for n, v in enumerate(values)
        ]
        return over_seeds(pd.DataFrame(made), "fine_tuned_accuracy")

    alone = of(0.7)
    assert (alone.value, alone.low, alone.high) == pytest.approx((0.7, 0.68, 0.72))
    alike = of(0.7, 0.7, 0.7)
    assert (alike.low, alike.high) == pytest.approx((0.68, 0.72))
    apart = of(0.68, 0.7, 0.72, width=0)
    half = 4.303 * 0.02 / np.sqrt(3)  # of two degrees of freedom
    assert (apart.low, apart.high) == pytest.approx((0.7 - half, 0.7 + half), abs=1e-4)
    assert of(0.68, 0.7, 0.72).high - 0.7 == pytest.approx(half, abs=1e-4)  # no narrower
    assert (of(0.2, 0.9).low, of(0.2, 0.9).high) == (0, 1)
    assert np.isnan(of(0.6, 0.7, width=np.nan).low)
    assert not over_seeds(pd.DataFrame([row()]).iloc[:0], "fine_tuned_accuracy").known


def test_a_drawing_without_others_of_its_character_is_in_no_share_of_classes(tmp_path):
    (row,) = read(tmp_path, [{"level": 1.0}], (1, 2)).head(1).to_dict("records")
    for end in ("low", "high"):
        assert row[f"unseen_class_top1_over_seeds_{end}"] == 1


@pytest.mark.parametrize(("value", "low", "high"), [(1.0, 0.884, 1.0), (0.0, 0.0, 0.116)])
def test_seeds_that_are_all_right_or_all_wrong_know_no_more_than_one(value, low, high):
    """The same images judged them, of which thirty say no more three times than once."""
    ends = {"server_accuracy": value, "server_accuracy_low": low, "server_accuracy_high": high}
    found = over_seeds(pd.DataFrame([ends] * 3), "server_accuracy")
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high))
