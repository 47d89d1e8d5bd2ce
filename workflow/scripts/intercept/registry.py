"""Things that the configuration names, such as recipes: a package each, found by its name.

Packages are imported by name, so that a change in one repeats no work of another. Nothing here
imports TensorFlow: a dry run asks for settings.
"""

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from intercept.settings import NamedSettings


@dataclass(frozen=True)
class Registry:
    """The packages in a folder; each has a module ``settings`` with a model `Settings`.

    Attributes:
        package: full name of the package that holds them.
        section: of the configuration that names them.
        noun: the key that names one there.
    """

    package: str
    section: str
    noun: str

    def names(self) -> list[str]:
        """The names that a configuration may use, sorted; a package has ``_`` for ``-``."""
        found = pkgutil.iter_modules(import_module(self.package).__path__)
        return sorted(module.name.replace("_", "-") for module in found if module.ispkg)

    def module(self, name: str, part: str) -> str:
        """The full name of a module of the package of that name."""
        return f"{self.package}.{name.replace('-', '_')}.{part}"

    def settings_class(self, name: str) -> type[NamedSettings]:
        """The `Settings` of that name, one of `names`."""
        return import_module(self.module(name, "settings")).Settings

    def settings(self, name: str, **values: Any) -> Any:
        """The settings of that name, with its defaults where `values` has none.

        Raises:
            pydantic.ValidationError: there is no such setting, one that is needed is missing, or a
                value is out of range.
        """
        return self.settings_class(name)(**values)
