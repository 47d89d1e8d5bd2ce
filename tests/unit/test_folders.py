"""Images in folders, as a user has them: which are read, with which classes."""

import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from intercept.datasets.folders import count_images, read_folders
from intercept.datasets.listing import list_images
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
    reading = read_folders({"folders": folders})
    parts = reading.parts
    assert reading.classes == 2
    assert {part: images.images.shape for part, images in parts.items()} == {
        "train": (10, 3, 2, 1),
        "validation": (2, 3, 2, 1),
        "attacker": (12, 3, 2, 1),
        "evaluation": (12, 3, 2, 1),
    }
    # In the order of files' names, the classes by turns; every fifth of a class validates.
    np.testing.assert_array_equal(parts["train"].labels, [0, 1] * 5)
    np.testing.assert_allclose(
        parts["train"].images[:][:, 0, 0, 0] * 255, [0, 0, 1, 1, 2, 2, 3, 3, 5, 5], rtol=1e-6
    )
    np.testing.assert_allclose(parts["validation"].images[:][:, 0, 0, 0] * 255, [4, 4], rtol=1e-6)
    # A class that the target does not know has a number behind those that it knows.
    np.testing.assert_array_equal(parts["evaluation"].labels, [0, 2] * 6)
    np.testing.assert_array_equal(parts["evaluation"].characters, parts["evaluation"].labels)
    assert parts["train"].images.stored.dtype == np.uint8
    assert parts["train"].images[:].dtype == np.float32
    assert reading.names["validation"] == [f"{folders['target']}/{name}/4.png" for name in "ab"]


def test_a_folder_for_validation_leaves_all_of_the_target_to_be_learned(folders, tmp_path):
    for name in "ab":
        draw(tmp_path / "validation" / name / "0.png", np.full((3, 2), 200))
    named = folders | {"validation": str(tmp_path / "validation")}
    reading = read_folders({"folders": named})
    assert {part: len(images) for part, images in reading.parts.items()} == {
        "train": 12,
        "validation": 2,
        "attacker": 12,
        "evaluation": 12,
    }
    np.testing.assert_array_equal(reading.parts["validation"].labels, [0, 1])
    assert count_images({"folders": named})["train"] == 12
    draw(tmp_path / "validation" / "c" / "0.png", np.full((3, 2), 200))
    with pytest.raises(UserError, match=r"folders.validation has the class 'c', which the target"):
        read_folders({"folders": named})


def test_of_every_part_a_sample_is_read_with_all_of_the_classes(folders):
    assert count_images({"folders": folders}) == {
        "train": 10,
        "validation": 2,
        "attacker": 12,
        "evaluation": 12,
    }
    whole, some = read_folders({"folders": folders}), read_folders({"folders": folders}, most=6)
    assert [len(images) for images in some.parts.values()] == [6, 2, 6, 6]
    assert some.classes == 2
    for part, names in some.names.items():
        assert names == [name for name in whole.names[part] if name in names]
        assert len(set(some.parts[part].labels)) == 2


def test_one_image_in_colour_gives_all_three_channels(folders, tmp_path):
    draw(tmp_path / "attacker" / "a" / "9.png", np.full((3, 2, 3), (255, 0, 0)), "RGB")
    parts = read_folders({"folders": folders}).parts
    assert {images.images.shape[1:] for images in parts.values()} == {(3, 2, 3)}
    np.testing.assert_array_equal(parts["attacker"].images[-1][0, 0], [1, 0, 0])
    train = parts["train"].images[:]
    assert (train == train[..., :1]).all()


def test_grey_stored_as_colour_has_one_channel(folders, tmp_path):
    for path in tmp_path.rglob("*.png"):
        Image.open(path).convert("RGB").save(path)
    assert read_folders({"folders": folders}).parts["train"].images.shape == (10, 3, 2, 1)


def test_the_folders_of_classes_are_listed(folders, tmp_path):
    found = [folder for one in list_images({"folders": folders}).values() for folder in one.folders]
    assert found == [
        tmp_path / role / name
        for role, names in (("target", "ab"), ("attacker", "ab"), ("evaluation", "ac"))
        for name in names
    ]


