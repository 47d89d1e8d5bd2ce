"""Settings of recipes: plain for Snakemake, and refused where they cannot be."""

import pytest
from configurations import DEFAULT, study

from intercept.runtime.errors import UserError
from intercept.training.recipes import recipe_settings


@pytest.mark.parametrize("settings", study(DEFAULT).targets.values(), ids=lambda s: s.recipe)
def test_settings_make_the_round_trip_through_snakemakes_params(settings):
    params = settings.as_params()
    assert list(params) == sorted(params)
    assert all(
        type(value) in (int, float, str, bool, tuple, type(None)) for value in params.values()
    )
    assert recipe_settings(**params) == settings


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"recipe": "soun"},
            "no recipe is called 'soun'; there is bottleneck, model-file, non-private, nopeek, ",
        ),
        ({"recipe": "sound", "clip": 1}, "recipe 'sound' has no setting 'clip'"),
        # What the class holds for itself is no setting.
        ({"recipe": "sound", "memory_mb": 1}, "recipe 'sound' has no setting 'memory_mb'"),
        ({"recipe": "nopeek"}, "recipe 'nopeek' has no weight, which it needs; add it"),
        ({"recipe": "nopeek", "weight": -1}, "weight is -1; allowed is 0 or more"),
        ({"recipe": "bottleneck", "channels": 0}, "channels is 0; allowed is 1 or more"),
        ({"recipe": "bottleneck", "cut_layer": "mobile_pool_4"}, "cut_layer is 'mobile_pool_4'; "),
        (
            {"recipe": "sound", "clip_gradients": False, "epsilon": 3},
            "epsilon is 3; allowed is none without clip_gradients",
        ),
        (
            {"recipe": "post-part-1", "epochs": 5, "checkpoints": [0, 5]},
            r"checkpoints is \[0, 5\]; allowed is epochs from 0 to 4, below epochs",
        ),
        (
            {"recipe": "post-part-1", "epochs": 0, "checkpoints": [0]},
            r"checkpoints is \[0\]; allowed is none",
        ),
        (
            {"recipe": "post-part-1", "epochs": 5, "checkpoints": [1, 1]},
            r"checkpoints is \[1, 1\]; allowed is each epoch once",
        ),
        (
            {"recipe": "non-private", "stop_at_accuracy_of": "a", "checkpoints": [1]},
            "allowed is none beside stop_at_accuracy_of",
        ),
        ({"recipe": "sound", "l2_norm_clip": 0}, "l2_norm_clip is 0; allowed is above 0"),
        ({"recipe": "sound", "noise_multiplier": -1}, "noise_multiplier is -1; .* 0 or more"),
        ({"recipe": "sound", "noise_source": "x"}, "is 'x'; allowed is os-entropy or seed"),
        ({"recipe": "post-part-1", "batch_size": 0}, "batch_size is 0; allowed is 1 or more"),
        ({"recipe": "post-part-1", "epochs": -1}, "epochs is -1; allowed is 0 or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(values, said):
    with pytest.raises(UserError, match=f"^targets: .*{said}"):
        recipe_settings(**values)
