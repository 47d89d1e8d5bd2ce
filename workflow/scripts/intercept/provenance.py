"""What a result was made by and with, so that two results can be told apart or repeated."""

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from intercept import __version__

if TYPE_CHECKING:  # it is for scripts alone
    from intercept.runtime.script import Job

_PACKAGES = ("tensorflow", "tensorflow-privacy", "tensorflow-datasets", "dp-accounting", "numpy")


def provenance(snakemake: "Job") -> dict[str, Any]:
    """What a script's records state of it.

    Args:
        snakemake: the script's own object; of its ``params``, ``code`` is the identity of the
            code (see `intercept.runtime.code.code_hash`), ``content`` that of the user's files, if
            there are any, and the others are settings.

    Returns:
        ``versions`` of Intercept, Python and packages; ``settings_sha256`` of the settings of the
        job, and ``code_sha256``, both in hex.
    """
    params = dict(snakemake.params.items())
    settings = {key: value for key, value in params.items() if key not in ("code", "content")}
    return {
        "versions": versions(),
        "settings_sha256": settings_hash(settings),
        "code_sha256": params["code"],
    }


def versions() -> dict[str, str]:
    """Version of Intercept, of Python and of the packages that numbers depend on, by name."""
    return {
        "intercept": __version__,
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
    }


def settings_hash(settings: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of settings as JSON with sorted keys; the same for the same settings."""
    text = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def joint_hash(*hashes: str) -> str:
    """SHA-256 (hex) of several hashes in their order."""
    return hashlib.sha256("".join(hashes).encode()).hexdigest()
