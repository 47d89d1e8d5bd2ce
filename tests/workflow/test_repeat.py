"""The same lock, seed and machine give the same table."""

import shutil

import pandas as pd

from tests.workflow.conftest import TINY

RESULTS = "results/tiny"

# Of the one target that draws no noise from the operating system, every stage up to the tables.
ATTACKS = {"plain": ["post", "refine"], "behind-noise": ["post"]}
TABLES = {
    "summary.csv": ["target", "seed", "wire", "attacker"],
    "baselines.csv": ["baseline", "target", "seed", "numbers"],
}
OF_THE_STUDY = ["config_hash"]  # which is another for the second run


def test_a_second_run_from_nothing_gives_the_same_rows(fresh, finished):
    wires = {
        name: {**TINY["wires"][name], "targets": ["no-dp"], "attackers": attackers}
        for name, attackers in ATTACKS.items()
    }
    fresh.configure(targets={"no-dp": {"recipe": "post-part-1", "epochs": 1}}, wires=wires)
    shutil.rmtree(fresh.path / "data")
    run = fresh.run(*(f"{RESULTS}/{table}" for table in TABLES))
    assert run.code == 0, run.output
    for table, names in TABLES.items():
        again, before = (
            pd.read_csv(project.path / RESULTS / table, dtype=str, keep_default_na=False)
            .set_index(names)
            .drop(columns=OF_THE_STUDY)
            for project in (fresh, finished)
        )
        assert len(again) == {"summary.csv": 3, "baselines.csv": 6}[table]
        pd.testing.assert_frame_equal(again, before.loc[again.index], check_exact=True)
