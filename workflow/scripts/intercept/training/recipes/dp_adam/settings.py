"""The settings of differentially private training that can be accounted for."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from intercept.settings import Listed
from intercept.training.settings import PrivateSettings


class Settings(PrivateSettings):
    """Adam with each example clipped, Gaussian noise and Poisson sampling."""

    recipe: ClassVar[str] = "dp-adam"

    clip_gradients: bool = Field(
        True,
        description="false leaves gradients as they are and adds the noise that clipping to "
        "`l2_norm_clip` would ask for: a control, which protects nobody.",
    )
    epsilon: Annotated[float | None, Listed("epsilons")] = Field(
        None,
        gt=0,
        description="In place of `noise_multiplier`, which is then the least that gives this "
        "epsilon at `delta` after all steps: Poisson sampling, add or remove one. If both are "
        "given they must agree within 1%.",
    )
    normalisation: Literal["example"] = Field(
        "example",
        description="Of the built-in network: over each example by itself; `batch` is refused.",
    )

    @field_validator("epsilon")
    @classmethod
    def _of_clipped_gradients(cls, epsilon: float | None, info: ValidationInfo) -> float | None:
        if epsilon is not None and not info.data.get("clip_gradients", True):
            raise ValueError("none without clip_gradients, for it would be infinite")
        return epsilon

    @field_validator("normalisation", mode="before")
    @classmethod
    def _not_over_the_batch(cls, normalisation: Any) -> Any:
        if normalisation == "batch":
            raise ValueError(
                "example, for BatchNorm mixes the examples of a batch, so that no example's "
                "gradient can be clipped by itself, and releases moving averages without noise; "
                "write example, or use recipe 'post'"
            )
        return normalisation

    @model_validator(mode="after")
    def _private_by_either(self) -> Self:
        if self.noise_multiplier is None and self.epsilon is None:
            raise ValueError("has neither noise_multiplier nor epsilon; give one")
        return self
