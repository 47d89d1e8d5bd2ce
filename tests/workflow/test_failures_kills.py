"""kill -9 of Snakemake or of a job: unlocked, the same command goes on; what was sound stays."""

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.workflow.conftest import refused
from tests.workflow.stages import ALL, OUTPUTS, RESULTS, TARGETS, half_written, remove
from tests.workflow.watching import begun, jobs_of, wait_until

MANIFEST = "data/mnist_5k/manifest.json"
CLASS_BASELINES = [
    f"{RESULTS}/{target}/seed-1/predicted_class.json" for target in ("dp-noise-0.7", "stopped")
]


def kill(run: subprocess.Popen) -> None:
    """Send SIGKILL to Snakemake and to all its jobs."""
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()


def test_kill_of_snakemake_in_every_stage(project):
    """Each job is stopped at its beginning until all are there, and then all are killed."""
    before = project.files()
    remove(project, *ALL)
    since = time.time()
    run = project.start(*TARGETS, "--cores", "10", "--resources", "mem_mb=99000")
    stopped = {}

    def all_have_begun() -> bool:
        for process, rule in jobs_of(run).items():
            if process not in stopped and begun(project, rule, since):
                os.kill(process, signal.SIGSTOP)
                stopped[process] = rule
        return len(stopped) == len(OUTPUTS)

    wait_until(all_have_begun, run)
    assert set(stopped.values()) == set(OUTPUTS)
    kill(run)
    assert not ALL & set(project.files())

    refused(project.run(*TARGETS), "cannot be locked")
    project.unlock()
    assert project.plan(*TARGETS) == dict.fromkeys(OUTPUTS, 1)
    repaired = ("train_target", "defend_wire", "attack_wire")
    again = project.run(*(OUTPUTS[rule][0] for rule in repaired))
    assert again.code == 0, again.output
    assert again.jobs == dict.fromkeys(repaired, 1)
    after = project.files()
    assert set(after) >= {file for rule in repaired for file in OUTPUTS[rule]}
    assert {name: after[name] for name in set(before) - ALL} == {
        name: before[name] for name in set(before) - ALL
    }
    assert half_written(project) == []


def test_kill_of_snakemake_alone_while_data_is_prepared(project):
    """The job that is left behind ends too; else it would write beside the next run's."""
    remove(project, "data")
    since = time.time()
    run = project.start(MANIFEST)
    wait_until(lambda: begun(project, "prepare_dataset", since), run)
    (job,) = jobs_of(run)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{job}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{job}").exists()
    assert not [name for name in project.files() if name.startswith("data/")]

    project.unlock()
    again = project.run(MANIFEST)
    assert again.code == 0, again.output
    assert again.jobs == {"prepare_dataset": 1}
    assert half_written(project) == []


def test_kill_of_the_report(project):
    page, table = f"{RESULTS}/report.html", f"{RESULTS}/bounds.csv"
    figure = [f"{RESULTS}/figures/frontier.{suffix}" for suffix in ("png", "svg")]
    remove(project, page, table, *figure)
    since = time.time()
    run = project.start()
    wait_until(lambda: begun(project, "check_bounds", since), run)
    wait_until(lambda: begun(project, "plot_figure", since), run)
    kill(run)
    before = project.files()
    project.unlock()
    again = project.run()
    assert again.code == 0, again.output
    assert set(again.jobs) <= {"render_report", "check_bounds", "plot_figure"}
    after = project.files()
    again_made = {page, table, *figure}
    assert again_made <= set(after)
    assert {name: after[name] for name in set(before) - again_made} == {
        name: before[name] for name in set(before) - again_made
    }


def test_kill_of_one_job_of_several(project):
    """The other goes on to its end, one line says what was killed, and the next run makes it."""
    remove(project, *CLASS_BASELINES)
    since = time.time()
    run = project.start(*CLASS_BASELINES)
    wait_until(lambda: len(begun(project, "measure_target", since)) == 2, run)
    victim = next(
        process
        for process in jobs_of(run)
        if any("stopped/" in os.readlink(file) for file in open_files(process))
    )
    os.kill(victim, signal.SIGKILL)
    output, _ = run.communicate(timeout=200)
    assert run.returncode != 0
    assert "Traceback" not in output
    said = [line for line in output.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1
    assert "was killed" in said[0]
    assert "logs/tiny/stopped/seed-1/measure_target.log" in said[0]
    other, killed = (project.path / name for name in CLASS_BASELINES)
    assert other.exists()
    assert not killed.exists()
    date = other.stat().st_mtime_ns

    again = project.run(*CLASS_BASELINES)
    assert again.code == 0, again.output
    assert again.jobs == {"measure_target": 1}
    assert killed.exists()
    assert other.stat().st_mtime_ns == date


def open_files(process: int) -> list[Path]:
    return [file for file in Path(f"/proc/{process}/fd").iterdir() if file.is_symlink()]
