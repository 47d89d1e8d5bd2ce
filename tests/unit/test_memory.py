"""What jobs ask for in memory: known answers."""

import pytest

from intercept.study.memory import OMNIGLOT, asked, asked_for_components, asked_for_training

MEGAPIXELS = 2**18  # images of one number, which are a megabyte in float32


def test_on_omniglots_images_a_job_asks_for_what_its_rule_says():
    assert asked(2500, 0, 3, 0) == 2500
    assert asked_for_training(3500, True) == asked_for_training(3500, False) == 3500


def test_evaluation_images_are_asked_for_as_often_as_they_are_held():
    # 3120 of 11,025 numbers are 131.2 MB.
    assert asked(1800, 1, 0, 0) == 1800 + 132
    assert asked(1800, 4, 0, 0) == 1800 + 525
    images, values = OMNIGLOT["evaluation"]
    assert asked(1800, 4, 0, 0, evaluated=(2 * images, values)) == 1800 + 1050
    assert asked(1800, 4, 0, 0, evaluated=(10 * MEGAPIXELS, 1)) == 1800 + 40


def test_the_attackers_images_are_asked_for_beyond_omniglots():
    images, values = OMNIGLOT["attacker"]
    # 2720 with 20 copies each are 600.6 MB, a byte for each number.
    assert asked(2500, 0, 1.5, 0, owned=(2 * images, values)) == 2500 + 901
    assert asked(2500, 0, 1, 0, copies=42) == 2500 + 601
    for fewer in ({"owned": (images // 2, values)}, {"copies": 1}, {"owned": (images, 1)}):
        assert asked(2500, 0, 1.5, 0, **fewer) == 2500


def test_activations_are_asked_for_of_all_images_and_copies():
    sizes = {"evaluated": (MEGAPIXELS, 1), "owned": (MEGAPIXELS, 1), "copies": 3}
    assert asked(3000, 0, 0, 1, **sizes, crossing=2) == 3000 + 8
    assert asked(3000, 0, 0, 3, **sizes, crossing=2) == 3000 + 24
    assert asked(3000, 0, 0, 3, **sizes) == 3000


def test_what_is_added_is_rounded_up_once():
    sizes = {"evaluated": (1, 1), "owned": (1, 1), "copies": 1, "crossing": 1}
    assert asked(1000, 1, 0, 1, **sizes) == 1001


def test_principal_components_take_a_gibibyte_of_images_at_most():
    assert asked_for_components() == 344  # three times 114.4 MB
    assert asked_for_components((10 * MEGAPIXELS, 1)) == 30
    assert asked_for_components((1024 * MEGAPIXELS, 1)) == 3072
    assert asked_for_components((5000 * MEGAPIXELS, 1)) == 3072


@pytest.mark.parametrize(("trains", "larger"), [(True, 3), (False, 1)])
def test_larger_images_make_larger_steps_where_there_are_steps(trains, larger):
    images, values = OMNIGLOT["target"]
    # 13,180 of 11,025 numbers are 554.3 MB in float32, and two such sets come to these.
    assert asked_for_training(1000, trains, (images, 3 * values)) == larger * 1000 + 1109
    assert asked_for_training(1000, trains, (3 * images, values)) == 1000 + 1109
    assert asked_for_training(1000, trains, (images, values // 3)) == 1000
