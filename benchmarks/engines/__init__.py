"""The engines that are compared, and what each is written in.

To add one, write a function ``build_<name>`` in a module here (with ``_`` for ``-``) that returns
an `Engine`, and enter the name in `ENGINES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np


@dataclass(frozen=True)
class Engine:
    """A training that goes on step by step on the batch of `problem`.

    Attributes:
        step: makes one update; returns when it is made.
        parameters: copies of the trained values as they are now.
        extra_parameters: how many more of them its network has than the ordinary step's.
    """

    step: Callable[[], object]
    parameters: Callable[[], list[np.ndarray]]
    extra_parameters: int = 0


@dataclass(frozen=True)
class Framework:
    """What engines are written in.

    Attributes:
        module: where their functions are, in this package.
        packages: those whose versions a measurement has to name.
        in_project: whether the project's own environment has them, or the benchmark's.
    """

    module: str
    packages: tuple[str, ...]
    in_project: bool


_TENSORFLOW = Framework("in_tensorflow", ("tensorflow", "tensorflow-privacy"), in_project=True)
_PYTORCH = Framework("in_pytorch", ("torch", "opacus"), in_project=False)
_JAX = Framework("in_jax", ("jax", "jaxlib", "jax-privacy"), in_project=False)

REFERENCE = "ordinary"
ENGINES = {
    REFERENCE: _TENSORFLOW,
    "ordinary-batchnorm": _TENSORFLOW,
    "intercept": _TENSORFLOW,
    "tfp-dp-adam": _TENSORFLOW,
    "tfp-vectorized-dp-adam": _TENSORFLOW,
    "tfp-dp-sequential": _TENSORFLOW,
    "opacus-hooks": _PYTORCH,
    "opacus-vmap": _PYTORCH,
    "jax-vmap": _JAX,
    "jax-privacy": _JAX,
}


def build(name: str) -> Engine:
    """The engine of that name, its network freshly initialised."""
    module = import_module(f"{__name__}.{ENGINES[name].module}")
    return getattr(module, f"build_{name.replace('-', '_')}")()
