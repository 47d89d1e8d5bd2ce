"""Images in the forms that people store them in, from the real command to the prepared set."""

import json

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
import yaml
from PIL import ExifTags, Image

from intercept.datasets import cache
from tests.workflow.conftest import Project, refused
from tests.workflow.test_own_files import MANIFEST, STUDY
from tests.workflow.test_places import ROLES, place, run

pytestmark = pytest.mark.slow

F = tfds.features
PREPARED = "data/own/evaluation.tfrecord"


def picture(number):
    """uint8 12×12 with black and white in it, unlike those of other numbers."""
    pixels = np.random.default_rng([3, number]).integers(0, 256, (12, 12), np.uint8)
    pixels[0, :2] = 0, 255
    return pixels


def in_16_bits(pixels):
    return Image.fromarray(pixels.astype(np.uint16) * 257)


def as_ink(pixels):
    """Black ink whose drawing is in the alpha channel alone."""
    return Image.merge("LA", [Image.new("L", (12, 12)), Image.fromarray(255 - pixels)])


def evaluated(project):
    described = json.loads((project.path / MANIFEST).read_text())["sets"]["evaluation"]
    return cache.read(project.path / PREPARED, described)


def prepared(project):
    ended = run(project)
    assert ended.code == 0, ended.output
    return ended


def test_each_form_gives_the_pixels_that_its_file_holds(tmp_path):
    project = place(tmp_path / "project")
    folder = project.path / "mine/evaluation"
    for file in folder.rglob("*.png"):
        file.unlink()
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 3  # upside down
    Image.fromarray(picture(0)).save(folder / "a/0-plain.png")
    in_16_bits(picture(1)).save(folder / "a/1-of-16-bits.png")
    as_ink(picture(2)).save(folder / "a/2-in-alpha.png")
    Image.fromarray(picture(3)[::-1, ::-1]).save(folder / "a/3-turned.png", exif=turned)
    (folder / "a/within").mkdir()
    Image.fromarray(picture(4)).convert("RGB").save(folder / "a/within/4-grey-as-colour.png")
    Image.fromarray(picture(5) / np.float32(255)).save(folder / "b/5-floats.tif")
    for name in ("no-image.txt", "b/.hidden.png"):
        (folder / name).write_text("left out")
    ended = prepared(project)
    images = evaluated(project)
    found = images.images[:][..., 0]
    expected = [picture(number) / 255 for number in range(6)]
    assert found.shape == (6, 12, 12)
    for one in expected:
        assert np.abs(found - one).max((1, 2)).min() < 1e-6
    for said in ("3-turned.png", "no-image.txt", ".hidden.png"):
        assert said in ended.output
    measured = json.loads((project.path / MANIFEST).read_text())["sets"]["evaluation"]
    assert measured["mean"] == pytest.approx(np.mean(expected), abs=1e-4)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (lambda pixels: Image.fromarray(pixels.astype(np.uint16) * 16), "4080"),
        (lambda pixels: Image.fromarray(pixels // 255), "white is 255"),
    ],
    ids=["12-bits-in-16", "a-mask-of-0-and-1"],
)
def test_values_whose_white_is_not_known_are_refused(tmp_path, form, said):
    project = place(tmp_path / "project")
    for role in ROLES:
        for number, file in enumerate(sorted((project.path / f"mine/{role}").rglob("*.png"))):
            form(picture(20 * ROLES.index(role) + number)).save(file)
    refused(run(project), said, "mine/target/a/0.png", "save them again")
    assert not (project.path / MANIFEST).exists()


def in_one_folder(project):
    """All 36 images in one folder, in colour and of several sizes, and a table of who they show."""
    rows = ["file,person"]
    for number in range(36):
        file = project.path / f"photos/{'ab'[number % 2]}/{number:02}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        colour = Image.merge("RGB", [Image.fromarray(picture(3 * number + k)) for k in range(3)])
        colour.resize((20 + number % 3, 24)).save(file)
        rows.append(f"{'ab'[number % 2]}/{number:02}.png,person {number // 4}")
    (project.path / "people.csv").write_text("\n".join(rows))
    own = {"folder": "photos", "size": [16, 12]}
    by_table = {**own, "identity": {"table": "people.csv", "column": "person"}}
    project.configure(**{**STUDY, "dataset": {"name": "own", **by_table}})


