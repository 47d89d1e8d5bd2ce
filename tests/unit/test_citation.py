"""The citation, the licence and the changes name one version, and whom they owe what."""

import tomllib
from pathlib import Path

import yaml

from intercept import __version__

ROOT = Path(__file__).parents[2]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())


def test_version_and_licence_are_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert CITATION["version"] == project["version"] == __version__
    assert CITATION["license"] == project["license"] == "MIT"
    licence = (ROOT / "LICENSE").read_text()
    assert licence.startswith("MIT License\n")
    assert CITATION["authors"][0]["name"] in licence
    assert __version__ in (ROOT / "CHANGELOG.md").read_text()


def test_the_post_and_omniglot_are_cited_in_file_and_readme():
    post, omniglot = CITATION["references"]
    readme = (ROOT / "README.md").read_text()
    assert post["license"] == "CC-BY-4.0"
    assert post["url"] in readme
    assert omniglot["doi"] == "10.1126/science.aab3050"
    for author in (*post["authors"], *omniglot["authors"]):
        assert author["family-names"] in readme
    assert "CC BY 4.0" in readme