def in_folders_of_the_class(tmp_path):
    """Move half of the target's class a into folders within it, one of them a link."""
    folder = tmp_path / "target" / "a"
    (folder / "more" / "still").mkdir(parents=True)
    (folder / "4.png").rename(folder / "more" / "4.png")
    (folder / "5.png").rename(folder / "more" / "still" / "5.png")
    (tmp_path / "elsewhere").mkdir()
    (folder / "3.png").rename(tmp_path / "elsewhere" / "3.png")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")


def test_folders_within_a_class_are_read_as_that_class(folders, tmp_path):
    in_folders_of_the_class(tmp_path)
    reading = read_folders({"folders": folders})
    own = [*reading.names["train"], *reading.names["validation"]]
    assert sorted(os.path.relpath(name, folders["target"]) for name in own if "/a/" in name) == [
        "a/0.png",
        "a/1.png",
        "a/2.png",
        "a/linked/3.png",
        "a/more/4.png",
        "a/more/still/5.png",
    ]
    together = np.concatenate([reading.parts[part].labels for part in ("train", "validation")])
    assert together.tolist() == [int("/b/" in name) for name in own]
    assert list_images({"folders": folders})["target"].folders == [
        tmp_path / "target" / name for name in "ab"
    ]


def a_file_beside_the_classes(tmp_path):
    draw(tmp_path / "attacker" / "7.png", np.zeros((3, 2)))
    return "attacker/7.png (beside the folders of classes)"


def a_hidden_image(tmp_path):
    draw(tmp_path / "attacker" / "a" / ".7.png", np.zeros((3, 2)))
    return "attacker/a/.7.png (hidden)"


def a_hidden_folder(tmp_path):
    draw(tmp_path / "attacker" / ".a" / "7.png", np.zeros((3, 2)))
    return "attacker/.a (hidden)"


def an_empty_class_that_is_not_the_targets(tmp_path):
    (tmp_path / "evaluation" / "b").mkdir()
    return "evaluation/b (no image in it)"


@pytest.mark.parametrize(
    "put",
    [
        a_file_beside_the_classes,
        a_hidden_image,
        a_hidden_folder,
        an_empty_class_that_is_not_the_targets,
    ],
)
def test_what_is_left_out_is_named(folders, tmp_path, put):
    said = put(tmp_path)
    reading = read_folders({"folders": folders})
    assert {len(reading.parts[part]) for part in ("attacker", "evaluation")} == {12}
    (remark,) = [one for one in reading.remarks if one.startswith("Left out")]
    assert remark.startswith("Left out: ")
    assert f"{tmp_path}/{said}" in remark
    assert f"{tmp_path}/target/.thumbnails (hidden)" in remark


def said_of_classes(folders, begin=""):
    remarks = read_folders({"folders": folders}).remarks
    return [one for one in remarks if "class" in one and one.startswith(begin)]


@pytest.mark.parametrize("role", ["attacker", "evaluation"])
@pytest.mark.parametrize(
    ("inside", "of_set"),
    [(["deep/set"], "'deep'"), (["set"], "'set'"), (["one", "two"], "'one', and 1 more")],
)
def test_a_set_whose_folder_is_named_too_far_up_is_remarked_on(
    folders, tmp_path, role, inside, of_set
):
    """Every image of it is then of a class that the target does not know."""
    for k, place in enumerate(inside):
        draw(tmp_path / f"top/{place}/A/0.png", np.full((3, 2), 250 + k))
    (remark,) = said_of_classes({**folders, role: str(tmp_path / "top")}, "No class")
    assert remark == (
        f"No class of the {role} images is one of the target's ({of_set}), but folders in them "
        "have such names ('A'); a class is a folder right in the folder of its set, which may lie "
        "further down."
    )


