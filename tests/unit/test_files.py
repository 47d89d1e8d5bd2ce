"""Files that are whole or not there, the code of a script, and a script's last word."""

import errno
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from intercept import files
from intercept.code import code_files
from intercept.datasets import cache
from intercept.errors import UserError
from intercept.training.checkpoint import Checkpoint, Progress
from intercept.training.recipes import recipe_names, trainer_module

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "results" / "table.csv"
    path.parent.mkdir()
    path.write_text("old")
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_when_the_block_ends_well(old):
    with files.whole(old) as temporary:
        temporary.write_text("new")
        assert old.read_text() == "old"
        assert (temporary.parent, temporary.suffix) == (old.parent, ".csv")
    assert old.read_text() == "new"
    assert names(old.parent) == ["table.csv"]


def test_folders_above_a_file_are_made(tmp_path):
    with files.whole(tmp_path / "a" / "b" / "c.txt") as temporary:
        temporary.write_text("text")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "text"


@pytest.mark.parametrize(
    "error", [ValueError("wrong"), KeyboardInterrupt(), UserError("no"), OSError(errno.EIO, "io")]
)
def test_on_an_error_the_old_file_stays_and_nothing_else(old, error):
    with pytest.raises(type(error)) as raised, files.whole(old) as temporary:
        temporary.write_text("half of the n")
        raise error
    assert raised.value is error
    assert old.read_text() == "old"
    assert names(old.parent) == ["table.csv"]


def test_what_a_killed_writer_left_is_removed_and_nothing_of_other_files(tmp_path):
    others = [".noise-0.7.99.png", ".noise-0.99.svg", "noise-0.99.png", ".noise-0.png.sha256"]
    for name in (".noise-0.99.png", *others):
        (tmp_path / name).write_text("half")
    with files.whole(tmp_path / "noise-0.png") as temporary:
        temporary.write_text("whole")
    assert names(tmp_path) == sorted(["noise-0.png", *others])


def test_a_block_that_writes_nothing_is_an_error(old):
    with pytest.raises(FileNotFoundError), files.whole(old):
        pass
    assert old.read_text() == "old"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full: free some space"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk quota is used up: free some"),
        (OSError(errno.EROFS, "Read-only file system"), "the folder is read-only: make it"),
        (PermissionError(errno.EACCES, "Permission denied"), "permission denied: make the folder"),
        (
            OSError("Can't write data (errno = 28, error message = 'No space left on device')"),
            "the disk is full: free some space",
        ),
    ],
    ids=["full", "quota", "read-only", "permission", "full, as HDF5 says it"],
)
def test_a_folder_that_cannot_be_written_is_said_in_one_line(old, error, said):
    with pytest.raises(UserError) as refused, files.whole(old) as temporary:
        temporary.write_text("half of the n")
        raise error
    message = str(refused.value)
    assert message.startswith(f"{old} cannot be written: {said}")
    assert "\n" not in message
    assert old.read_text() == "old"
    assert names(old.parent) == ["table.csv"]


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


NOISE = np.random.default_rng(0).random((2, 600, 400, 1), dtype=np.float32)


def write_bytes(path):
    with files.whole(path) as temporary:
        temporary.write_bytes(NOISE.tobytes())


def write_images(path):
    integers = np.zeros(len(NOISE), int)
    cache.write(path, cache.ImageSet(NOISE, integers, integers, integers > 0))


def write_checkpoint(path):
    Checkpoint(path, {}).save([tf.Variable(NOISE)], Progress())


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (write_bytes, "results.bin"),
        (lambda path: files.write_json(path, NOISE.tobytes().hex()), "record.json"),
        (write_images, "target.tfrecord"),
        (write_checkpoint, "checkpoint.npz"),
    ],
    ids=["bytes", "JSON", "images", "checkpoint"],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_disk_that_is_really_full_is_said_in_one_line(small_disk, write, name):
    (small_disk / name).write_text("old")
    with pytest.raises(UserError) as refused:
        write(small_disk / name)
    assert str(refused.value).startswith(f"{small_disk / name} cannot be written: ")
    assert "the disk is full: free some space" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert names(small_disk) == [name]
    assert (small_disk / name).read_text() == "old"


