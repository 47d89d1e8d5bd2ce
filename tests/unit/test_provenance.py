"""What results say of how they were made."""

from types import SimpleNamespace

import pytest
import tensorflow as tf

import intercept
from intercept.provenance import joint_hash, provenance, settings_hash


class Named(dict):
    """A stand-in for Snakemake's named lists."""

    __getattr__ = dict.__getitem__


@pytest.fixture
def script():
    settings = {"epochs": 1, "batch_size": 32}
    return SimpleNamespace(params=Named(settings=settings, code="of the code", content="of images"))


def test_versions_are_those_that_are_imported(script):
    versions = provenance(script)["versions"]
    assert versions["intercept"] == intercept.__version__
    assert versions["tensorflow"] == tf.__version__


def test_hashes_change_with_what_they_are_of_and_with_nothing_else(script):
    before = provenance(script)
    assert provenance(script) == before
    script.params["settings"] = {"batch_size": 32, "epochs": 1}
    assert provenance(script) == before
    script.params["settings"]["epochs"] = 2
    after = provenance(script)
    assert after["settings_sha256"] != before["settings_sha256"]
    assert after["code_sha256"] == before["code_sha256"] == "of the code"
    script.params |= {"code": "of other code", "content": "of other images"}
    other = provenance(script)
    assert other["code_sha256"] == "of other code"
    assert other["settings_sha256"] == after["settings_sha256"]


def test_the_hash_of_settings_is_of_settings_alone(script):
    expected = settings_hash({"settings": {"epochs": 1, "batch_size": 32}})
    assert provenance(script)["settings_sha256"] == expected


def test_the_hash_of_settings_is_of_their_json():
    # printf '{"a": 1, "b": [2]}' | sha256sum
    expected = "ae8a9a50524642753023cd4de34447191a8651989979c60bbcc5b0eeebb6e1dc"
    assert settings_hash({"b": [2], "a": 1}) == expected
    assert joint_hash("ab", "c") != joint_hash("c", "ab")