def test_a_target_whose_folder_is_named_too_far_up_is_remarked_on(folders, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "target").rename(tmp_path / "deep" / "target")
    said = said_of_classes({**folders, "target": str(tmp_path / "deep")})
    assert said[0].startswith("All target images are of one class, 'target', with 'a', and 1 more")
    assert said[0].endswith("of its set, which may lie further down.")


def test_people_whom_the_target_never_saw_are_not_remarked_on(folders, tmp_path):
    for k, name in enumerate("xyz"):
        draw(tmp_path / f"others/{name}/session 1/0.png", np.full((3, 2), 250 + k))
    assert said_of_classes({**folders, "evaluation": str(tmp_path / "others")}) == []


@pytest.mark.parametrize(("last", "remarked"), [(9, False), (10, True)])
def test_numbers_of_classes_that_are_not_the_networks_are_remarked_on(tmp_path, last, remarked):
    for number in range(last + 1):
        for k in range(5):
            draw(tmp_path / f"{number}/{k}.png", np.full((3, 2), 255 - number))
    reading = read_folders({"folders": dict.fromkeys(ROLES, str(tmp_path))})
    of_the_last = [name.endswith(f"/{last}/0.png") for name in reading.names["train"]]
    assert reading.parts["train"].labels[of_the_last] == (2 if remarked else 9)
    said = [one for one in reading.remarks if "if the network was trained in the order" in one]
    assert len(said) == remarked


def other_size(tmp_path):
    draw(tmp_path / "evaluation" / "c" / "9.png", np.zeros((4, 2)))
    return "9.png is 4×2 pixels (height × width), and"


def no_image(tmp_path):
    (tmp_path / "attacker" / "b" / "notes.txt").write_text("of no use")
    return "notes.txt cannot be read as a whole image"


def half_an_image(tmp_path):
    path = tmp_path / "attacker" / "b" / "0.png"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return "0.png cannot be read as a whole image"


def a_link_to_nothing(tmp_path):
    (tmp_path / "attacker" / "b" / "0.png").unlink()
    (tmp_path / "attacker" / "b" / "0.png").symlink_to("gone.png")
    return "b/0.png is neither a file nor a folder, but a link that leads to none"


def a_link_to_nothing_further_down(tmp_path):
    (tmp_path / "attacker" / "b" / "more").mkdir()
    (tmp_path / "attacker" / "b" / "more" / "folder").symlink_to(tmp_path / "gone")
    return "more/folder is neither a file nor a folder, but a link that leads to none"


def a_class_that_is_a_link_to_nothing(tmp_path):
    (tmp_path / "attacker" / "c").symlink_to(tmp_path / "gone")
    return "attacker/c is neither a file nor a folder, but a link that leads to none"


def a_link_to_itself(tmp_path):
    (tmp_path / "attacker" / "b" / "self").symlink_to("self")
    return "b/self is neither a file nor a folder, but a link that leads to none"


def a_link_round_in_a_circle(tmp_path):
    (tmp_path / "attacker" / "b" / "more").mkdir()
    (tmp_path / "attacker" / "b" / "more" / "again").symlink_to(tmp_path / "attacker" / "b")
    return "b/more/again is a link to a folder that it lies in"


def a_pipe(tmp_path):
    os.mkfifo(tmp_path / "attacker" / "b" / "pipe")
    return "b/pipe is neither a file nor a folder; replace it"


def a_class_of_the_target_without_images(tmp_path):
    """Keras would count it, so that the network's classes behind it have other numbers."""
    (tmp_path / "target" / "aa").mkdir()
    return "target/aa holds no image, and every folder there is a class"


def a_class_of_the_target_with_hidden_images_alone(tmp_path):
    draw(tmp_path / "target" / "aa" / ".7.png", np.zeros((3, 2)))
    return "target/aa holds no image, and every folder there is a class"


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


def nothing_to_steal(tmp_path):
    for path in (tmp_path / "evaluation").rglob("*.png"):
        path.unlink()
    return "no image is left for the evaluation part"


