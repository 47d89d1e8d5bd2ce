"""Omniglot in folders, with more and more alphabets for the eavesdropper."""

from itertools import pairwise

import numpy as np
from PIL import Image

from intercept.datasets.listing import list_images
from intercept.datasets.omniglot_alphabets import SETS, lay_out

SMALL1, SMALL2 = (3, 5, 8, 20, 25), (8, 11, 14, 17)  # alphabet 8 is in both


def record(alphabet, character, number):
    image = np.full((3, 4, 3), 255, np.uint8)
    image[0, :3] = np.array([alphabet, character, number])[:, np.newaxis]
    return {"image": image, "alphabet": np.int64(alphabet), "label": np.int64(character)}


def of(alphabets, drawings=3):
    return [
        record(alphabet, 2 * alphabet + character, number)
        for number in range(drawings)
        for alphabet in alphabets
        for character in range(2)
    ]


def test_sets_are_nested_and_have_no_alphabet_of_what_is_sent(tmp_path):
    splits = {"small1": of(SMALL1), "small2": of(SMALL2), "train": of(range(30))}
    lay_out(tmp_path, {**splits, "test": of(range(30, 34))})
    alphabets, images = {}, {}
    for folder in tmp_path.iterdir():
        found = list_images({"folders": dict.fromkeys(["evaluation"], str(folder))})["evaluation"]
        alphabets[folder.name] = {int(image.label) for image in found.images}
        images[folder.name] = len(found.images)
    assert alphabets["evaluation"] == {11, 14, 17}  # 8 is the eavesdropper's own
    assert images["evaluation"] == 3 * 2 * 3
    assert alphabets["attacker-5"] == set(SMALL1)
    sets = [alphabets[f"attacker-{count}"] for count in SETS]
    assert [len(one) for one in sets] == list(SETS)
    assert all(small < large for small, large in pairwise(sets))
    assert not sets[-1] & alphabets["evaluation"]
    assert images["attacker-27"] == 27 * 2 * 3
    assert (alphabets["target"], images["target"]) == ({30, 31, 32, 33}, 4 * 2 * 2)


def test_drawings_stay_as_they_are(tmp_path):
    splits = {"small1": of(SMALL1), "small2": of(SMALL2), "train": of(range(30))}
    lay_out(tmp_path, {**splits, "test": of(range(30, 34))})
    with Image.open(tmp_path / "evaluation" / "11" / "0022" / "01.png") as image:
        np.testing.assert_array_equal(np.asarray(image), of([11])[2]["image"][..., 0])
