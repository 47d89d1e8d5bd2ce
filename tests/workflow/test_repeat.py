"""The same lock, seed and machine give the same table."""

import shutil

import pandas as pd

from tests.workflow.conftest import TINY

# By what a row was made; the configuration of the second run is another.
OF_THE_CONFIGURATION = ["config_hash"]


def test_a_second_run_from_nothing_gives_the_same_table(fresh, finished):
    """Of the one target that draws no noise from the operating system."""
    fresh.configure(targets={"no-dp": TINY["targets"]["no-dp"]})
    shutil.rmtree(fresh.path / "data")
    run = fresh.run()
    assert run.code == 0, run.output
    results = [project.path / "results/tiny" for project in (fresh, finished)]
    for table in ("summary.csv", "baselines.csv"):
        again, before = (pd.read_csv(folder / table) for folder in results)
        of_all = before["target"].isna() if table == "baselines.csv" else False
        of_it = before["target"].str.startswith("no-dp", na=False)  # its checkpoints too
        of_its_width = before["numbers"].isin(again["numbers"])
        before = before[(of_it | of_all) & of_its_width].reset_index(drop=True)
        assert len(again) == len(before) > 0
        pd.testing.assert_frame_equal(
            again.drop(columns=OF_THE_CONFIGURATION),
            before.drop(columns=OF_THE_CONFIGURATION),
            check_exact=True,
            check_dtype=False,
        )
