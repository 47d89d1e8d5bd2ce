"""A disk that is full or read-only: one line names the file, and nothing half-written stays."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from tests.workflow.conftest import TINY, Project
from tests.workflow.stages import ALL, OUTPUTS, RESULTS, TARGETS, half_written, remove

FULL = "cannot be written: the disk is full: free some space and run the same command again"


@pytest.fixture
def full(project, mounted):
    """Put a folder of the project on a disk of its own; the function returned fills that."""

    def on_a_disk(folder: str):
        files = {
            file.relative_to(project.path): (file.read_bytes(), file.stat().st_mtime_ns)
            for file in (project.path / folder).rglob("*")
            if file.is_file()
        }
        disk = mounted(folder, "size=128m")
        for name, (content, date) in files.items():
            (project.path / name).parent.mkdir(parents=True, exist_ok=True)
            (project.path / name).write_bytes(content)
            os.utime(project.path / name, ns=(date, date))

        def fill() -> Path:
            filling = disk / "filling"
            with filling.open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(bytes(4096))
            return filling

        return fill

    return on_a_disk


def fails_for_want_of_space(project: Project, wanted: list[str], names: list[str]) -> None:
    """The jobs for what is wanted fail, each with a line on one of its own files."""
    run = project.run(*wanted)
    assert run.code != 0
    assert "Traceback" not in run.output
    said = [line.removeprefix("Error: ").partition(f" {FULL}")[0] for line in run.errors]
    assert sorted(said) == sorted(names), run.output
    assert half_written(project) == []


def test_a_full_disk_in_every_stage(project, full):
    fill = full("results")
    remove(project, *ALL)
    before = project.files()
    filling = fill()
    first = {outputs[0] for outputs in OUTPUTS.values()}
    first -= {f"{RESULTS}/stopped/seed-1/target.h5"}
    first |= {f"{RESULTS}/stopped/seed-1/checkpoint.npz"}
    fails_for_want_of_space(project, TARGETS, list(first))
    assert not ALL & set(project.files())
    filling.unlink()
    assert project.plan(*TARGETS) == dict.fromkeys(OUTPUTS, 1)
    repaired = [OUTPUTS[rule][0] for rule in ("cut_target", "measure_server", "draw_sample")]
    run = project.run(*repaired)
    assert run.code == 0, run.output
    after = project.files()
    assert all(after[name] == before[name] for name in before)


def test_a_full_disk_in_the_other_trainings(project, full):
    """What all attacks share, and a target that has no epoch to keep."""
    prior = {"prior": {"epochs": 1, "steps": 1}}
    project.configure(attackers=TINY["attackers"] | prior)
    wanted = [
        f"{RESULTS}/untrained/seed-1/target.h5",
        f"{RESULTS}/auxiliary/seed-1/embeddings.h5",
        f"{RESULTS}/baselines/seed-1/mobile_output/standard/autoencoder.h5",
    ]
    fill = full("results")
    remove(project, *wanted)
    fill()
    wanted.append(f"{RESULTS}/auxiliary/seed-1/prior.h5")
    fails_for_want_of_space(project, wanted, wanted)


# None of these waits for another; one job writes a figure twice, the drawing last. All are removed:
# what a job's former output leaves free would do for another.
INDEPENDENT = [
    *("auxiliary/seed-1/auxiliary.h5", "no-dp/seed-1/privacy.json"),
    *("figures/training.png", "figures/training.svg"),
]


@pytest.mark.parametrize("names", [INDEPENDENT, ["summary.csv"], ["report.html"]])
def test_a_full_disk_for_what_others_wait_for(project, full, names):
    wanted = [f"{RESULTS}/{name}" for name in names]
    fill = full("results")
    remove(project, *wanted)
    filling = fill()
    first = [name for name in wanted if not name.endswith(".svg")]
    fails_for_want_of_space(project, wanted, first)
    filling.unlink()
    run = project.run(*wanted)
    assert run.code == 0, run.output


def test_a_full_disk_for_the_data(project, full):
    fill = full("data")
    remove(project, "data/mnist_5k")
    filling = fill()
    fails_for_want_of_space(
        project, ["data/mnist_5k/manifest.json"], ["data/mnist_5k/target.tfrecord"]
    )
    filling.unlink()
    run = project.run("data/mnist_5k/manifest.json")
    assert run.code == 0, run.output


def test_a_disk_that_is_full_from_the_start(project, full):
    """Snakemake itself has no room then for what it keeps, and says so; no job can."""
    remove(project, f"{RESULTS}/report.html")
    full(".snakemake")()
    run = project.run()
    assert run.code != 0
    assert "No space left on device" in run.output
    assert not (project.path / RESULTS / "report.html").exists()
    assert half_written(project) == []


def test_a_read_only_results_folder_is_named(project, mounted):
    mounted("results", "size=64k,ro")
    run = project.run()
    assert run.code != 0
    assert "Traceback" not in run.output
    assert (
        run.output.splitlines()[-1] == "OSError: [Errno 30] Read-only file system: 'results/tiny'"
    )
