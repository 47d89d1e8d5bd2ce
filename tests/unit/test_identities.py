"""One folder that is divided: nobody is in two sets, and who is shown is said in several ways."""

import numpy as np
import pytest
from PIL import Image

from intercept.configuration.sections import Dataset
from intercept.datasets.folders import read_folders
from intercept.datasets.identities import SHARES, divided, tables_of
from intercept.datasets.listing import list_images
from intercept.runtime.errors import UserError

PEOPLE, EACH = 12, 5


@pytest.fixture
def people(tmp_path):
    """Two classes; in each the photographs of six people, a folder for each of them."""
    for person in range(PEOPLE):
        folder = tmp_path / "photos" / "ab"[person % 2] / f"p{person}"
        folder.mkdir(parents=True)
        for k in range(EACH):
            values = np.full((12, 14), 10 * person + k, np.uint8)
            Image.fromarray(values).save(folder / f"{person:02}_{k}.png")
    return tmp_path / "photos"


def names(listing):
    return {entry.identity for entry in listing.images}


WAYS = {
    "folder": "folder",
    "pattern": {"pattern": "^([0-9]+)_"},
    "table": {"table": "people.csv", "column": "person"},
}


@pytest.mark.parametrize("way", WAYS)
def test_nobody_is_in_two_sets_and_every_image_is_in_one(people, way, monkeypatch):
    monkeypatch.chdir(people.parent)
    rows = [f"{path.name},{path.parent.name}" for path in people.rglob("*.png")]
    (people.parent / "people.csv").write_text("\n".join(["file,person", *rows]))
    listings = list_images({"folder": str(people), "identity": WAYS[way]})
    assert sum(len(one.images) for one in listings.values()) == PEOPLE * EACH
    assert {role: len(names(one)) for role, one in listings.items()} == {
        "target": 6,
        "attacker": 3,
        "evaluation": 3,
    }
    assert len(set.union(*map(names, listings.values()))) == PEOPLE
    for one in listings.values():
        assert {entry.label for entry in one.images} == {"a", "b"}
        assert one.images == sorted(one.images)
        for name in names(one):
            assert sum(entry.identity == name for entry in one.images) == EACH


def test_who_is_shown_becomes_the_character(people):
    reading = read_folders({"folder": str(people), "identity": "folder"})
    assert reading.classes == 2
    seen = [part.characters for part in reading.parts.values()]
    assert len(np.unique(np.concatenate(seen))) == PEOPLE
    evaluation = reading.parts["evaluation"]
    of_person = evaluation.images[:][:, 0, 0, 0] * 255 // 10
    for person in np.unique(of_person):
        assert len(np.unique(evaluation.characters[of_person == person])) == 1
    assert not set(evaluation.characters) & set(reading.parts["train"].characters)
    assert not set(evaluation.characters) & set(reading.parts["attacker"].characters)


def test_without_an_identity_images_are_divided_and_the_class_is_the_character(people):
    reading = read_folders(
        {"folder": str(people), "shares": {"target": 2, "attacker": 1, "evaluation": 0.25}}
    )
    sizes = {part: len(images) for part, images in reading.parts.items()}
    # Of 60 images, by shares of 2 to 1 to a quarter.
    target = sizes["train"] + sizes["validation"]
    assert (target, sizes["attacker"], sizes["evaluation"]) == (37, 18, 5)
    for images in reading.parts.values():
        assert set(images.labels) == {0, 1}
        np.testing.assert_array_equal(images.characters, images.labels)


@pytest.mark.parametrize("rule", [None, "folder", WAYS["pattern"]])
def test_the_division_is_the_same_however_the_folder_is_named(people, monkeypatch, rule):
    """Else a study that is moved, or whose path is written in full, has other sets."""
    (people.parent / "link").symlink_to(people)
    found = []
    for here, named in (
        (people.parent, "photos"),
        (people.parent, str(people)),
        (people.parent, "photos/../photos/"),
        (people.parent, "link"),
        (people, "."),
        (people / "a", ".."),
    ):
        monkeypatch.chdir(here)
        listings = list_images({"folder": named, "identity": rule})
        found.append({role: [p.path.name for p in one.images] for role, one in listings.items()})
    assert all(one == found[0] for one in found)


def test_classes_can_be_kept_apart(people):
    for number, folder in enumerate(sorted(people.glob("*/*"))):
        folder.rename(people / f"person{number}")
    for empty in (people / "a", people / "b"):
        empty.rmdir()
    listings = list_images({"folder": str(people), "identity": "class"})
    assert {role: len(names(one)) for role, one in listings.items()} == {
        "target": 6,
        "attacker": 3,
        "evaluation": 3,
    }


