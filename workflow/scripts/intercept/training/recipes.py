"""The recipes by their names in the configuration."""

from typing import Protocol

from intercept.training.loop import Trainer
from intercept.training.post_part_1 import PostPart1
from intercept.training.settings import PostPart1Settings, RecipeSettings, SoundSettings
from intercept.training.sound import Sound


class _Recipe(Protocol):
    def __call__(
        self,
        settings: RecipeSettings,
        image_shape: tuple[int, int, int],
        classes: int,
        examples: int,
        seed: int,
    ) -> Trainer: ...


TRAINERS: dict[type[RecipeSettings], _Recipe] = {
    PostPart1Settings: PostPart1,
    SoundSettings: Sound,
}
