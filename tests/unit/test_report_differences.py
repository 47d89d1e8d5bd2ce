"""The table of paired differences: what is set beside what, by whom, and what it comes to."""

import numpy as np
import pandas as pd
import pytest
from report_rows import row, without
from scores_tables import CHARACTERS, LABELS, scores_of, study

from intercept.arrays.stored_images import StoredImages
from intercept.datasets.cache import ImageSet
from intercept.metrics.groups import measure_groups
from intercept.report.comparing import difference, relation
from intercept.report.differences import COLUMNS, COMPARED, differences
from intercept.report.scores import character_sums


def table(folder, attacks, seeds=(1, 2, 3, 4)):
    summary, sums = study(folder, attacks, seeds)
    keys = summary[["target", "wire", "attacker", "seed"]].itertuples(index=False, name=None)
    return summary, differences(summary, dict(zip(keys, sums, strict=True)))


def attack(target="a", wire="cut", attacker="decoder", held_out=0.5, level=0.5):
    judged = dict.fromkeys(COMPARED, held_out)
    place = {"target": target, "wire": wire, "attacker": attacker}
    return place | {"held_out": judged, "level": level}


def pairs(found, kind):
    rows = found[found["kind"].eq(kind) & found["measure"].eq("top1") & found["group"].eq("unseen")]
    columns = ["target_a", "wire_a", "attacker_a", "target_b", "wire_b", "attacker_b"]
    return [tuple(one) for one in rows[columns].to_numpy()]


def test_wires_that_are_alike_in_one_thing_are_set_side_by_side(tmp_path):
    attacks = [attack(target, wire) for target in "ab" for wire in ("cut", "noise")]
    attacks.append(attack("c", "other"))
    _, found = table(tmp_path, attacks, (1, 2))
    assert list(found.columns) == list(COLUMNS)
    assert pairs(found, "targets") == [
        ("a", "cut", "decoder", "b", "cut", "decoder"),
        ("a", "noise", "decoder", "b", "noise", "decoder"),
    ]
    assert pairs(found, "wires") == [
        ("a", "cut", "decoder", "a", "noise", "decoder"),
        ("b", "cut", "decoder", "b", "noise", "decoder"),
    ]
    assert set(found["measure"]) == {"within_character", "top1", "class_top1", "skill"}
    assert set(found["group"]) == {"unseen", "seen"}


def test_both_sides_have_the_attackers_that_both_wires_met(tmp_path):
    attacks = [
        attack("a", attacker="decoder", held_out=0.3),
        attack("a", attacker="refine", held_out=0.9),  # which b never met
        attack("a", attacker="prior", held_out=0.1),
        attack("b", attacker="decoder", held_out=0.3),
        attack("b", attacker="prior", held_out=0.4),
        attack("b", attacker="retrieval"),
        attack("c", attacker="retrieval"),  # which rebuilds nothing
    ]
    _, found = table(tmp_path, attacks, (1,))
    assert pairs(found, "targets") == [("a", "cut", "decoder", "b", "cut", "prior")]


def test_the_strongest_on_a_wire_is_set_beside_the_posts_decoder(tmp_path):
    attacks = [
        attack("a", attacker="post", held_out=0.9),
        attack("a", attacker="decoder"),
        attack("b", attacker="post"),  # alone: nothing stands beside it
        attack("c", attacker="decoder"),
    ]
    _, found = table(tmp_path, attacks, (1,))
    assert pairs(found, "attackers") == [("a", "cut", "decoder", "a", "cut", "post")]


def test_the_posts_decoder_may_have_another_name(tmp_path):
    attacks = [
        attack("a", attacker="titcombe", held_out=0.1) | {"attacker_kind": "post"},
        attack("a", attacker="decoder"),
    ]
    _, found = table(tmp_path, attacks, (1,))
    assert pairs(found, "attackers") == [("a", "cut", "decoder", "a", "cut", "titcombe")]


@pytest.mark.parametrize("measure", ["within_character", "class_top1", "skill"])
def test_a_difference_is_that_of_the_means_and_called_beyond_its_interval(tmp_path, measure):
    attacks = [
        attack("a", level=[0.5, 0.52, 0.48, 0.5]),
        attack("b", level=0.2),
        attack("c", level=0.2),
    ]
    summary, found = table(tmp_path, attacks)
    means = summary.groupby("target")[f"unseen_{measure}"].mean()
    ab, ba, bc = (
        difference(found, "unseen", measure, (one, "cut"), (other, "cut"))
        for one, other in ("ab", "ba", "bc")
    )
    assert ab.value == pytest.approx(means["a"] - means["b"])
    assert [ba.value, ba.low, ba.high] == [-ab.value, -ab.high, -ab.low]
    assert (relation(ab), relation(ba), relation(bc)) == ("higher", "lower", "not told apart")


def test_one_seed_has_values_and_no_interval_whatever_the_gap(tmp_path):
    summary, found = table(tmp_path, [attack("a", level=0.9), attack("b", level=0.1)], (1,))
    assert found["value"].gt(0.4).all()
    assert found["low"].isna().all() and found["high"].isna().all()
    assert (summary["unseen_top1_low"].max() > summary["unseen_top1_high"].min()).all()
    gap = difference(found, "unseen", "top1", ("a", "cut"), ("b", "cut"))
    assert relation(gap) == "not compared"


def test_what_has_no_row_is_not_compared(tmp_path):
    _, found = table(tmp_path, [attack("a")], (1, 2))
    assert found.empty
    assert (
        relation(difference(found, "unseen", "top1", ("a", "cut"), ("x", "cut"))) == "not compared"
    )


def sums_of_seen_images(folder, level, seed):
    """Of an attack on images that the attacker owns, every one of them."""
    blank = StoredImages(np.zeros((len(LABELS), 1, 1, 1), np.float32))
    images = ImageSet(blank, LABELS, CHARACTERS, np.ones(len(LABELS), bool))
    drawn = scores_of(np.random.default_rng(seed), level).query("group == 'seen'")
    scores = {name: drawn[name].to_numpy() for name in drawn.columns[5:]}
    _, table = measure_groups(images, lambda _: scores, seed)
    table.to_csv(folder / "scores.csv", index=False)
    return character_sums(folder / "scores.csv")


def test_where_every_image_was_seen_nothing_is_said_of_classes(tmp_path):
    levels, seeds = {"a": 0.8, "b": 0.2}, (1, 2)
    rows = [row(target, wire="cut", seed=seed) for target in levels for seed in seeds]
    sums = {
        (target, "cut", "decoder", seed): sums_of_seen_images(tmp_path, level, seed)
        for target, level in levels.items()
        for seed in seeds
    }
    found = differences(without(pd.DataFrame(rows), "unseen"), sums)
    assert set(found["group"]) == {"seen"}
    assert set(found["measure"]) == set(COMPARED) - {"class_top1"}
    assert (found["value"] > 0.4).all()