def in_three_folders(people, identity):
    """Of the first person some images are everyone's, of the last the attacker's and are sent."""
    folders = {role: people.parent / role for role in SHARES}
    for person, roles in enumerate([*[["target"]] * 8, *[["attacker"]] * 2, *[["evaluation"]] * 2]):
        roles = {0: list(SHARES), PEOPLE - 1: ["attacker", "evaluation"]}.get(person, roles)
        for file in people.glob(f"*/p{person}/*.png"):
            role = roles[int(file.stem[-1]) % len(roles)]
            inside = file.relative_to(people)
            place = folders[role] / (inside.parts[1] if identity == "class" else inside.parent)
            place.mkdir(parents=True, exist_ok=True)
            file.rename(place / file.name)
    return {"folders": {role: str(folder) for role, folder in folders.items()}}


@pytest.mark.parametrize("way", [*WAYS, "class"])
@pytest.mark.parametrize("most", [None, 2])
def test_whom_two_sets_show_is_named(people, way, most, monkeypatch):
    monkeypatch.chdir(people.parent)
    rows = [f"{path.name},{path.parent.name}" for path in people.rglob("*.png")]
    (people.parent / "people.csv").write_text("\n".join(["file,person", *rows]))
    rule = WAYS.get(way, "class")
    dataset = {**in_three_folders(people, rule), "identity": rule}
    for path in people.parent.glob("*/**/*.png"):
        values = np.asarray(Image.open(path)).copy()
        values[0, 0] = 255
        Image.fromarray(values).save(path)
    names = {"folder": ("a/p0", "b/p11"), "pattern": ("00", "11")}.get(way, ("p0", "p11"))
    remarks = [one for one in read_folders(dataset, most).remarks if "identities" in one]
    validated = [one for one in remarks if "validation" in one]
    assert [one for one in remarks if one not in validated] == [
        f"1 of 4 identities of the attacker images is also the target's ({names[0]}).",
        f"1 of 3 identities of the evaluation images is also the target's ({names[0]}).",
        f"2 of 3 identities of the evaluation images are also the attacker's ({', '.join(names)}).",
    ]
    # Of a class every fifth image validates, so that of a person who is a class all are trained on.
    assert [one.partition(": ")[2] for one in validated] == (
        [] if way == "class" else ["the accuracy on them says little of others."]
    )


def test_one_folder_has_nobody_in_two_sets_but_those_who_are_validated_on(people):
    said = read_folders({"folder": str(people), "identity": "folder"}).remarks
    assert not [one for one in said if "also the" in one]
    (remark,) = [one for one in said if "identities of the validation images are trained" in one]
    assert read_folders({"folder": str(people)}).remarks == []
    assert remark.startswith("6 of 6")


TWO_WAYS = {
    "class": ("class", "2 identities"),
    "pattern": ({"pattern": "_([01])"}, "2 identities"),
    "each image": (None, "2 images"),
}


@pytest.mark.parametrize("way", TWO_WAYS)
def test_fewer_identities_than_sets_are_counted_with_how_many_are_needed(people, way):
    rule, counted = TWO_WAYS[way]
    for path in people.rglob("*.png"):
        if not (path.name.endswith(("_0.png", "_1.png")) if rule else path.name == "00_0.png"):
            path.unlink()
    if rule is None:
        Image.new("L", (14, 12)).save(people / "b" / "1.png")
    dataset = {"folder": str(people), **({"identity": rule} if rule else {})}
    with pytest.raises(UserError) as refused:
        list_images(dataset)
    said = str(refused.value)
    assert said.startswith(f"dataset.folder: of {counted} in {str(people)!r} (")
    assert "none is left for the evaluation set; no" in said
    assert "so that 3 or more are needed: add images" in said
    assert "\n" not in said


def test_shares_that_leave_a_set_nothing_are_named(people):
    shares = {"target": 100, "attacker": 100, "evaluation": 0.1}
    with pytest.raises(UserError, match=r"of 12 identities in .* \(a/p0, .*, …\) none") as refused:
        list_images({"folder": str(people), "identity": "folder", "shares": shares})
    assert "change dataset.shares, or add images" in str(refused.value)


