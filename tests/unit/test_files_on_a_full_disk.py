"""Disks that are really full or read-only; these tests need root."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from intercept.arrays.stored_images import StoredImages
from intercept.datasets import cache
from intercept.runtime import files
from intercept.runtime.errors import UserError
from intercept.training.checkpoint import Checkpoint, Progress

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


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
    cache.write(path, cache.ImageSet(StoredImages(NOISE), integers, integers, integers > 0))


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
    assert os.listdir(small_disk) == [name]
    assert (small_disk / name).read_text() == "old"


def test_hdf5_on_a_full_disk_is_said_in_one_line(small_disk):
    """In processes of their own, each with less room, which HDF5 may take down."""
    program = f"""
import os, sys
from pathlib import Path
import numpy as np
import tensorflow as tf
from intercept.arrays import hdf5
from intercept.devices.activations import write_activations as to_disk
from intercept.runtime import files

folder = Path({str(small_disk)!r})
noise = np.random.default_rng(0).random((500, 600), dtype=np.float32)
network = tf.keras.Sequential([tf.keras.Input((500,)), tf.keras.layers.Dense(600)])

def write_activations():
    activations = dict(attacker=noise, augmented=noise, evaluation=noise)
    to_disk(folder / "a.h5", activations)

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
    assert os.listdir(small_disk) == ["filling"]


def test_a_disk_that_is_really_read_only_is_said_in_one_line(small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(UserError, match="the folder is read-only: make it writable"):
        write_bytes(small_disk / "results.bin")
