"""Things that the configuration names, such as recipes: a package each, found by its name.

Packages are imported by name, so that a change in one repeats no work of another. Nothing here
imports TensorFlow: a dry run asks for settings.
"""

import pkgutil
from dataclasses import MISSING, dataclass, fields
from importlib import import_module
from typing import Any

from intercept.runtime.errors import UserError


@dataclass(frozen=True)
class Registry:
    """The packages in a folder; each has a module ``settings`` with a dataclass `Settings`.

    Attributes:
        package: full name of the package that holds them.
        key: the section of the configuration that names them, for messages.
        noun: what one of them is, for messages.
    """

    package: str
    key: str
    noun: str

    def names(self) -> list[str]:
        """The names that a configuration may use, sorted; a package has ``_`` for ``-``."""
        found = pkgutil.iter_modules(import_module(self.package).__path__)
        return sorted(module.name.replace("_", "-") for module in found if module.ispkg)

    def module(self, name: str, part: str) -> str:
        """The full name of a module of the package of that name."""
        return f"{self.package}.{name.replace('-', '_')}.{part}"

    def setting_types(self, name: str) -> dict[str, Any]:
        """The settings of that name: what each of them may be, as it is annotated."""
        return {field.name: field.type for field in fields(self._settings_class(name))}

    def settings(self, name: str, **values: Any) -> Any:
        """The `Settings` of that name, with its defaults where `values` has none.

        Raises:
            UserError: there is no such name, no such setting, one that is needed is missing, or a
                value is out of range.
        """
        if name not in self.names():
            raise UserError(
                f"{self.key}: no {self.noun} is called {name!r}; there is {', '.join(self.names())}"
            )
        settings = self._settings_class(name)
        known = [field.name for field in fields(settings)]
        for key in values:
            if key not in known:
                raise UserError(
                    f"{self.key}: {self.noun} {name!r} has no setting {key!r}; "
                    f"it has {', '.join(known) or 'none'}"
                )
        for field in fields(settings):
            if field.default is MISSING and field.name not in values:
                raise UserError(
                    f"{self.key}: {self.noun} {name!r} has no {field.name}, which it needs; add it"
                )
        return settings(**values)

    def _settings_class(self, name: str) -> type:
        return import_module(self.module(name, "settings")).Settings