def test_shares_are_met_to_an_identity(people):
    entries = [one for each in list_images({"folder": str(people)}).values() for one in each.images]
    for shares in (SHARES, {"target": 1.0, "attacker": 1.0, "evaluation": 4.0}):
        whole = sum(shares.values())
        for role, images in divided(entries, shares).items():
            assert abs(len(images) - len(entries) * shares[role] / whole) <= 1


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"pattern": "^x([0-9]+)"}, "finds nothing in '00_0.png'"),
        ({"table": "none.csv", "column": "person"}, "is not there; allowed is a CSV file"),
        ({"table": "~/people.csv", "column": "person"}, "full (~ stands for no folder here), or"),
        ({"table": "photos", "column": "person"}, "cannot be read"),
        ({"table": "people.csv", "column": "name"}, "no column 'name'; it has file, person"),
        ({"table": "people.csv", "column": "person"}, "says no person of a/p0/00_0.png"),
        ("folder", "lies in its class's folder itself"),
    ],
)
def test_an_identity_that_is_not_said_is_asked_for(people, rule, said, monkeypatch):
    monkeypatch.chdir(people.parent)
    (people.parent / "people.csv").write_text("file,person\n11_0.png,p11\n")
    if rule == "folder":
        Image.new("L", (14, 12)).save(people / "b" / "lonely.png")
    with pytest.raises(UserError) as refused:
        list_images({"folder": str(people), "identity": rule})
    assert said in str(refused.value)
    assert "dataset.identity" in str(refused.value)


def test_a_table_is_one_of_the_files_that_a_study_depends_on():
    assert tables_of(WAYS["table"]) == ["people.csv"]
    assert tables_of(WAYS["pattern"]) == tables_of("folder") == tables_of(None) == []


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (
            {"folder": "photos", "features": {"image": "i", "label": "l", "character": "l"}},
            "give one",
        ),
        ({"folder": "photos", "folders": {name: name for name in SHARES}}, "give one"),
        ({"folders": {name: name for name in SHARES}, "shares": SHARES}, "no folder"),
        ({"folder": "photos", "shares": {"target": 80, "attacker": 20}}, "Field required"),
        ({"folder": "photos", "identity": {"patern": "^(x)"}}, "class, folder, {pattern"),
        ({"folder": "photos", "identity": {"pattern": "^x"}}, "one group"),
        ({"folder": "photos", "identity": {"pattern": "("}}, "one group"),
        ({"folder": "photos", "identity": "person"}, "class, folder, {pattern"),
        ({"folder": "photos", "shares": {"target": 0}}, "greater than 0"),
        ({"folder": "photos", "size": [64]}, "size"),
    ],
)
def test_a_section_that_cannot_be_meant_is_refused(section, said):
    with pytest.raises(ValueError, match=said):
        Dataset.model_validate({"name": "people", **section})


@pytest.mark.parametrize("size", [(6, 7), (11, 11), (24, 30)])
@pytest.mark.parametrize("colour", [False, True])
def test_images_are_brought_to_a_size(people, size, colour):
    wide = np.zeros((40, 80, 3) if colour else (40, 80), np.uint8)
    wide[:, 20:60] = (200, 100, 50) if colour else 200  # all that a square in the middle shows
    Image.fromarray(wide).save(people / "a" / "p0" / "wide.png")
    dataset = {"folder": str(people), "identity": "folder", "size": size}
    reading = read_folders(dataset)
    for part in reading.parts.values():
        assert part.images.shape[1:] == (*size, 3 if colour else 1)
        assert part.images.stored.dtype == np.uint8
    (place,) = [
        (part, number)
        for part, of_part in reading.names.items()
        for number, name in enumerate(of_part)
        if name.endswith("wide.png")
    ]
    shown = reading.parts[place[0]].images.stored[place[1]]
    if size == (11, 11):
        # But for the columns at the edges, into which antialiasing brings what lies beside them.
        assert (shown[:, 1:-1] == ((200, 100, 50) if colour else 200)).all()
    # The others are of one value throughout, and stay so.
    for part, images in reading.parts.items():
        rest = np.arange(len(images)) != (place[1] if part == place[0] else -1)
        flat = images.images.stored[rest].reshape(rest.sum(), -1)
        assert (flat == flat[:, :1]).all()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            ["0.png,ann", "0.png,bob"],
            "has 0.png twice, of ann and of bob; where classes have files",
        ),
        (["0.png,ann"], "has 0.png, which is a/0.png and b/0.png; give their paths"),
    ],
)
def test_a_name_that_several_files_have_says_nothing_of_them(tmp_path, monkeypatch, rows, said):
    monkeypatch.chdir(tmp_path)
    for label in "abc":
        (tmp_path / "photos" / label).mkdir(parents=True)
        Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / f"photos/{label}/0.png")
    table = {"table": "people.csv", "column": "person"}
    (tmp_path / "people.csv").write_text("\n".join(["file,person", *rows]))
    with pytest.raises(UserError, match=said):
        list_images({"folder": "photos", "identity": table})
    both = ["file,person", "a/0.png,ann", "b/0.png,bob", "c/0.png,cid"]
    (tmp_path / "people.csv").write_text("\ufeff" + "\n".join(both))  # as Excel marks it
    listings = list_images({"folder": "photos", "identity": table}).values()
    assert set.union(*map(names, listings)) == {"ann", "bob", "cid"}
