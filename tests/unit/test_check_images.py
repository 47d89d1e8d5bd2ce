"""Images before they are prepared: how many, and a sample of what they are."""

import numpy as np
import pytest
from PIL import Image

from intercept.check import images as looking
from intercept.check.images import look_at_images
from intercept.runtime.errors import UserError

ROLES = ("target", "attacker", "evaluation")
SHAPE = (12, 11)


@pytest.fixture
def dataset(tmp_path):
    """Three folders of random grey images, of two classes; the target has 40, the others 12."""
    random = np.random.default_rng(4)
    for role, count in zip(ROLES, (40, 12, 12), strict=True):
        for number in range(count):
            path = tmp_path / role / "ab"[number % 2] / f"{number:02}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            values = random.integers(0, 256, SHAPE)
            values[0, :2] = 0, 255
            Image.fromarray(values.astype(np.uint8)).save(path)
    folders = {role: str(tmp_path / role) for role in ROLES}
    return {"name": "mine", "folders": folders, "allow_overlap": False}


def test_few_images_are_all_read(dataset):
    found = look_at_images(dataset)
    assert found.counts == {"train": 32, "validation": 8, "attacker": 12, "evaluation": 12}
    assert (found.shape, found.classes, found.sampled) == ((*SHAPE, 1), 2, False)
    train = found.described["train"]
    assert (train["lowest"], train["highest"], train["labels"]) == (0, 1, 2)
    assert found.shared == "Images in two sets: none."
    assert found.remarks == []
    assert list(found.class_names) == ["a", "b"]
    assert len(found.validation) == 8
    assert found.of_sets() == {
        role: {"images": images, "image_shape": [*SHAPE, 1]}
        for role, images in zip(ROLES, (40, 12, 12), strict=True)
    }


def test_of_many_a_sample_is_read_and_said_to_be_one(dataset):
    found = look_at_images(dataset, most=10)
    assert found.counts["train"] == 32
    read = {part: one["images"] for part, one in found.described.items()}
    assert read == {"train": 10, "validation": 8, "attacker": 10, "evaluation": 10}
    assert found.sampled
    assert found.shared == (
        "Images in two sets: none of those that were read. Of all files, byte by byte: none."
    )
    assert found.described["train"]["labels"] == 2


def test_of_large_images_fewer_are_read(dataset, monkeypatch):
    monkeypatch.setattr(looking, "_MOST_PIXELS", 20 * SHAPE[0] * SHAPE[1])
    assert look_at_images(dataset).described["train"]["images"] == 20


def test_an_image_of_two_sets_stands_in_the_way(dataset, tmp_path):
    (tmp_path / "evaluation/b/99.png").write_bytes((tmp_path / "target/a/00.png").read_bytes())
    found = look_at_images(dataset)
    assert found.shared == "Images in two sets: 1."
    assert "target/a/00.png" in found.refused
    assert "evaluation/b/99.png" in found.refused


def test_a_copy_beside_the_sample_stands_in_the_way_too(dataset, tmp_path):
    copied = tmp_path / "target/a/00.png"
    (tmp_path / "evaluation/b/99.png").write_bytes(copied.read_bytes())
    found = look_at_images(dataset, most=2)
    assert found.shared.endswith("Of all files, byte by byte: 1.")
    assert f"{copied} and {tmp_path / 'evaluation/b/99.png'}" in found.refused
    assert look_at_images({**dataset, "allow_overlap": True}, most=2).refused
    copied.unlink()
    assert look_at_images(dataset, most=2).refused is None


def test_a_single_image_of_the_attackers_stands_in_the_way(dataset, tmp_path):
    for path in sorted((tmp_path / "attacker").rglob("*.png"))[1:]:
        path.unlink()
    assert "has 1 image; it needs 2 or more" in look_at_images(dataset).refused


def test_a_file_that_is_no_image_is_refused_as_it_would_be(dataset, tmp_path):
    (tmp_path / "attacker/a/00.png").write_text("no image")
    with pytest.raises(UserError, match=r"00\.png cannot be read as a whole image"):
        look_at_images(dataset)


def test_where_the_first_file_is_no_image_it_is_named(dataset, tmp_path):
    (tmp_path / "target/a/00.png").write_text("no image")
    with pytest.raises(UserError, match=r"target/a/00\.png cannot be read as a whole image"):
        look_at_images(dataset)


def test_what_is_repeated_is_remarked(dataset, tmp_path):
    (tmp_path / "attacker/a/99.png").write_bytes((tmp_path / "attacker/a/00.png").read_bytes())
    (remark,) = look_at_images(dataset).remarks
    assert "pixel-identical to another" in remark


def test_digits_that_need_no_download_are_counted_by_split():
    splits = {
        "train": "target[:30]",
        "validation": "target[30:40]",
        "attacker": "attacker[:20]",
        "evaluation": "evaluation",
    }
    features = {"image": "image", "label": "label", "character": "label"}
    given = {"name": "mnist_5k", "splits": splits, "features": features, "allow_overlap": False}
    found = look_at_images(given, most=25)
    assert found.counts == {"train": 30, "validation": 10, "attacker": 20, "evaluation": 1250}
    assert found.described["evaluation"]["images"] == 25
    assert (found.shape, found.classes) == ((28, 28, 1), 10)


def test_a_data_set_that_is_not_here_is_not_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    splits = dict.fromkeys(("train", "validation", "attacker", "evaluation"), "train")
    features = {"image": "image", "label": "label", "character": "label"}
    given = {"name": "emnist", "splits": splits, "features": features, "allow_overlap": False}
    assert look_at_images(given) is None
    assert list(tmp_path.iterdir()) == []


def test_images_that_are_the_only_one_of_what_they_show_are_said_as_by_a_run(dataset):
    """Where all that are sent were read; of a sample it would not be so."""
    each = {**dataset, "identity": {"pattern": r"(\d+)\.png$"}}
    said = "12 of the 12 unseen evaluation images are the only one of what they show"
    assert [said in one for one in look_at_images(each).remarks].count(True) == 1
    assert not any("the only one" in one for one in look_at_images(each, most=10).remarks)
