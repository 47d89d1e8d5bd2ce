"""What the post printed about its own runs, to set a study's numbers beside.

Source: Keydana (2020, May 15), RStudio AI Blog: Hacking deep learning: model inversion attack by
example. The numbers without DP are the post's training logs, those with DP its table.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

URL = "https://blogs.rstudio.com/tensorflow/posts/2020-05-15-model-inversion-attacks/"
DATASET = "omniglot"
RECIPE = "post-part-1"  # the recipe that follows the post without DP
DP_RECIPES = ("post", "dp-adam")  # its own with DP, and the one that can be accounted for


@dataclass(frozen=True)
class OfThePost:
    """One target of the post.

    Attributes:
        target_epochs: epochs that the target was trained for.
        train_accuracy: at the last epoch, 0 to 1.
        validation_accuracy: at the last epoch, 0 to 1; None where the post gives none.
        epsilon: as the post states it, at delta 1e-5; None without DP.
        attacker_mse: epoch -> the attacker's MSE a pixel on its own training images; empty where
            the post gives none.
    """

    target_epochs: int
    train_accuracy: float
    validation_accuracy: float | None
    epsilon: float | None
    attacker_mse: Mapping[int, float]


NO_DP = OfThePost(
    target_epochs=10,
    train_accuracy=0.840454519,
    validation_accuracy=0.726605475,
    epsilon=None,
    attacker_mse=MappingProxyType(
        {1: 0.530902684, 2: 0.201351956, 99: 0.0413453057, 100: 0.0413028933}
    ),
)

# noise multiplier -> what the post gives; it prints neither validation accuracy nor MSE for these
DP: Mapping[float, OfThePost] = MappingProxyType(
    {
        0.7: OfThePost(20, 0.37, None, 4.0, MappingProxyType({})),
        0.5: OfThePost(20, 0.45, None, 12.5, MappingProxyType({})),
        0.3: OfThePost(20, 0.56, None, 84.7, MappingProxyType({})),
    }
)


def of_the_post(recipe: str, noise_multiplier: float | None) -> OfThePost | None:
    """Return the post's numbers for a recipe's condition, or None where it ran no such thing.

    Args:
        recipe: `RECIPE` or one of `DP_RECIPES`; any other has no counterpart in the post.
        noise_multiplier: noise over clipping norm; None or NaN without DP.
    """
    if noise_multiplier is None or math.isnan(noise_multiplier):
        return NO_DP if recipe == RECIPE else None
    if recipe in DP_RECIPES:
        return next(
            (value for key, value in DP.items() if math.isclose(key, noise_multiplier)), None
        )
    return None
