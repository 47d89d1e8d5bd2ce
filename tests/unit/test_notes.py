"""What a run says before it begins."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from types import SimpleNamespace

import pytest
from configurations import DEFAULT, added, study

from intercept.provenance import provenance, settings_hash
from intercept.study.notes import (
    may_have_been_learned,
    prepared_otherwise,
    unattacked,
    unrecorded,
)
from intercept.study.study import read_study

STUDIES = sorted((Path(__file__).parents[2] / "studies").glob("*.yaml"))


@pytest.mark.parametrize("file", [one for one in STUDIES if one.stem != "template"])
def test_every_study_of_the_project_attacks_all_that_it_names(file):
    names = [f"studies/{file.name}"]
    if "targets" not in added(*names) or "dataset" not in added(*names):
        names = ["config.yaml", *names]
    assert list(unattacked(study(added(*names)))) == []


def test_a_target_and_an_attacker_of_no_wire_are_named():
    more = {
        **DEFAULT,
        "targets": {**DEFAULT["targets"], "mine": {"recipe": "non-private", "checkpoints": [1]}},
        "attackers": {"contrastive": {}, "decoder": {}},
        "wires": {
            "last": {
                "cut_layers": ["mobile_output"],
                "targets": list(study(DEFAULT).targets),
                "attackers": ["decoder"],
            }
        },
    }
    assert list(unattacked(study(more))) == [
        "target mine is of no wire, so that no attack is made; name it in the targets of a wire",
        "attacker contrastive is of no wire, so that no attack is made; name it in the attackers "
        "of a wire",
    ]


def of_folders(target, **more):
    """A study of images in folders with one target."""
    roles = ("target", "attacker", "evaluation")
    return study(
        {
            **DEFAULT,
            "dataset": {"name": "mine", "folders": {role: role for role in roles} | more},
            "targets": {"mine": target},
            "wires": {"plain": {"cut_layers": ["code"]}},
        }
    )


def test_a_network_from_elsewhere_that_may_have_learned_what_judges_it_is_named():
    (said,) = may_have_been_learned(of_folders({"model": "net.keras"}))
    assert said.startswith("mine may have learned the images that judge accuracy, every fifth of")
    for target, more in (
        ({"model": "net.keras"}, {"validation": "others"}),
        ({"recipe": "non-private"}, {}),
        ({"model": "net.keras", "device_alone": True}, {}),
    ):
        assert list(may_have_been_learned(of_folders(target, **more))) == []
    assert list(may_have_been_learned(study(DEFAULT))) == []


TRAINED_ELSEWHERE = {
    "model": {"model": "net.keras"},
    "onnx": {"model": "net.onnx", "device_alone": True},
    "recording": {"recording": "pairs.npz"},
    "command": {"command": ["device"]},
}


@pytest.mark.parametrize("target", TRAINED_ELSEWHERE.values(), ids=TRAINED_ELSEWHERE)
def test_one_folder_of_a_network_from_elsewhere_is_named(target):
    here = {"here": {"recipe": "non-private", "epochs": 1}}

    def said(targets, dataset):
        cut = {"cut_layers": ["output"], "targets": list(targets), "attackers": ["retrieval"]}
        more = {"augmentation": {"copies": 0}, "attackers": {"retrieval": {}}}
        config = {"study": "mine", "seeds": [1], **more, "wires": {"plain": cut}}
        study = read_study({**config, "targets": targets, "dataset": dataset})
        return [note for note in may_have_been_learned(study) if "divides" in note]

    whole = {"name": "mine", "folder": "photos"}
    (note,) = said({"mine": target}, whole)
    assert note.startswith("target mine was trained elsewhere, and dataset.folder divides 'photos'")
    (note,) = said({**here, "mine": target, "other": target}, whole)
    assert note.startswith("targets mine, other were trained elsewhere")
    assert said(here, whole) == []
    folders = {role: role for role in ("target", "attacker", "evaluation")}
    assert said({"mine": target}, {"name": "mine", "folders": folders}) == []


def test_results_that_snakemake_does_not_know_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = [f"results/t/{name}.json" for name in ("known", "running", "brought", "missing")]
    Path("results/t").mkdir(parents=True)
    for file, kind in zip(results[:3], ("metadata", "incomplete", None), strict=True):
        Path(file).write_text("{}")
        if kind:
            kept = Path(".snakemake", kind)
            kept.mkdir(parents=True)
            (kept / urlsafe_b64encode(file.encode()).decode()).write_text("")
    (said,) = unrecorded(results, "results/t")
    assert said.startswith("how 1 of the files in results/t were made is not known, such as")
    assert "results/t/brought.json" in said
    assert list(unrecorded(results[:2], "results/t")) == []


def test_images_that_were_prepared_by_other_settings_are_named(tmp_path):
    dataset = {"name": "mine", "folder": "photos"}
    manifest = tmp_path / "manifest.json"
    assert list(prepared_otherwise(manifest, {"settings": dataset})) == []
    for damaged in ("", "{", "[]", "{}"):
        manifest.write_text(damaged)
        assert list(prepared_otherwise(manifest, {"settings": dataset})) == []
    manifest.write_text(json.dumps({"settings_sha256": settings_hash({"settings": dataset})}))
    assert list(prepared_otherwise(manifest, {"settings": dataset})) == []
    (said,) = prepared_otherwise(manifest, {"settings": dataset | {"folder": "other"}})
    assert "give dataset.name another name" in said


def test_images_are_held_against_all_parameters_that_the_job_records(tmp_path):
    asked, manifest = {"settings": {"name": "mine"}, "more": 1}, tmp_path / "manifest.json"
    job = SimpleNamespace(params=asked | {"content": "of images", "code": "of the code"})
    manifest.write_text(json.dumps(provenance(job)))
    assert list(prepared_otherwise(manifest, asked)) == []
    assert len(list(prepared_otherwise(manifest, asked | {"more": 2}))) == 1
