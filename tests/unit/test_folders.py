"""Images in folders, as a user has them."""

import numpy as np
import pytest
from PIL import Image

from intercept.datasets.folders import read_folders
from intercept.datasets.listing import class_folders
from intercept.runtime.errors import UserError

ROLES = ("target", "attacker", "evaluation")


def draw(path, values, mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(values, np.uint8)).convert(mode).save(path)


@pytest.fixture
def folders(tmp_path):
    """Three folders of grey images of 3×2 pixels; the evaluation set has a class of its own."""
    classes = {"target": "ba", "attacker": "ab", "evaluation": "ac"}
    for number, (role, names) in enumerate(classes.items()):
        for name in names:
            for k in range(6):
                draw(tmp_path / role / name / f"{k}.png", np.full((3, 2), 40 * number + k))
    (tmp_path / "target" / ".thumbnails").mkdir()
    (tmp_path / "target" / "a" / ".hidden").write_text("no image")
    return {role: str(tmp_path / role) for role in ROLES}


def test_every_set_is_read_with_its_classes(folders):
    parts, classes = read_folders(folders)
    assert classes == 2
    assert {part: images.images.shape for part, images in parts.items()} == {
        "train": (10, 3, 2, 1),
        "validation": (2, 3, 2, 1),
        "attacker": (12, 3, 2, 1),
        "evaluation": (12, 3, 2, 1),
    }
    # In the order of files' names, the classes by turns; every fifth of a class validates.
    np.testing.assert_array_equal(parts["train"].labels, [0, 1] * 5)
    np.testing.assert_allclose(
        parts["train"].images[:, 0, 0, 0] * 255, [0, 0, 1, 1, 2, 2, 3, 3, 5, 5], rtol=1e-6
    )
    np.testing.assert_allclose(parts["validation"].images[:, 0, 0, 0] * 255, [4, 4], rtol=1e-6)
    # A class that the target does not know has a number behind those that it knows.
    np.testing.assert_array_equal(parts["evaluation"].labels, [0, 2] * 6)
    np.testing.assert_array_equal(parts["evaluation"].characters, parts["evaluation"].labels)
    assert parts["train"].images.dtype == np.float32


def test_one_image_in_colour_gives_all_three_channels(folders, tmp_path):
    draw(tmp_path / "attacker" / "a" / "9.png", np.full((3, 2, 3), (255, 0, 0)), "RGB")
    parts, _ = read_folders(folders)
    assert {images.images.shape[1:] for images in parts.values()} == {(3, 2, 3)}
    np.testing.assert_array_equal(parts["attacker"].images[-1, 0, 0], [1, 0, 0])
    assert (parts["train"].images == parts["train"].images[..., :1]).all()


def test_grey_stored_as_colour_has_one_channel(folders, tmp_path):
    for path in tmp_path.rglob("*.png"):
        Image.open(path).convert("RGB").save(path)
    assert read_folders(folders)[0]["train"].images.shape == (10, 3, 2, 1)


def test_the_folders_of_classes_are_listed(folders, tmp_path):
    assert class_folders(folders) == [
        str(tmp_path / role / name)
        for role, names in (("target", "ab"), ("attacker", "ab"), ("evaluation", "ac"))
        for name in names
    ]


def other_size(tmp_path):
    draw(tmp_path / "evaluation" / "c" / "9.png", np.zeros((4, 2)))
    return "9.png is 4×2 pixels (height × width), and"


def no_image(tmp_path):
    (tmp_path / "attacker" / "b" / "notes.txt").write_text("of no use")
    return "notes.txt is not a whole image"


def half_an_image(tmp_path):
    path = tmp_path / "attacker" / "b" / "0.png"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return "0.png is not a whole image"


def no_folder(tmp_path):
    (tmp_path / "attacker").rename(tmp_path / "elsewhere")
    return "which is no folder"


def no_classes(tmp_path):
    for path in (tmp_path / "attacker").iterdir():
        path.rename(tmp_path / f"moved-{path.name}")
    return "holds no folders"


def nothing_to_validate(tmp_path):
    for path in (tmp_path / "target").rglob("[45].png"):
        path.unlink()
    return "no image is left for the validation part"


@pytest.mark.parametrize(
    "spoil", [other_size, no_image, half_an_image, no_folder, no_classes, nothing_to_validate]
)
def test_folders_that_cannot_be_used_are_refused_in_one_line(folders, tmp_path, spoil):
    said = spoil(tmp_path)
    with pytest.raises(UserError) as refused:
        read_folders(folders)
    assert said in str(refused.value)
    assert str(refused.value).startswith("dataset.folders")
    assert "\n" not in str(refused.value)
