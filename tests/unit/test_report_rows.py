"""The tables that figures are drawn from."""

import warnings

import pandas as pd
import pytest
from report_rows import row

from intercept.report.rows import (
    join_rows,
    not_run_in_words,
    read_not_run,
    read_rows,
    reasons_not_run,
)
from intercept.report.strongest import strongest


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
    (tmp_path / "rows.csv").write_text("target,seed,wire\n0.70,1,2\n,1,2\n")
    rows = read_rows(tmp_path / "rows.csv")
    assert rows["target"][0] == "0.70"
    assert rows["target"].isna().tolist() == [False, True]


def test_what_was_not_run_is_one_sentence_for_each_reason():
    none, server = "no gradients", "no server part"
    rows = [
        *((target, name, none) for target in ("a", "b") for name in ("refine", "prior")),
        *(("a", name, none) for name in ("refine", "prior")),  # on another wire
        ("b", "shadow", server),
        ("c", "shadow", server),
    ]
    assert not_run_in_words(pd.DataFrame(rows, columns=["target", "attacker", "not_run"])) == [
        "refine and prior were not run on a and b: no gradients",
        "shadow was not run on b and c: no server part",
    ]
    assert not_run_in_words(pd.DataFrame(columns=["target", "attacker", "not_run"])) == []


@pytest.mark.parametrize("name", ["NA", "None", "nan", "null", "007"])
def test_any_name_that_a_configuration_may_have_is_read_as_it_is(tmp_path, name):
    columns = ("study", "dataset", "target", "wire", "cut_layer", "defence", "attacker")
    made, table = row(**dict.fromkeys(columns, name)), tmp_path / "summary.csv"
    pd.DataFrame([made, made | {"not_run": "no gradients"}]).to_csv(table, index=False)
    rows = read_rows(table)
    for column in (*columns, "training"):
        assert rows[column].tolist() == [name]
    assert rows["epsilon"].isna().all()
    assert strongest(rows, "within_character")["target"].tolist() == [name]
    assert reasons_not_run(read_not_run(table)) == {name: [f"{name}: no gradients"]}
