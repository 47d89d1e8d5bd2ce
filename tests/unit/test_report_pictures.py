"""Pictures of images side by side, and the rows of the page that show them."""

import math

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from report_pages import pictures_of
from report_rows import dp_row, noisy_row, row

from intercept.attackers.answers import read_shown, write_answers
from intercept.report.gallery import attack_rows, embedded, strip_rows
from intercept.report.pictures import SHOWN, first_shown, side_by_side, write_pictures
from intercept.report.verdict import wires
from intercept.runtime.errors import UserError

RANDOM = np.random.default_rng(20200515)


@pytest.mark.parametrize("channels", [(), (1,), (3,), (4,)])
@pytest.mark.parametrize(("size", "drawn"), [((28, 28), 56), ((105, 105), 72), ((72, 72), 72)])
def test_images_of_any_channels_stand_side_by_side(channels, size, drawn):
    images = RANDOM.random((5, *size, *channels), dtype=np.float32)
    picture = side_by_side(images)
    assert picture.size == (5 * (drawn + 2) + 2, drawn + 4)
    if drawn >= size[0]:  # every pixel is as it was
        pixels = np.asarray(picture, np.float32) / 255
        grown = drawn // size[0]
        for number, image in enumerate(images):
            left = 2 + number * (drawn + 2)
            cell = pixels[2 : 2 + drawn : grown, left : left + drawn : grown]
            if channels != (3,):
                image = np.repeat(image.reshape(*size, -1).mean(axis=-1, keepdims=True), 3, axis=-1)
            np.testing.assert_allclose(cell, image, atol=0.5 / 255 + 1e-6)


def test_images_that_are_not_square_keep_their_shape_and_values_are_clipped():
    wild = RANDOM.normal(0.5, 3, (2, 10, 40, 1))
    picture = side_by_side(wild)
    assert picture.size == (2 * 42 + 2, 10 + 4)
    assert side_by_side(np.clip(wild, 0, 1)).tobytes() == picture.tobytes()


def test_what_is_no_image_is_refused():
    for wrong in (np.zeros((0, 8, 8, 1)), np.zeros((8, 8))):
        with pytest.raises(ValueError, match="n >= 1"):
            side_by_side(wrong)


def test_the_first_unseen_images_are_shown_or_seen_ones_where_there_are_no_others():
    seen = np.arange(40) % 3 == 0
    assert list(first_shown(seen)) == [one for one in range(40) if one % 3][:SHOWN]
    assert list(first_shown(np.ones(3, bool))) == [0, 1, 2]


def test_a_picture_is_small_and_lies_in_the_page_as_it_is(tmp_path):
    blurred = np.kron(RANDOM.random((16, 5, 5)), np.ones((21, 21)))
    write_pictures(tmp_path / "a.webp", blurred)
    assert (tmp_path / "a.webp").stat().st_size < 15_000
    found = embedded(tmp_path / "a.webp")
    assert found["uri"].startswith("data:image/webp;base64,UklGR")
    assert (found["width"], found["height"]) == (16 * 74 + 2, 76)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.webp"]  # no temporary file is left


def test_answers_to_some_images_are_read_alone(tmp_path):
    answers = {
        role: RANDOM.random((9, 4, 4, 1), dtype=np.float32) for role in ("held_out", "evaluation")
    }
    write_answers(tmp_path / "answers.h5", answers, images=True)
    found = read_shown(tmp_path / "answers.h5", np.array([1, 5, 8]))
    np.testing.assert_allclose(found, answers["evaluation"][[1, 5, 8]], atol=1e-3)
    (tmp_path / "damaged.h5").write_bytes((tmp_path / "answers.h5").read_bytes()[:500])
    with pytest.raises(UserError, match="damaged"):
        read_shown(tmp_path / "damaged.h5", np.array([1]))


def study(*rows):
    found = wires(pd.DataFrame(rows), "unseen")
    return pictures_of(rows, None), found, found[0]


STRENGTHS = (16, 8, 4, 2, 1)
DEFENDED = [
    # Which cannot be judged by images of its own, and counts where it got more.
    row(attacker="post", held_out={"within_character": 0.9}, unseen={"within_character": 0.3}),
    row(attacker="decoder", unseen={"within_character": 0.4}),
    row(attacker="retrieval"),
    dp_row(0.7),
    *(noisy_row(ratio, within=ratio / 100, tuned=0.5) for ratio in STRENGTHS),
]


def test_the_strip_has_the_strongest_attacker_without_a_defence_and_through_some():
    pictures, found, opened = study(*DEFENDED)
    rows = strip_rows(pictures, found, opened, ["dp-noise-0.7"])
    assert [one.name for one in rows] == ["no defence", "noise-16", "noise-8", "noise-4", "noise-2"]
    assert [one.number for one in rows] == [2, 4, 5, 6, 7]
    assert rows[0].said == "32 numbers; server accuracy: 73.2%; picked out: 40.0%"
    assert rows[0].place["attacker"] == rows[2].place["attacker"] == "decoder"
    noisy = "32 numbers with Gaussian noise; server accuracy: 50.0%; picked out: 8.00%"
    assert rows[2].said == noisy


def test_without_a_defence_the_strip_has_a_target_that_was_trained_with_dp():
    pictures, found, opened = study(row(), row("untrained"), dp_row(0.7))
    rows = strip_rows(pictures, found, opened, ["dp-noise-0.7"])
    assert [one.name for one in rows] == [
        "no defence",
        "trained with DP (dp-noise-0.7), no defence",
    ]
    assert len(strip_rows(pictures, found, opened, [])) == 1
    assert strip_rows([], found, opened, []) == []
    assert strip_rows(pictures, found, None, []) == []


def test_every_attack_has_a_row_and_those_of_the_first_wire_are_shown():
    attacks = [*DEFENDED, row(seed=2, unseen={"within_character": 0.3, "skill": math.nan})]
    pictures, _, opened = study(*attacks)
    rows = attack_rows(pictures, pd.DataFrame(attacks), "unseen", opened)
    assert [one.number for one in rows] == list(range(1, len(pictures) + 1))
    assert [one.number for one in rows if one.shown] == [1, 2]
    assert rows[1].name == "no-dp, mobile_output, decoder, seed 1"
    assert rows[1].said == "40.0% picked out, skill +0.30"
    assert rows[-1].said == "30.0% picked out, skill –"
    assert not any(one.shown for one in attack_rows(pictures, pd.DataFrame(attacks), "seen", None))


def test_pictures_are_those_of_the_png_that_a_figure_is(tmp_path):
    Image.new("RGB", (30, 20)).save(tmp_path / "figure.png")
    found = embedded(tmp_path / "figure.png")
    assert found["uri"].startswith("data:image/png;base64,")
    assert (found["width"], found["height"]) == (30, 20)
    with pytest.raises(OSError):
        embedded(tmp_path / "none.png")
