"""A command in the place of a device: it reads images and writes activations."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from onnx_files import orthogonal

from intercept.devices.activations import observe
from intercept.networks import queried
from intercept.networks.cutting import cut
from intercept.runtime import checksums
from intercept.runtime.checksums import content_hash
from intercept.runtime.errors import UserError
from intercept.training.recipes.command.settings import Settings
from intercept.training.recipes.command.trainer import Trainer

SHAPE = (8, 6, 1)
IMAGES = np.random.default_rng(2).random((300, *SHAPE), np.float32)  # of two batches
FLAT = IMAGES.reshape(300, -1)


def program(path, body):
    """A script that has the images and is to make the activations of them."""
    path.write_text(
        "import sys, os, time\nimport numpy as np\n"
        "images = np.load(sys.argv[-2])\nflat = images.reshape(len(images), -1)\n"
        f"{body}\nnp.save(sys.argv[-1], activations)\n"
    )
    return (sys.executable, str(path))


def trained(command, shape=SHAPE, **settings):
    return Trainer(Settings(command=command, **settings), shape, 3, 10, 1).network


def device(network, tmp_path):
    queried.write(tmp_path / "target.h5", network)
    found, server = cut(queried.load(tmp_path / "target.h5"), "output")
    queried.write(tmp_path / "device.h5", found)
    assert server is None
    return queried.load(tmp_path / "device.h5")


@pytest.mark.parametrize(
    ("body", "known"),
    [
        ("activations = flat", FLAT),
        ("activations = np.zeros((len(images), 4))", np.zeros((300, 4))),
        ("activations = flat @ np.load(sys.argv[1])", FLAT @ orthogonal(48)),
        ("activations = images", IMAGES),
    ],
    ids=["identity", "constant", "orthogonal", "map"],
)
@pytest.mark.slow
def test_the_wire_carries_the_known_answer(tmp_path, body, known):
    np.save(tmp_path / "matrix.npy", orthogonal(48))
    command = (*program(tmp_path / "device.py", body), str(tmp_path / "matrix.npy"))
    found = device(trained(command), tmp_path)
    np.testing.assert_allclose(observe(found, IMAGES), known, atol=1e-5)
    assert found.output_shape == (None, *known.shape[1:])
    assert set(Settings(command=command).files) >= {str(tmp_path / "device.py")}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no such sensor')", "exit status 1: ValueError: no such sensor"),
        ("os._exit(3)", "ended with exit status 3: it said nothing"),
        ("os.kill(os.getpid(), 11)", "ended with exit status -11"),
        ("os._exit(0)", "wrote nothing; its last argument"),
        ("open(sys.argv[-1], 'w').write('no'); os._exit(0)", "wrote no whole npy file"),
        ("os.symlink(sys.argv[-2], sys.argv[-1]); os._exit(0)", "wrote no whole npy file (a link)"),
        ("activations = flat[1:]", "wrote float32 of shape (1, 48) for 2 images"),
        ("activations = np.arange(len(images))[:, None]", "wrote int64 of shape (2, 1)"),
        ("activations = flat * np.nan", "numbers that are not finite"),
        ("activations = flat * np.float32(1e30)", "allowed are numbers up to 1e+18"),
        ("activations = np.full((2, 2), None)", "wrote no whole npy file (an array of objects)"),
        ("activations = flat - flat.mean(axis=0)", "another answer alone than beside others"),
        ("activations = flat + np.random.random()", "another answer alone than beside others"),
    ],
)
def test_what_is_no_device_is_refused_in_one_line(tmp_path, body, said):
    with pytest.raises(UserError) as refused:
        trained(program(tmp_path / "device.py", body))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def running(leader, alone=False):
    """Whether a process that leads a group runs, or any of its group."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group, *_ = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        wanted = int(stat.parent.name) == leader if alone else int(group) == leader
        if wanted and state != "Z":
            return True
    return False


def wait_for_the_end_of(leader, alone=False):
    deadline = time.monotonic() + 20
    while running(leader, alone):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_one_that_does_not_end_is_ended_with_what_it_started(tmp_path):
    begun = tmp_path / "begun"
    child = f"sleep 60 & echo $$ > {begun}; sleep 60"
    with pytest.raises(UserError, match="took more than 1 seconds"):
        trained(("bash", "-c", child), seconds=1)
    wait_for_the_end_of(int(begun.read_text()))