def a_file_whose_name_is_no_utf_8(folder):
    (folder / "a" / "0.png").rename(folder / "a" / os.fsdecode(b"\xe4.png"))
    return "a/\\xe4.png' is no UTF-8; rename it"


def a_class_whose_name_is_no_utf_8(folder):
    (folder / "a").rename(folder / os.fsdecode(b"\xe4"))
    return "/\\xe4' is no UTF-8; rename it"


def a_hidden_file_whose_name_is_no_utf_8(folder):
    (folder / os.fsdecode(b".\xe4")).touch()
    return "/.\\xe4' is no UTF-8; rename it"


def closed(name):
    def spoil(folder):
        (folder / name).chmod(0)
        return f"{str(folder / name)!r} cannot be read (Permission denied); "

    return spoil


def a_link_into_a_closed_folder(folder):
    (folder.parent / "apart" / "d").mkdir(parents=True)
    (folder / "d").symlink_to(folder.parent / "apart" / "d")
    (folder.parent / "apart").chmod(0)
    return "/d' cannot be read (Permission denied); "


@contextmanager
def as_no_superuser():
    """Whom nothing may be closed to may read all."""
    if os.geteuid():
        yield
        return
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


UNUSABLE_NAMES = {
    "file": a_file_whose_name_is_no_utf_8,
    "class": a_class_whose_name_is_no_utf_8,
    "hidden": a_hidden_file_whose_name_is_no_utf_8,
    "closed image": closed("a/0.png"),
    "closed class": closed("a"),
    "closed set": closed("."),
    "link": a_link_into_a_closed_folder,
}


@pytest.mark.parametrize("spoil", UNUSABLE_NAMES.values(), ids=UNUSABLE_NAMES)
@pytest.mark.parametrize("role", ["target", "evaluation"])
def test_what_cannot_be_named_or_read_is_refused_where_it_is_listed(folders, role, spoil):
    """Before a plan hashes every file, and a manifest names it."""
    place = Path(folders[role])
    for above in place.parents[:4]:  # which pytest closes to all others, one of them for a worker
        above.chmod(above.stat().st_mode | 0o011)
    said = spoil(place)
    with as_no_superuser(), pytest.raises(UserError) as refused:
        list_images({"folders": folders})
    for path in (place, place / "a", place.parent / "apart"):
        if path.exists():
            path.chmod(0o755)  # so that it can be removed
    assert said in str(refused.value)
    assert str(refused.value).startswith("dataset.folders")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(("name", "home"), [("gone", False), ("~/photos", True)])
@pytest.mark.parametrize("key", ["folder", "folders"])
def test_a_folder_that_is_not_there_is_said_to_be_looked_for_where_it_is(
    folders, tmp_path, monkeypatch, key, name, home
):
    monkeypatch.chdir(tmp_path)
    dataset = {"folder": name} if key == "folder" else {"folders": {**folders, "attacker": name}}
    with pytest.raises(UserError, match=f"is {name!r}, which is no folder") as refused:
        list_images(dataset)
    assert str(refused.value).endswith(f", or relative to {tmp_path}, where Snakemake runs")
    assert ("(~ stands for no folder here)" in str(refused.value)) == home


@pytest.mark.parametrize(
    "spoil",
    [
        other_size,
        no_image,
        half_an_image,
        a_link_to_nothing,
        a_link_to_nothing_further_down,
        a_class_that_is_a_link_to_nothing,
        a_link_to_itself,
        a_link_round_in_a_circle,
        a_pipe,
        a_class_of_the_target_without_images,
        a_class_of_the_target_with_hidden_images_alone,
        no_folder,
        no_classes,
        nothing_to_validate,
        nothing_to_steal,
    ],
)
def test_folders_that_cannot_be_used_are_refused_in_one_line(folders, tmp_path, spoil):
    said = spoil(tmp_path)
    with pytest.raises(UserError) as refused:
        read_folders({"folders": folders})
    assert said in str(refused.value)
    assert str(refused.value).startswith("dataset.folders")
    assert "\n" not in str(refused.value)
