"""A clock that jumps: files dated later than now, or earlier than what they were made of."""

import os
import time

from tests.workflow.conftest import Project
from tests.workflow.stages import RESULTS, remove
from tests.workflow.watching import begun, wait_until

DAY = 24 * 3600


def shift(project: Project, *names: str, days: float) -> None:
    for name in names:
        path = project.path / name
        for file in path.rglob("*") if path.is_dir() else [path]:
            date = file.stat().st_mtime + days * DAY
            os.utime(file, (date, date))


def test_a_clock_that_was_set_back_between_runs_changes_nothing(project):
    """Everything is of tomorrow, and one script was edited there after it was run."""
    shift(project, "data", "results", "benchmarks", "workflow/scripts", days=1)
    run = project.run("--dry-run")
    assert "The clock was set back" in run.output
    assert run.jobs == {}

    shift(project, "results", "benchmarks", days=1)
    module = "workflow/scripts/intercept/report/figures/bounds/drawing.py"
    script = project.path / module
    script.write_text(script.read_text() + "\n# An edit.\n")
    shift(project, module, days=2)
    assert project.plan() == {"plot_figure": 1, "render_report": 1}
    run = project.run(f"{RESULTS}/figures/bounds.png")
    assert run.code == 0, run.output
    assert "The clock was set back" not in run.output
    assert set(project.plan()) <= {"render_report"}


def test_a_clock_that_is_set_back_during_a_run_is_said_and_the_next_run_goes_on(project):
    """To a job that runs, its inputs are then of the future."""
    network = f"{RESULTS}/stopped/seed-1/target.h5"
    output = f"{RESULTS}/stopped/seed-1/predicted_class.json"
    remove(project, output)
    since = time.time()
    run = project.start(output)
    wait_until(lambda: begun(project, "measure_class_baseline", since), run)
    shift(project, network, days=1)
    said, _ = run.communicate(timeout=200)
    assert run.returncode != 0
    assert "Traceback" not in said
    (line,) = {line for line in said.splitlines() if line.startswith("Error: ")}
    assert network in line
    assert "the clock was set back. Run the same command again" in line
    assert output not in project.files()

    again = project.run(output)
    assert again.code == 0, again.output
    assert again.jobs == {"measure_class_baseline": 1}
    assert project.plan() == {}
