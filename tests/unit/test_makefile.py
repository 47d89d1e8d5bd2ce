"""What make does by itself, beside a Makefile alone: no study, and nothing is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PREPARED = [f"{name}.tfrecord" for name in ("target", "attacker", "evaluation")] + [
    "manifest.json",
    "overlap.csv",
]


@pytest.fixture
def make(tmp_path):
    """Run make in a folder that holds nothing but the Makefile."""
    shutil.copy2(ROOT / "Makefile", tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess:
        command = [shutil.which("make"), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True
        )

    return run


def lay(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"this is {name}")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_clean_removes_what_was_prepared_and_nothing_beside_it(make, tmp_path):
    own = ["target/cats/1.jpg", "people.csv", "my-manifest.json", "target/cats/target.tfrecord"]
    hidden = [f".{name}.sha256" for name in PREPARED]
    killed = [".target.123.tfrecord", ".manifest.7.json", "..overlap.csv.7.sha256"]
    data = tmp_path / "data"
    lay(data / "photos", *own, *PREPARED, *hidden, *killed)
    (data / "photos/empty").mkdir()
    lay(data / "a space", *PREPARED, *hidden)
    lay(data / "killed early", ".target.123.tfrecord")
    lay(data / "never prepared", "manifest.json", "overlap.csv")
    lay(data, "README.md", "lenet.keras", "manifest.json")
    said = make("clean")
    assert said.returncode == 0, said.stderr
    assert files(data / "photos") == sorted(own)
    assert (data / "photos/empty").is_dir()
    assert files(data / "never prepared") == ["manifest.json", "overlap.csv"]
    left = {path.name for path in data.iterdir()}
    assert left == {"photos", "never prepared", "README.md", "lenet.keras", "manifest.json"}


def test_the_names_that_clean_removes_are_those_that_are_prepared():
    rule = (ROOT / "workflow/rules/data.smk").read_text()
    output = rule.partition("output:")[2].partition("log:")[0]
    assert [
        line.split("/")[1].rstrip('",') for line in output.split("\n") if "/" in line
    ] == PREPARED