# As a job of the workflow runs it, and where none does, as in make check.
AS_A_JOB = "run(main, SimpleNamespace(threads=1, log=[sys.argv[1]], input=[], output=[]))"
ALONE = "main(None)"
ASKING = """
import signal, sys
from types import SimpleNamespace
from intercept.devices.command import CommandNetwork
from intercept.runtime.script import run

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what runs in the background

def main(_):
    CommandNetwork.asked(sys.argv[2:], 60, (2, 2, 1))

"""


@pytest.mark.parametrize(
    ("how", "asking", "children"),
    [
        (signal.SIGINT, AS_A_JOB, True),
        (signal.SIGTERM, AS_A_JOB, True),
        (signal.SIGKILL, AS_A_JOB, False),
        (signal.SIGINT, ALONE, True),
        (signal.SIGTERM, ALONE, False),
    ],
    ids=["job-SIGINT", "job-SIGTERM", "job-SIGKILL", "alone-SIGINT", "alone-SIGTERM"],
)
def test_it_ends_with_the_job_that_asks_it(tmp_path, how, asking, children):
    """With all that it started, where the job has time to see to that."""
    begun, log = tmp_path / "begun", tmp_path / "job.log"
    said = f"echo $$ > '{begun}.part'; mv '{begun}.part' '{begun}'; "
    said = f"sleep 60 & {said} sleep 60" if children else f"{said} exec sleep 60"
    job = subprocess.Popen(
        [sys.executable, "-c", ASKING + asking, log, "bash", "-c", said],
        cwd=Path(queried.__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
    )
    while not begun.exists():
        assert job.poll() is None
        time.sleep(0.05)
    leader = int(begun.read_text())
    assert running(leader)
    time.sleep(0.2)
    job.send_signal(how)
    _, last = job.communicate(timeout=4)
    if asking == AS_A_JOB and how != signal.SIGKILL:
        assert last == f"Error: interrupted; run the same command again (log: {log})\n"
    wait_for_the_end_of(leader, alone=not children)


def test_its_files_are_the_program_and_all_that_its_arguments_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}/tools")
    for name in (
        *("device.py", "weights.npz", "net/a.bin", "net/deep/b.bin", "results/x", "data/net/c.bin"),
        *("net/.hidden", "net/.git/d", "net/__pycache__/e.pyc", "tools/python"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    program = tmp_path / "tools/python"
    program.chmod(0o755)

    def files(*command):
        return Settings(command=command).files

    assert files("python") == files(str(program)) == [str(program)]
    own = ["--weights=weights.npz", "-m", "device.py", "--", "device.py", "x=", "none.txt", "a=b=c"]
    assert files("python", *own) == [str(program), "device.py", "weights.npz"]
    of_net = ["net/a.bin", "net/deep/b.bin"]
    assert files("none", "net") == files("none", "--net=net") == of_net
    assert files("none", "data/net") == ["data/net/c.bin"]
    for holds_results in (".", "..", "/", "results", "data", f"--root={tmp_path}"):
        assert files("none", holds_results) == []


@pytest.mark.parametrize("changed", ["tools/mine", "net/deep/b.bin", "weights.npz"])
def test_a_changed_file_is_other_content(tmp_path, monkeypatch, changed):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}/tools")
    for name in ("tools/mine", "net/deep/b.bin", "weights.npz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "tools/mine").chmod(0o755)
    settings = Settings(command=("mine", "net", "--weights=weights.npz"))
    before = content_hash(settings.files)
    (tmp_path / changed).write_text("other")
    checksums._READ.clear()  # as in another process
    assert content_hash(settings.files) != before


def test_a_program_that_is_not_there_is_refused():
    with pytest.raises(UserError, match="cannot be started"):
        trained(("/no/such/program",))


def test_it_runs_without_a_shell(tmp_path):
    mark = tmp_path / "run by a shell"
    with pytest.raises(UserError, match="wrote nothing"):
        trained(("true", f"; touch {mark}"))
    assert not mark.exists()
