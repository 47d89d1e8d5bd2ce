"""The pins: complete, hashed, without addresses, and the same for every way of installing."""

import hashlib
import re
import tomllib
from importlib.metadata import requires, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
EXTRA_LOCKS = ["requirements-gpu.lock", "profiles/slurm/requirements.lock"]


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", lock, re.MULTILINE))


PINS = pins(LOCK)


@pytest.mark.parametrize("file", ["requirements.lock", *EXTRA_LOCKS])
def test_every_pin_has_a_hash_and_none_an_address(file):
    lock = (ROOT / file).read_text()
    blocks = re.split(r"^(?=[a-z0-9-]+==)", lock, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pins(lock)) > 0
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in lock


@pytest.mark.parametrize("file", EXTRA_LOCKS)
def test_what_is_installed_on_top_replaces_nothing(file):
    assert not set(pins((ROOT / file).read_text())) & set(PINS)


def test_the_gpu_packages_are_those_that_this_tensorflow_asks_for():
    wanted = [r for r in requires("tensorflow") if "and-cuda" in r]
    parts = (re.match(r"([a-z0-9-]+)\W+([\d.]+)", requirement) for requirement in wanted)
    assert pins((ROOT / "requirements-gpu.lock").read_text()) == {p[1]: p[2] for p in parts}


def test_every_direct_dependency_is_pinned_and_installed_as_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    for name in (re.match(r"[a-z0-9-]+", requirement)[0] for requirement in names):
        assert version(name) == PINS[name]


def test_the_conda_environment_is_rebuilt_when_the_pins_change():
    script = (ROOT / "workflow/envs/intercept.post-deploy.sh").read_text()
    assert hashlib.sha256(LOCK.encode()).hexdigest() in script