def test_hdf5_on_a_full_disk_is_said_in_one_line(small_disk):
    """In processes of their own, each with less room, which HDF5 may take down."""
    program = f"""
import os, sys
from pathlib import Path
import numpy as np
import tensorflow as tf
from intercept import files, hdf5, release

folder = Path({str(small_disk)!r})
noise = np.random.default_rng(0).random((500, 600), dtype=np.float32)
network = tf.keras.Sequential([tf.keras.Input((500,)), tf.keras.layers.Dense(600)])

def write_activations():
    activations = dict(attacker=noise, altered=noise, evaluation=noise)
    release.write_activations(folder / "a.h5", activations)

def write_network():
    with hdf5.whole_hdf5(folder / "n.h5") as file:
        network.save(file)

for room in range(0, 320_000, 32_000):
    (folder / "filling").write_bytes(bytes(2**20 - room))
    for write in (write_activations, write_network):
        process = os.fork()
        if process == 0:
            try:
                write()
            except files.UserError as error:
                os._exit(0 if "the disk is full" in str(error) else 1)
            except BaseException:
                os._exit(2)
            os._exit(3)
        print(write.__name__, room, os.waitpid(process, 0)[1])
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=SCRIPTS, capture_output=True, text=True, check=True
    )
    lines = ended.stdout.splitlines()
    assert len(lines) == 20
    assert [line for line in lines if not line.endswith(" 0")] == []
    assert names(small_disk) == ["filling"]


def test_a_disk_that_is_really_read_only_is_said_in_one_line(small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(UserError, match="the folder is read-only: make it writable"):
        write_bytes(small_disk / "results.bin")


def test_json_makes_the_round_trip(tmp_path):
    value = {"b": [1, 2.5, None], "a": {"ε": "×"}}
    files.write_json(tmp_path / "record.json", value)
    assert files.read_json(tmp_path / "record.json") == value
    text = (tmp_path / "record.json").read_text()
    assert text.index('"a"') < text.index('"b"')
    assert text.endswith("}\n")


@pytest.mark.parametrize("content", [b"", b'{"epochs": 1', b"\x00\x01", b"\xff\xfe", b"epochs: 1"])
def test_damaged_json_is_refused_with_what_to_do(tmp_path, content):
    path = tmp_path / "record.json"
    path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        files.read_json(path)
    said = f"{path} is damaged (not JSON): delete it and run the same command again"
    assert str(refused.value) == said


def test_a_digest_is_of_the_content_in_the_order_of_the_names(tmp_path):
    one, other = tmp_path / "a.py", tmp_path / "b.py"
    one.write_text("x = 1\n")
    other.write_text("y = 2\n")
    before = files.digest([str(other), str(one)])
    assert before == hashlib.sha256(b"x = 1\ny = 2\n").hexdigest()
    assert before == files.digest([str(one), str(other)])
    other.write_text("y = 3\n")
    assert files.digest([str(one), str(other)]) != before


@pytest.fixture
def library(tmp_path):
    """A script with a small library beside it."""
    sources = {
        "script.py": "import numpy\nimport lib.direct\nfrom lib.pack import inner, name\n",
        "other.py": "import lib.unused\n",
        "lib/__init__.py": "",
        "lib/direct.py": "def f():\n    from lib.indirect import g\n    return g\n",
        "lib/indirect.py": "import script\nimport lib.direct\n",  # and round again
        "lib/unused.py": "",
        "lib/pack/__init__.py": "from lib import of_the_package\n",
        "lib/pack/inner.py": "",
        "lib/pack/another.py": "",
        "lib/of_the_package.py": "",
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    return tmp_path


def test_the_code_of_a_script_is_what_it_imports_directly_or_not(library):
    assert code_files(library / "script.py") == sorted(
        str(library / name)
        for name in (
            "script.py",
            "lib/__init__.py",
            "lib/direct.py",
            "lib/indirect.py",
            "lib/pack/__init__.py",
            "lib/pack/inner.py",
            "lib/of_the_package.py",
        )
    )


def test_modules_imported_by_name_bring_what_they_import(library):
    (library / "other.py").write_text("import importlib\n")
    assert code_files(library / "other.py", "lib.pack.inner", "lib.unused") == sorted(
        str(library / name)
        for name in (
            "other.py",
            "lib/__init__.py",
            "lib/pack/__init__.py",
            "lib/pack/inner.py",
            "lib/of_the_package.py",
            "lib/unused.py",
        )
    )


def modules_of(script, *by_name):
    found = [Path(file).relative_to(SCRIPTS) for file in code_files(SCRIPTS / script, *by_name)]
    return {".".join(file.with_suffix("").parts) for file in found}


@pytest.mark.parametrize(
    ("script", "has", "has_not"),
    [
        (
            "train_target.py",
            ["training.recipes.__init__", "training.loop", "training.settings", "files", "script"],
            ["report", "attackers", "metrics", "release", "privacy", "datasets.source", "study"],
        ),
        (
            "attack_release.py",
            ["attackers.__init__", "attackers.surrogates", "release", "datasets.cache"],
            ["report", "training", "network", "metrics", "privacy", "study", "attackers.post"],
        ),
        (
            "measure_attack.py",
            ["metrics.leakage", "metrics.embedding", "release"],
            ["report", "training", "network", "attackers.post", "baselines", "privacy"],
        ),
        (
            "defend_release.py",
            ["defences.interface", "wire", "release"],
            ["report", "training", "attackers", "defences.noise", "bounds"],
        ),
        (
            "measure_release.py",
            ["bounds.record", "serving", "metrics.intervals"],
            ["report", "training", "attackers", "defences.noise"],
        ),
        ("check_bounds.py", ["report.frontier"], ["training", "attackers", "bounds", "datasets"]),
        ("plot_frontier.py", ["report.figures.frontier"], ["training", "attackers", "datasets"]),
        ("cut_release.py", ["network", "release"], ["report", "training", "attackers"]),
        ("prepare_dataset.py", ["datasets.source", "datasets.overlap"], ["report", "training"]),
        ("plot_samples.py", ["report.figures.pictures"], ["training", "attackers", "network"]),
        ("plot_training.py", ["report.figures.curves"], ["training", "attackers", "network"]),
        ("plot_leakage_scale.py", ["report.figures.scale"], ["training", "attackers", "datasets"]),
        ("plot_reconstructions.py", ["report.figures.pictures"], ["training", "metrics"]),
        ("render_report.py", ["report.page"], ["training", "attackers", "datasets"]),
        ("account_privacy.py", ["privacy"], ["training", "report", "attackers", "datasets"]),
    ],
)
def test_a_stage_depends_on_its_own_code_alone(script, has, has_not):
    modules = modules_of(script)
    assert {script.removesuffix(".py"), "intercept.__init__"} <= modules
    assert {f"intercept.{name}" for name in has} <= modules
    for name in has_not:
        prefix = f"intercept.{name}"
        assert not [m for m in modules if m == prefix or m.startswith(f"{prefix}.")]


@pytest.mark.parametrize("recipe", recipe_names())
def test_a_training_depends_on_its_own_recipe_alone(recipe):
    modules = modules_of("train_target.py", trainer_module(recipe))
    package = trainer_module(recipe).removesuffix(".trainer")
    network = "model_file" if recipe == "model-file" else "network"
    assert {f"{package}.trainer", f"{package}.settings", f"intercept.{network}"} <= modules
    of_recipes = {m for m in modules if m.startswith("intercept.training.recipes.")}
    others = {m for m in of_recipes if not m.startswith(f"{package}.")}
    base = {"bottleneck", "nopeek"}  # recipes that build on non-private
    shared = "intercept.training.recipes.non_private"
    also = {f"{shared}.{part}" for part in ("__init__", "settings", "trainer")}
    assert others == {"intercept.training.recipes.__init__"} | (also if recipe in base else set())
    assert ("intercept.training.clipping" in modules) == (recipe == "sound")


@pytest.mark.parametrize("script", ["account_privacy.py", "collect_summary.py"])
def test_the_code_of_a_script_is_what_python_loads_of_the_library(script):
    program = f"""
