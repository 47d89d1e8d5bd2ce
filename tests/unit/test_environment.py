"""The pins: complete, hashed, without addresses, and the same for every way of installing."""

import hashlib
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PINS = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", LOCK, re.MULTILINE))


def test_every_pin_has_a_hash_and_none_an_address():
    blocks = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PINS) > 100
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in LOCK


def test_every_direct_dependency_is_pinned_and_installed_as_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    for name in (re.match(r"[a-z0-9-]+", requirement)[0] for requirement in names):
        assert version(name) == PINS[name]


def test_the_conda_environment_is_rebuilt_when_the_pins_change():
    script = (ROOT / "workflow/envs/intercept.post-deploy.sh").read_text()
    assert hashlib.sha256(LOCK.encode()).hexdigest() in script
