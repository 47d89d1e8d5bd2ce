"""The identity of code: Snakemake reruns a rule, and a training begins anew, when it changes."""

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_RUNTIME = "intercept.runtime"
_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# What of the runtime takes texts, and from which positional argument on.
_TAKES_TEXTS = {"UserError": 0, "Progress": 0, "watched": 1, "opened": 1}
_REPORTS = {"report", "report_within"}  # the methods of Progress


def code_hash(script: str | Path, *modules: str, files: Iterable[str | Path] = ()) -> str:
    """SHA-256 (hex) of what a script runs of this project.

    It is taken over the syntax trees of the script and of every local module that it imports,
    directly or not, so that layout and comments do not count. Left out are

    - the modules of `intercept.runtime`, since no result depends on them;
    - docstrings, and what stands for them in settings: the ``description`` of pydantic's ``Field``
      and of a class;
    - texts for people: a string, or the words and formats of an f-string, that is itself a
      positional argument of an exception in ``raise``; of the module's logger, called ``log``; of
      ``UserError``, ``Progress``, ``watched`` or ``opened`` of the runtime (but not the items that
      are watched, or the path that is opened); or of a method of ``Progress``. The values in an
      f-string count, since to compute them may change something, and so does every other string.

    A Python file is read once in the life of the process.

    Args:
        script: a Python file; modules are sought in its folder, as Python does for a script.
        modules: full names of modules that the script imports by name when it runs.
        files: others that it reads, such as templates; they count byte by byte.
    """
    sha = hashlib.sha256(_hash_of_trees(Path(script), modules).encode())
    for path in sorted(map(Path, files)):
        sha.update(f"{path.name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return sha.hexdigest()


@cache  # a plan of hundreds of jobs asks for the same few dozen files again and again
def _hash_of_trees(script: Path, modules: tuple[str, ...]) -> str:
    sha = hashlib.sha256()
    for file in code_files(script, *modules):
        name = file.relative_to(script.parent).as_posix()
        sha.update(f"{name}\n{_meaning(file)}\n".encode())
    return sha.hexdigest()


def code_files(script: str | Path, *modules: str) -> list[Path]:
    """A script and every local module that it imports, directly or not, but for the runtime.

    Args:
        script: as for `code_hash`.
        modules: as for `code_hash`.

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
    return sorted(found)


def source_files(objects: Iterable[str], folder: str | Path) -> list[Path]:
    """The files that the user's code comes from, found without running any of it.

    Args:
        objects: such as ``my_layers.Scale``; what has no module is passed over.
        folder: where their modules lie; what one imports from there, directly or not, counts, and
            of a package every file. Of a module that is installed its own file counts alone.

    Returns:
        Paths, sorted; none of a module that is not found.
    """
    folder = Path(folder)
    modules = {name.rpartition(".")[0] for name in objects} - {""}
    found: set[Path] = set()
    todo = list(modules)
    while todo:
        top = todo.pop().partition(".")[0]
        files = {folder / f"{top}.py", *(folder / top).rglob("*.py")} - found
        for file in filter(Path.is_file, files):
            found.add(file)
            todo.extend(_imports_of_the_user(file))
    for module in modules:
        installed = (_module_files(module, Path(root)) for root in sys.path)
        found.update(next(filter(None, installed), ()))
    return sorted(found)


def _imports_of_the_user(file: Path) -> set[str]:
    try:
        return _imported_names(ast.parse(file.read_bytes()))
    except (SyntaxError, ValueError):  # whoever loads it says so
        return set()


# Where statements hold others. Expressions, which are most of a tree, hold no import.
_BODIES = ("body", "orelse", "handlers", "finalbody", "cases")


def _imported_names(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            todo.extend(node.orelse)  # what stands before it never runs
        else:
            for body in _BODIES:
                todo.extend(getattr(node, body, ()))
    return names


@cache
def _module_files(name: str, root: Path) -> list[Path]:
    """The module's file and the ``__init__.py`` of each package above it, where they exist."""
    if f"{name}.".startswith(f"{_RUNTIME}."):
        name = _RUNTIME.rpartition(".")[0]  # the package above runs, too
    parts = name.split(".")
    files = [root.joinpath(*parts[:k], "__init__.py") for k in range(1, len(parts) + 1)]
    files.append(root.joinpath(*parts).with_suffix(".py"))
    return [file for file in files if file.is_file()]


@cache
def _imported_files(file: Path, root: Path) -> tuple[Path, ...]:
    names = _imported_names(_tree(file))
    return tuple(found for name in names for found in _module_files(name, root))


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def _meaning(file: Path) -> str:
    """The syntax tree as text, without places, docstrings and texts for people."""
    tree = _tree(file)
    return ast.dump(_WithoutTexts(tree).visit(tree))


class _WithoutTexts(ast.NodeTransformer):
    """Takes docstrings and texts for people out of the tree of a module."""

    def __init__(self, module: ast.Module) -> None:
        self._of_runtime = {
            alias.name
            for node in module.body
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{_RUNTIME}.")
            for alias in node.names
            if alias.asname is None
        }
        self._logs = "log" in self._of_runtime or any(map(_makes_the_logger, module.body))

    def visit(self, node: ast.AST) -> ast.AST:
        node = self.generic_visit(node)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                del node.body[0]
            if isinstance(node, ast.ClassDef):
                node.body = [one for one in node.body if not _describes(one)]
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            node.exc.args = [_without_words(argument) for argument in node.exc.args]
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "Field":
                node.keywords = [one for one in node.keywords if one.arg != "description"]
            first = self._first_text(node.func)
            if first is not None:
                node.args[first:] = [_without_words(argument) for argument in node.args[first:]]
        return node

    def _first_text(self, called: ast.expr) -> int | None:
        """From which argument on strings are texts for people; None if they are not."""
        if isinstance(called, ast.Name) and called.id in self._of_runtime:
            return _TAKES_TEXTS.get(called.id)
        if isinstance(called, ast.Attribute):
            of_log = self._logs and isinstance(called.value, ast.Name) and called.value.id == "log"
            if of_log and called.attr in _LEVELS:
                return 0
            if "Progress" in self._of_runtime and called.attr in _REPORTS:
                return 0
        return None


def _makes_the_logger(statement: ast.stmt) -> bool:
    """Whether this is ``log = logging.getLogger(...)``."""
    return (
        isinstance(statement, ast.Assign)
        and [ast.unparse(target) for target in statement.targets] == ["log"]
        and ast.unparse(statement.value).startswith("logging.getLogger(")
    )


def _describes(statement: ast.stmt) -> bool:
    """Whether this is ``description: … = "…"``."""
    return (
        isinstance(statement, ast.AnnAssign)
        and ast.unparse(statement.target) == "description"
        and isinstance(statement.value, ast.Constant)
    )


def _without_words(argument: ast.expr) -> ast.expr:
    """A string or f-string as an f-string of nothing but its values; another argument as it is."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return ast.JoinedStr(values=[])
    if isinstance(argument, ast.JoinedStr):
        values = [ast.FormattedValue(value, conversion=-1) for value in _shown(argument)]
        return ast.JoinedStr(values=list[ast.expr](values))
    return argument


def _shown(text: ast.JoinedStr) -> Iterator[ast.expr]:
    for part in text.values:
        if isinstance(part, ast.FormattedValue):
            yield part.value
            if isinstance(part.format_spec, ast.JoinedStr):
                yield from _shown(part.format_spec)
