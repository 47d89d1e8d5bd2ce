"""Which files of the library a script runs: Snakemake reruns a rule whose code has changed."""

import ast
from functools import cache
from pathlib import Path


def _imported_names(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def _module_files(name: str, root: Path) -> list[Path]:
    """The module's file and the ``__init__.py`` of each package above it, where they exist."""
    parts = name.split(".")
    files = [root.joinpath(*parts[:k], "__init__.py") for k in range(1, len(parts) + 1)]
    files.append(root.joinpath(*parts).with_suffix(".py"))
    return [file for file in files if file.is_file()]


@cache  # a plan of hundreds of jobs asks for the same few dozen files again and again
def _imported_files(file: Path, root: Path) -> tuple[Path, ...]:
    names = _imported_names(ast.parse(file.read_text()))
    return tuple(found for name in names for found in _module_files(name, root))


def code_files(script: str | Path, *modules: str) -> list[str]:
    """A script and every local module that it imports, directly or not.

    A file is read once in the life of the process.

    Args:
        script: a Python file; modules are sought in its folder, as Python does for a script.
        modules: full names of modules that the script imports by name when it runs.

    Returns:
        Paths, sorted, the script's own among them.
    """
    script = Path(script)
    found: set[Path] = set()
    todo = [script, *(file for name in modules for file in _module_files(name, script.parent))]
    while todo:
        file = todo.pop()
        if file in found:
            continue
        found.add(file)
        todo.extend(_imported_files(file, script.parent))
    return sorted(str(file) for file in found)
