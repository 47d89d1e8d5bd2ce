"""The trainings that can be audited, by the settings of their recipe."""

from typing import Any

import numpy as np

from intercept.audit.stock_trainer import StockAuditedTrainer
from intercept.audit.trainer import AuditedTrainer
from intercept.training.recipes.dp_adam.settings import Settings as DpAdamSettings
from intercept.training.recipes.post.settings import Settings as PostSettings
from intercept.training.settings import TargetSettings


def build_audited_trainer(
    canaries: int, mislabelled: np.ndarray, settings: TargetSettings, *data: Any
) -> AuditedTrainer | StockAuditedTrainer:
    """The recipe's trainer with canaries in it.

    Args:
        canaries: gradients, 1 or more.
        mislabelled: indices of the training images with a false class, int64 [k].
        settings: of the recipe dp-adam or post, with clipping and noise.
        data: image_shape, classes, examples and seed, as for the recipe's trainer.

    Raises:
        UserError: there are more canaries than weights, or as the recipe's trainer.
    """
    if isinstance(settings, PostSettings):
        return StockAuditedTrainer(canaries, mislabelled, settings, *data)
    assert isinstance(settings, DpAdamSettings)  # the configuration allows no other recipe
    return AuditedTrainer(canaries, mislabelled, settings, *data)