def test_one_folder_is_divided_so_that_nobody_is_in_two_sets(tmp_path):
    project = place(tmp_path / "project")
    in_one_folder(project)
    prepared(project)
    manifest = json.loads((project.path / MANIFEST).read_text())
    assert {role: entry["images"] for role, entry in manifest["sets"].items()} == {
        "target": 20,
        "attacker": 8,
        "evaluation": 8,
    }
    assert {tuple(entry["image_shape"]) for entry in manifest["sets"].values()} == {(16, 12, 3)}
    assert {entry["held_in"] for entry in manifest["sets"].values()} == {"uint8"}
    assert manifest["classes"] == 2
    shown = [
        set(cache.read(project.path / f"data/own/{role}.tfrecord", entry).characters)
        for role, entry in manifest["sets"].items()
    ]
    assert len(set.union(*shown)) == sum(map(len, shown)) == 9
    # Who is shown is one of the things that a study depends on; where it is not said, it is asked.
    table = project.path / "people.csv"
    table.write_text(table.read_text().replace("person 8", "person 0"))
    assert "prepare_dataset" in project.plan(MANIFEST)
    table.write_text(table.read_text().replace("a/34.png,person 0", ""))
    refused(run(project), "dataset.identity: people.csv says no person of a/34.png")


def data_set(folder, images, label):
    """A data set of TensorFlow Datasets with such images."""

    class Own(tfds.core.GeneratorBasedBuilder, skip_registration=True):
        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            image = F.Image(shape=images[0].shape, dtype=images[0].dtype)
            features = {"image": image, "label": label}
            return tfds.core.DatasetInfo(builder=self, features=F.FeaturesDict(features))

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples()}

        def _generate_examples(self):
            for number, image in enumerate(images):
                yield number, {"image": image, "label": number % 2}

    tfds.disable_progress_bar()
    here = tfds.download.DownloadConfig(try_download_gcs=False)
    Own(data_dir=folder).download_and_prepare(download_config=here)


def of_data_set(project: Project, **sections) -> None:
    """Let the study take its images from the data set, with some other sections changed."""
    parts = ("train", "validation", "attacker", "evaluation")
    dataset = {
        "name": "own",
        "splits": {part: f"train[{5 * k}:{5 * k + 5}]" for k, part in enumerate(parts)},
        "features": {"image": "image", "label": "label", "character": "label"},
        "allow_overlap": False,
    }
    study = {**STUDY, "dataset": dataset, **sections}
    (project.path / "study.yaml").write_text(yaml.safe_dump(study))


def test_16_bits_of_a_data_set_are_scaled_by_their_type(tmp_path):
    project = place(tmp_path / "project")
    images = [picture(number)[..., np.newaxis].astype(np.uint16) * 257 for number in range(20)]
    data_set(tmp_path / "sets", images, F.ClassLabel(num_classes=2))
    of_data_set(project)
    ended = run(project, TFDS_DATA_DIR=str(tmp_path / "sets"))
    assert ended.code == 0, ended.output
    found = sorted(image[..., 0].tobytes() for image in evaluated(project).images)
    read = tfds.builder_from_directory(str(tmp_path / "sets/own/1.0.0")).as_dataset("train[15:]")
    expected = [(one["image"][..., 0] / 65535).numpy() for one in read]
    assert found == sorted(tf.cast(one, tf.float32).numpy().tobytes() for one in expected)


def test_a_label_that_is_no_class_is_refused_before_any_training(tmp_path):
    project = place(tmp_path / "project")
    images = [picture(number)[..., np.newaxis].astype(np.uint16) * 257 for number in range(20)]
    data_set(tmp_path / "sets", images, F.Tensor(shape=(), dtype=np.float32))
    of_data_set(project)
    refused(
        run(project, TFDS_DATA_DIR=str(tmp_path / "sets")), "features.label", "one whole number"
    )


def test_images_of_four_channels_are_attacked_measured_and_drawn(tmp_path):
    """What the page says of them is in test_report_page.py."""
    project = place(tmp_path / "project")
    random = np.random.default_rng(4)
    images = [random.integers(0, 256, (12, 12, 4), np.uint8) for _ in range(20)]
    data_set(tmp_path / "sets", images, F.ClassLabel(num_classes=2))
    of_data_set(
        project,
        targets={"plain": {"recipe": "non-private", "epochs": 1, "batch_size": 4}},
        wires={"last": {"cut_layers": ["mobile_output"]}},
        augmentation={"copies": 1},
        attackers={"decoder": {"epochs": 1}},
    )
    attack = "plain/seed-1/mobile_output/decoder"
    measured = f"results/own/{attack}/metrics.json"
    drawn = [
        f"results/own/figures/{name}.webp"
        for name in ("pictures/originals", f"pictures/{attack}", "sample-target")
    ]
    ended = run(
        project,
        *(f"{project.path}/.venv/bin/python", "-m", "snakemake", "--cores", "2"),
        *("--configfile", "study.yaml", "--", measured, *drawn),
        TFDS_DATA_DIR=str(tmp_path / "sets"),
    )
    assert ended.code == 0, ended.output
    assert evaluated(project).images.shape == (5, 12, 12, 4)
    found = json.loads((project.path / measured).read_text())
    assert found["unseen"]["images"] == 5
    assert 0 <= found["unseen"]["top1"]["value"] <= 1
    for picture in drawn:
        with Image.open(project.path / picture) as opened:
            assert opened.height >= 12
