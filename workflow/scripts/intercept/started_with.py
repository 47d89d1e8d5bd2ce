"""The configuration that a run was started with, for jobs that read the Snakefile anew."""

import json
import os
from typing import Any

_VARIABLE = "INTERCEPT_CONFIG"


def keep(config: dict[str, Any]) -> None:
    """Hand the configuration on to every process that this one starts."""
    os.environ[_VARIABLE] = json.dumps(config, default=str)


def restore(config: dict[str, Any]) -> None:
    """Replace the content of `config` by what was kept, if anything was.

    The file may have changed since, and all jobs of a run are to go by the same settings.
    """
    kept = os.environ.get(_VARIABLE)
    if kept is not None:
        config.clear()
        config.update(json.loads(kept))