import sys
source = open({script!r}).read()
exec(source.replace("run(main, snakemake)", ""))
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] == "intercept":
        print(module.__file__)
"""
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=SCRIPTS, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    script_itself = str(SCRIPTS / script)
    assert sorted([*loaded, script_itself]) == code_files(script_itself)


def run_script(tmp_path, body, threads=1):
    """Run a script's main in a process of its own, as Snakemake does."""
    program = f"""
import os, sys, types
from intercept.errors import UserError
from intercept.script import log, run

def main(snakemake):
{body}

log_file = {str(tmp_path / "rule.log")!r}
run(main, types.SimpleNamespace(threads={threads}, log=[log_file], input=[], output=[]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=SCRIPTS, capture_output=True, text=True, check=False
    )
    return ended, (tmp_path / "rule.log").read_text()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "    raise UserError('seeds: 1 is listed twice; list it once')",
            "seeds: 1 is listed twice; list it once",
        ),
        (
            "    raise RuntimeError('first line\\nsecond line')",
            "unexpected RuntimeError: first line",
        ),
        ("    raise RuntimeError", "unexpected RuntimeError: no message"),
        ("    raise KeyboardInterrupt", "unexpected KeyboardInterrupt: no message"),
        (
            "    raise OSError(28, 'No space left on device', 'results/x.csv')",
            "results/x.csv cannot be written: the disk is full: "
            "free some space and run the same command again",
        ),
        (
            "    open('results/none.csv')",
            "unexpected FileNotFoundError: [Errno 2] No such file or directory: 'results/none.csv'",
        ),
    ],
    ids=["user", "other", "silent", "interrupt", "full disk", "missing file"],
)
def test_a_script_that_fails_says_one_line_and_keeps_the_traceback_for_the_log(
    tmp_path, body, said
):
    ended, logged = run_script(tmp_path, "    log.info('begun')\n" + body)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        "begun",
        f"Error: {said} (log: {tmp_path / 'rule.log'})",
    ]
    assert "Traceback (most recent call last)" in logged
    assert logged.splitlines()[-1].endswith(ended.stderr.splitlines()[-1])


def test_a_script_that_ends_well_says_its_progress_in_both_places(tmp_path):
    body = "    log.info('threads: ' + os.environ['TF_NUM_INTRAOP_THREADS'])"
    ended, logged = run_script(tmp_path, body, threads=3)
    assert ended.returncode == 0
    assert ended.stderr == "threads: 3\n"
    last = re.search(
        r" threads: 3\n.* written\n.* finished after \d+\.\d s, at most (\d+) MB\n$", logged
    )
    assert 10 < int(last[1]) < 500
