"""Settings of recipes: plain for Snakemake, and refused where they cannot be."""

import pytest
from configurations import DEFAULT, study

from intercept.configuration.entries import settings
from intercept.runtime.errors import UserError
from intercept.training.recipes import REGISTRY, recipe_settings


@pytest.mark.parametrize("made", study(DEFAULT).targets.values(), ids=lambda s: s.recipe)
def test_settings_make_the_round_trip_through_snakemakes_params(made):
    params = made.as_params()
    assert list(params) == sorted(params)
    assert all(
        type(value) in (int, float, str, bool, tuple, type(None)) for value in params.values()
    )
    assert recipe_settings(**params) == made


@pytest.mark.parametrize(
    "pixels",
    [
        *("none", "tf", "caffe", "torch"),
        [0, 255],
        [-1, 1.5],
        {"mean": [0.5, 0.4, 0.3], "deviation": [0.2, 0.2, 0.2]},
    ],
)
def test_pixels_make_the_round_trip_in_each_of_their_forms(pixels):
    made = recipe_settings("model-file", model="m.keras", pixels=pixels)
    assert recipe_settings(**made.as_params()) == made
    other = recipe_settings("model-file", model="m.keras")
    assert made.as_params() != other.as_params()
    assert other.pixels == (0, 1)


OF_PIXELS = "pixels' is .*; allowed is: the range that the network expects"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"recipe": "dp-adm"},
            "targets.recipe' is 'dp-adm'; did you mean 'dp-adam'",
        ),
        (
            {"recipe": "dp-adam", "clip": 1},
            "unknown key 'targets.clip'; recipe 'dp-adam' has no such setting; allowed is: ",
        ),
        # What the class holds for itself is no setting.
        ({"recipe": "dp-adam", "memory_mb": 1}, "unknown key 'targets.memory_mb'"),
        ({"recipe": "nopeek"}, "key 'targets.weight' is missing; add it or 'weights'"),
        ({"recipe": "nopeek", "weight": -1}, "weight' is -1; allowed is: a number, 0 or more"),
        (
            {"recipe": "bottleneck", "channels": 0},
            "channels' is 0; allowed is: a whole number, 1 or more",
        ),
        (
            {"recipe": "bottleneck", "cut_layer": "mobile_pool_4"},
            "cut_layer' is 'mobile_pool_4'; .* mobile_pool_3 or mobile_output",
        ),
        (
            {"recipe": "dp-adam", "clip_gradients": False, "epsilon": 3},
            "epsilon' is 3; allowed is: none without clip_gradients",
        ),
        (
            {"recipe": "post-part-1", "epochs": 5, "checkpoints": [0, 5]},
            r"checkpoints' is \[0, 5\]; allowed is: epochs from 0 to 4, below epochs",
        ),
        (
            {"recipe": "post-part-1", "epochs": 0, "checkpoints": [0]},
            r"checkpoints' is \[0\]; allowed is: none",
        ),
        (
            {"recipe": "post-part-1", "epochs": 5, "checkpoints": [1, 1]},
            r"checkpoints' is \[1, 1\]; allowed is: each epoch once",
        ),
        (
            {"recipe": "non-private", "stop_at_accuracy_of": "a", "checkpoints": [1]},
            "allowed is: none beside checkpoints",
        ),
        (
            {"recipe": "dp-adam", "l2_norm_clip": 0},
            "l2_norm_clip' is 0; allowed is: a number above 0",
        ),
        ({"recipe": "dp-adam", "noise_multiplier": -1}, "noise_multiplier' is -1; .* 0 or more"),
        ({"recipe": "dp-adam", "noise_source": "x"}, "is 'x'; allowed is: os-entropy or seed"),
        (
            {"recipe": "post-part-1", "batch_size": 0},
            "batch_size' is 0; allowed is: a whole number, 1 or more",
        ),
        (
            {"recipe": "post-part-1", "epochs": -1},
            "epochs' is -1; allowed is: a whole number, 0 or more",
        ),
        *(
            ({"recipe": "model-file", "model": "m.keras", "pixels": pixels}, OF_PIXELS)
            for pixels in (
                *("imagenet", 255, [0, 127, 255], [0, True], None),
                {"mean": [0.5]},
                {"mean": [0.5], "deviation": [0.2, 0.2]},
                {"mean": [123.68, 116.78, 103.94], "deviation": [58.4, 57.1, 57.4]},
                {"mean": [0.5], "deviation": [0]},
            )
        ),
        (
            {"recipe": "model-file", "model": "m.keras", "pixels": [255, 0]},
            r"pixels' is \[255, 0\]; allowed is: a range whose second end is above the first",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(values, said):
    with pytest.raises(UserError, match=f"^configuration: .*{said}"):
        settings(REGISTRY, values.pop("recipe"), values, ("targets",))
