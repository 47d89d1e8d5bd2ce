"""A file that is damaged, cut short or another's is named by the stage that reads it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.workflow.conftest import ROOT, Project, refused
from tests.workflow.stages import RESULTS, remove

WHAT_TO_DO = "delete it and run the same command again"


def cut_short(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) * 2 // 3])


def flip_a_bit(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def as_text(file: Path) -> None:
    file.write_text("not what it should be\n")


def without_keys(file: Path) -> None:
    file.write_text("{}\n")


def of_dp_07(file: Path) -> None:
    """Put the file of another target there, of the same kind and shape."""
    own = file.parts[file.parts.index("tiny") + 1]
    shutil.copyfile(Path(str(file).replace(own, "dp-noise-0.7")), file)


def damage(project: Project, name: str, how: Callable[[Path], None]) -> None:
    """Without a change of its date, as a failing disk does: no job runs because of it."""
    file = project.path / name
    date = file.stat().st_mtime_ns
    content = file.read_bytes()
    how(file)
    assert file.read_bytes() != content
    os.utime(file, ns=(date, date))


NOISY = f"{RESULTS}/no-dp/seed-1/mobile_output-noise-2"
BASELINES = f"{RESULTS}/baselines/seed-1/mobile_output/standard"

# A damaged file, what happened to it, and what a job writes that has to read it.
READ = {
    f"{RESULTS}/dp-noise-0.7/seed-1/training.json": (
        without_keys,
        f"{RESULTS}/dp-noise-0.7/seed-1/privacy.json",
    ),
    f"{RESULTS}/stopped/seed-1/target.h5": (
        flip_a_bit,
        f"{RESULTS}/stopped/seed-1/predicted_class.json",
    ),
    f"{RESULTS}/dp-noise-0.3/seed-1/target.h5": (
        of_dp_07,
        f"{RESULTS}/dp-noise-0.3/seed-1/mobile_output/intercepted.h5",
    ),
    f"{RESULTS}/untrained/seed-1/mobile_output/intercepted.h5": (
        cut_short,
        f"{RESULTS}/untrained/seed-1/mobile_output/activations.h5",
    ),
    f"{RESULTS}/stopped/seed-1/mobile_output/activations.h5": (
        of_dp_07,
        f"{RESULTS}/stopped/seed-1/mobile_output/post/reconstructions.h5",
    ),
    f"{RESULTS}/no-dp/seed-1/mobile_output/post/history.csv": (
        as_text,
        f"{RESULTS}/no-dp/seed-1/mobile_output/post/metrics.json",
    ),
    f"{RESULTS}/no-dp/seed-1/history.csv": (of_dp_07, f"{RESULTS}/figures/training.png"),
    f"{RESULTS}/dp-noise-0.7/seed-1/mobile_output/post/reconstructions.h5": (
        flip_a_bit,
        f"{RESULTS}/dp-noise-0.7/seed-1/mobile_output/refine/reconstructions.h5",
    ),
    f"{NOISY}/defence.json": (cut_short, f"{NOISY}/server.json"),
    f"{BASELINES}/autoencoder.h5": (empty, f"{BASELINES}/baselines.json"),
}


# A folder, and that of another target, which takes its place.
COPIED = f"{RESULTS}/no-dp/seed-1/mobile_output/retrieval"
OTHER = f"{RESULTS}/dp-noise-0.7/seed-1/mobile_output/retrieval"


def test_every_damaged_file_is_named_and_deleting_it_repairs_it(project):
    """And a folder that was copied from another target, with its checksums of another place."""
    wanted = [output for _, output in READ.values()]
    remove(project, *wanted, COPIED)
    # Dated now, and without the measures, so that these are what has to be made.
    measures = shutil.ignore_patterns("*metrics.json*", "*scores.csv*")
    other, copied = project.path / OTHER, project.path / COPIED
    shutil.copytree(other, copied, copy_function=shutil.copy, ignore=measures)
    wanted.append(f"{COPIED}/metrics.json")
    for name, (how, _) in READ.items():
        damage(project, name, how)
    before = project.files()
    run = project.run(*wanted)
    assert run.code != 0
    assert "Traceback" not in run.output
    assert len(run.errors) == len(READ) + 1
    for name in READ:
        (said,) = [line for line in run.errors if f" {name};" in line]
        assert WHAT_TO_DO in said
    (said,) = [line for line in run.errors if f"{COPIED}/reconstructions.h5" in line]
    assert f"{COPIED}/history.csv" in said and WHAT_TO_DO in said
    left = project.files()  # what else the failed jobs wrote goes with what was removed
    assert all(before[name] == left[name] for name in left)
    assert set(READ) <= set(left)

    repaired = list(READ)[-3:]
    wanted = [READ[name][1] for name in repaired]
    remove(project, *repaired)
    run = project.run(*wanted)
    assert run.code == 0, run.output
    assert run.jobs == {
        "attack_wire": 2,
        "defend_wire": 1,
        "measure_server": 1,
        "train_autoencoder": 1,
        "measure_baselines": 1,
    }
    remade = {str(Path(name).parent) for name in (*repaired, *wanted)}
    after = project.files()
    assert all(after[name] == left[name] for name in left if str(Path(name).parent) not in remade)


SHARED = {
    "data/mnist_5k/manifest.json": without_keys,
    "data/mnist_5k/attacker.tfrecord": cut_short,
    "data/mnist_5k/evaluation.tfrecord": flip_a_bit,
    f"{RESULTS}/auxiliary/seed-1/auxiliary.h5": as_text,
    f"{RESULTS}/auxiliary/seed-1/embeddings.h5": flip_a_bit,
}


def test_damaged_data_is_named(project):
    metrics = f"{RESULTS}/no-dp/seed-1/mobile_output/retrieval/metrics.json"
    target = f"{RESULTS}/untrained/seed-1/target.h5"
    remove(project, metrics, target)
    for name, how in SHARED.items():
        damage(project, name, how)
    damage(project, "data/mnist_5k/target.tfrecord", cut_short)
    before = project.files()
    run = project.run(metrics, target)
    assert run.code != 0
    assert "Traceback" not in run.output
    assert len(run.errors) == 2
    (measuring,) = [line for line in run.errors if "measure_attack.log" in line]
    assert all(name in measuring for name in SHARED)
    (training,) = [line for line in run.errors if "train_target.log" in line]
    assert "data/mnist_5k/target.tfrecord" in training
    assert set(project.files()) <= set(before)


def test_data_is_repaired_without_training_anew(project):
    """First the data alone (docs/troubleshooting.md): Snakemake then sees that it is as it was."""
    remove(project, "data/mnist_5k/attacker.tfrecord")
    run = project.run("data/mnist_5k/attacker.tfrecord")
    assert run.code == 0, run.output
    assert run.jobs == {"prepare_dataset": 1}
    assert project.plan() == {}


def test_a_file_of_a_finished_study_is_made_anew_by_its_name(project):
    """The same command finds nothing to do where nothing that is left to do needs the file."""
    page = (ROOT / "docs/troubleshooting.md").read_text()
    (check,) = re.findall(r"`(find results data .+?)`", page)
    sent = f"{RESULTS}/no-dp/seed-1/mobile_output/activations.h5"
    remove(project, sent)
    assert project.plan() == {}
    assert subprocess.run(check, shell=True, cwd=project.path).returncode != 0
    run = project.run(sent)
    assert run.code == 0, run.output
    assert run.jobs == {"compute_activations": 1}
    assert subprocess.run(check, shell=True, cwd=project.path).returncode == 0
    assert project.plan() == {}


def test_damaged_records_are_named(project):
    """By the table of the study, which is not written then."""
    tables = [f"{RESULTS}/{name}.csv" for name in ("summary", "baselines")]
    remove(project, *tables)
    damaged = {
        f"{RESULTS}/no-dp/seed-1/mobile_output/post/metrics.json": without_keys,
        f"{RESULTS}/no-dp/seed-1/mobile_output/server.json": cut_short,
        f"{RESULTS}/stopped/seed-1/privacy.json": of_dp_07,
        f"{RESULTS}/untrained/seed-1/predicted_class.json": without_keys,
        f"{BASELINES}/baselines.json": empty,
    }
    for name, how in damaged.items():
        damage(project, name, how)
    refused(project.run(tables[0]), *damaged, WHAT_TO_DO)
    assert not set(tables) & set(project.files())


def test_damaged_tables_and_figures_are_named(project):
    page = f"{RESULTS}/report.html"
    remove(project, page)
    damaged = [
        f"{RESULTS}/{name}" for name in ("summary.csv", "baselines.csv", "figures/training.png")
    ]
    for name in damaged:
        damage(project, name, flip_a_bit)
    refused(project.run(), *damaged, WHAT_TO_DO)
    assert page not in project.files()


def test_a_damaged_checkpoint_is_not_used(project):
    folder = f"{RESULTS}/stopped/seed-1"
    remove(project, f"{folder}/target.h5")
    (project.path / folder / "checkpoint.npz").write_bytes(b"PK\x03\x04 cut short")
    run = project.run(f"{folder}/target.h5")
    assert run.code == 0, run.output
    assert (
        f"{folder}/checkpoint.npz could not be read and is not used: the training begins anew"
        in run.output
    )
