"""The identity of a script's code: what it imports of the library, and what of that counts."""

import ast
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from intercept.report import figures
from intercept.runtime import code, errors, hdf5, progress
from intercept.runtime.code import code_files, code_hash, source_files
from intercept.training.recipes import recipe_names, trainer_module

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


@pytest.fixture
def library(tmp_path):
    """A script with a small library beside it."""
    sources = {
        "script.py": "import numpy\nimport lib.direct\nfrom lib.pack import inner, name\n",
        "other.py": "import lib.unused\n",
        "lib/__init__.py": "",
        "lib/direct.py": "def f():\n    from lib.indirect import g\n    return g\n",
        "lib/indirect.py": "import script\nimport lib.direct\n",  # and round again
        "lib/unused.py": "",
        "lib/pack/__init__.py": "from lib import of_the_package\n",
        "lib/pack/inner.py": "",
        "lib/pack/another.py": "",
        "lib/of_the_package.py": "",
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    return tmp_path


def test_the_code_of_a_script_is_what_it_imports_directly_or_not(library):
    assert code_files(library / "script.py") == sorted(
        library / name
        for name in (
            "script.py",
            "lib/__init__.py",
            "lib/direct.py",
            "lib/indirect.py",
            "lib/pack/__init__.py",
            "lib/pack/inner.py",
            "lib/of_the_package.py",
        )
    )


def test_what_only_a_type_checker_imports_is_no_code_of_the_script(library):
    (library / "other.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import lib.unused\nelse:\n    import lib.direct\n"
    )
    found = {file.name for file in code_files(library / "other.py")}
    assert "direct.py" in found and "unused.py" not in found


def test_modules_imported_by_name_bring_what_they_import(library):
    (library / "other.py").write_text("import importlib\n")
    assert code_files(library / "other.py", "lib.pack.inner", "lib.unused") == sorted(
        library / name
        for name in (
            "other.py",
            "lib/__init__.py",
            "lib/pack/__init__.py",
            "lib/pack/inner.py",
            "lib/of_the_package.py",
            "lib/unused.py",
        )
    )


def modules_of(script, *by_name):
    found = [Path(file).relative_to(SCRIPTS) for file in code_files(SCRIPTS / script, *by_name)]
    return {".".join(file.with_suffix("").parts) for file in found}


@pytest.mark.parametrize(
    ("script", "has", "has_not"),
    [
        (
            "train_target.py",
            ["training.recipes.__init__", "training.loop", "training.settings"],
            ["report", "attackers", "metrics", "defences", "accounting.record", "study"],
        ),
        (
            "attack_wire.py",
            ["attackers.__init__", "attackers.auxiliary", "devices.activations", "datasets.cache"],
            ["report", "training", "networks.built_in", "metrics", "accounting", "attackers.post"],
        ),
        (
            "measure_attack.py",
            ["metrics.leakage", "metrics.embedding", "devices.activations"],
            [
                "report",
                "training",
                "networks.built_in",
                "attackers.post",
                "baselines",
                "accounting",
            ],
        ),
        (
            "defend_wire.py",
            ["defences.sending", "devices.activations", "bounds.strength"],
            ["report", "training", "attackers", "defences.noise", "bounds.optimum", "bounds.gate"],
        ),
        (
            "measure_server.py",
            ["wire.serving", "metrics.intervals"],
            ["report", "training", "attackers", "defences.noise", "bounds"],
        ),
        (
            "measure_bounds.py",
            ["bounds.record", "bounds.optimum", "bounds.promise"],
            ["report", "training", "attackers", "defences.noise"],
        ),
        (
            "compare_rows.py",
            ["report.differences", "report.scores", "metrics.differences"],
            ["training", "attackers", "bounds", "datasets", "accounting"],
        ),
        ("check_audits.py", ["audit.record"], ["training", "attackers", "bounds", "datasets"]),
        ("judge_goal.py", ["report.goal", "bounds.promise"], ["training", "attackers", "defences"]),
        ("check_bounds.py", ["bounds.gate"], ["training", "attackers", "bounds.promise"]),
        (
            "take_checkpoint.py",
            ["training.kept", "networks.model_file"],
            ["report", "training.recipes", "training.loop", "attackers", "datasets"],
        ),
        (
            "cut_target.py",
            ["networks.cutting", "networks.model_file"],
            ["report", "training", "attackers"],
        ),
        ("prepare_dataset.py", ["datasets.source", "datasets.overlap"], ["report", "training"]),
        ("plot_figure.py", ["report.style"], ["report.tables", "training", "study", "datasets"]),
        ("render_report.py", ["report.page"], ["training", "attackers", "datasets"]),
        (
            "account_privacy.py",
            ["accounting.record"],
            ["training", "report", "attackers", "datasets"],
        ),
    ],
)
def test_a_stage_depends_on_its_own_code_alone(script, has, has_not):
    modules = modules_of(script)
    assert {script.removesuffix(".py"), "intercept.__init__"} <= modules
    assert {f"intercept.{name}" for name in has} <= modules
    for name in (*has_not, "runtime"):
        prefix = f"intercept.{name}"
        assert not [m for m in modules if m == prefix or m.startswith(f"{prefix}.")]


def test_a_package_imports_only_those_below_it():
    """In the order of the table in CONTRIBUTING.md, which has all of them."""
    library = SCRIPTS / "intercept"
    guide = (SCRIPTS.parents[1] / "CONTRIBUTING.md").read_text()
    order = re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE)
    assert sorted(order) == sorted(init.parent.name for init in library.glob("*/__init__.py"))
    rank = {package: place for place, package in enumerate(order)}
    above = {
        (file, found)
        for file in library.rglob("*.py")
        for found in code._imported_files(file, SCRIPTS)
        for own, other in [(part.relative_to(library).parts[0] for part in (file, found))]
        if own in rank and rank.get(other, len(order)) < rank[own]
    }
    assert not above


FIGURES = [one.name for one in pkgutil.iter_modules(figures.__path__) if one.name != "source"]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_depends_on_its_own_code_alone(figure):
    modules = modules_of("plot_figure.py", f"{figures.__name__}.{figure}")
    found = {m.split(".")[3] for m in modules if m.startswith(f"{figures.__name__}.")}
    assert found & set(FIGURES) == {figure}
    for name in ("study", "training", "networks", "report.page", "report.contents", "accounting"):
        assert not [m for m in modules if f"{m}.".startswith(f"intercept.{name}.")]


def test_figures_of_tables_depend_on_no_code_of_images():
    for figure in ("frontier", "leakage_scale", "identification", "along_training"):
        modules = modules_of("plot_figure.py", f"{figures.__name__}.{figure}")
        assert not [m for m in modules if m.startswith(("intercept.datasets", "intercept.att"))]


WITHOUT_TENSORFLOW = [
    "plot_figure",
    "draw_pictures",
    "draw_sample",
    "print_report",
    "collect_summary",
    "compare_rows",
    "measure_bounds",
    "judge_goal",
    "meet_goal",
    "check_bounds",
    "check_audits",
    "render_report",
    "account_privacy",
]


def test_what_draws_and_tabulates_starts_without_tensorflow():
    """Every drawing and script in turn, in a fresh interpreter; TensorFlow takes 4 s to start."""
    command = f"""
import sys
from pathlib import Path
from importlib import import_module
sys.path.insert(0, {str(SCRIPTS)!r})
for name in {WITHOUT_TENSORFLOW}:
    source = (Path({str(SCRIPTS)!r}) / f"{{name}}.py").read_text()
    exec(source.rpartition("snakemake: Job")[0], {{"__name__": name}})
    assert "tensorflow" not in sys.modules, name
for name in {FIGURES}:
    import_module(f"{figures.__name__}.{{name}}")
    assert "tensorflow" not in sys.modules, name
"""
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.py")), ids=lambda path: path.stem)
def test_tensorflow_starts_as_the_library_sets_it_up(script):
    """It reads oneDNN's switch once, when it is imported: before the library, by a script's own
    import, it would compute otherwise than in all other jobs."""
    tree = ast.parse(script.read_text())
    modules = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {module for module in modules if module.startswith("tensorflow")}


@pytest.mark.parametrize("recipe", recipe_names())
def test_a_training_depends_on_its_own_recipe_alone(recipe):
    modules = modules_of("train_target.py", trainer_module(recipe))
    package = trainer_module(recipe).removesuffix(".trainer")
    networks = dict.fromkeys(("recording", "command"), "networks.queried")
    networks["model-file"] = "networks.model_file"
    network = networks.get(recipe, "networks.built_in")
    assert {f"{package}.trainer", f"{package}.settings", f"intercept.{network}"} <= modules
    of_recipes = {m for m in modules if m.startswith("intercept.training.recipes.")}
    others = {m for m in of_recipes if not m.startswith(f"{package}.")}
    # Recipes that build on non-private.
    base = {"bottleneck", "noise-trained", "nopeek", "post-part-1"}
    shared = "intercept.training.recipes.non_private"
    also = {f"{shared}.{part}" for part in ("__init__", "settings", "trainer")}
    assert others == {"intercept.training.recipes.__init__"} | (also if recipe in base else set())
    assert ("intercept.training.clipping.by_layer" in modules) == (recipe == "dp-adam")


@pytest.mark.parametrize("script", ["account_privacy.py", "collect_summary.py", "compare_rows.py"])
def test_the_code_of_a_script_is_what_python_loads_of_the_library(script):
    program = f"""
import sys
source = open({script!r}).read()
exec(source.replace("run(main, snakemake)", ""))
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] == "intercept":
        print(module.__file__)
"""
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=SCRIPTS, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    runtime = SCRIPTS / "intercept/runtime"
    counted = {path for path in map(Path, loaded) if runtime not in path.parents}
    assert len(counted) < len(loaded)
    assert sorted(counted | {SCRIPTS / script}) == code_files(SCRIPTS / script)


# A script and a module in which everything that the identity of code is about stands once.
SCRIPT = """
'''What the script does.'''
from intercept.part import work
from intercept.runtime.files import read_json
from intercept.runtime.script import run

run(work(read_json("results/a.json")["key"]), 0.5)
"""
PART = """
'''What the module does.'''
import logging
import math

from pydantic import BaseModel, Field
from intercept.runtime.errors import UserError
from intercept.runtime.hdf5 import opened
from intercept.runtime.progress import Progress, watched

log = logging.getLogger("intercept")
LIMIT = 3  # a comment


class Settings(BaseModel):
    description: str = "what it is"
    steps: int = Field(8, ge=1, description="How many steps.")


def work(value, factor=2.0):
    '''What the function does.'''
    log.info("working on %s", value)
    log.debug(f"of {len(value)} parts, {value:.3f}")
    progress = Progress("work", "epoch", LIMIT)
    progress.report(1, f"error {value:.2f}")
    for letter in watched("items", "letters", "letter"):
        value += ord(letter)
    with opened("items.h5", f"{letter} items") as file:
        value += file["item"][()]
    if value > LIMIT:
        raise ValueError("value is above it")
    if value < -LIMIT:
        raise UserError(f"value is {value:g}; allowed is {abs(LIMIT)}") from None
    if not value:
        return UserError("there is no value")
    return {"result": math.sqrt(value) * factor}
"""
OTHERS = {
    "intercept/__init__.py": "",
    "intercept/runtime/__init__.py": "",
    **{
        f"intercept/runtime/{name}.py": f"NAME = {name!r}\n"
        for name in ("errors", "files", "hdf5", "progress", "script")
    },
}


def project(folder, script=SCRIPT, part=PART):
    for name, source in {"script.py": script, "intercept/part.py": part, **OTHERS}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return folder / "script.py"


def identity(script):
    """The hash as a process finds it that has read nothing before."""
    for cached in (code._hash_of_trees, code._imported_files, code._tree, code._meaning):
        cached.cache_clear()
    return code_hash(script)


@pytest.fixture
def before(tmp_path):
    return identity(project(tmp_path))


def edited(text, old, new):
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# a comment", "# another"),
        ("What the module does.", "Else."),
        ("    '''What the function does.'''\n", ""),
        ("def work(", "\n\n\ndef work("),
        ("value, factor=2.0", "value,\n    factor=2.0,\n"),
        ("working on %s", "at %s now"),
        ("of {len(value)} parts, {value:.3f}", "{len(value)} of them: {value:.1f}"),
        ('"work", "epoch"', '"another name", "step"'),
        ("error {value:.2f}", "loss {value}"),
        ('"letters", "letter"', '"signs", "sign"'),
        ('f"{letter} items"', 'f"all things {letter}"'),
        ("value is above it", "it is too large"),
        ("value is {value:g}; allowed is {abs(LIMIT)}", "{value}: {abs(LIMIT)}"),
        ("there is no value", "none"),
        ('"what it is"', '"what it does"'),
        ("How many steps.", "Steps."),
    ],
)
def test_layout_and_texts_for_people_are_not_of_the_identity(tmp_path, before, old, new):
    assert identity(project(tmp_path, part=edited(PART, old, new))) == before


@pytest.mark.parametrize("name", ["errors", "files", "hdf5", "progress", "script"])
def test_the_runtime_is_not_of_the_identity(tmp_path, before, name):
    script = project(tmp_path)
    (tmp_path / f"intercept/runtime/{name}.py").write_text("import json\n")
    assert identity(script) == before


def test_dates_and_the_place_of_the_project_are_not_of_the_identity(tmp_path, before):
    shutil.copytree(tmp_path, tmp_path / "clone")
    assert identity(tmp_path / "clone/script.py") == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 3.0"),
        ("factor=2.0", "factor=3.0"),
        ("Field(8,", "Field(9,"),
        ("ge=1,", "gt=1,"),
        ('"what it is"', "str(LIMIT)"),
        ('{"result":', '{"outcome":'),
        ("import math", "import cmath as math"),
        ("from intercept.runtime.errors import UserError", "from other import UserError"),
        ("value > LIMIT", "value >= LIMIT"),
        ('watched("items",', 'watched("sets",'),
        ('opened("items.h5",', 'opened("sets.h5",'),
        ("{len(value)} parts", "{value.pop()} parts"),  # shown, but to show it changes it
        ("{value:g}", "{value - 1:g}"),
        ('"working on %s", value', '"working on %s", value.pop()'),
        ('Progress("work", "epoch", LIMIT)', 'Progress("work", "epoch", LIMIT + 1)'),
        ("raise ValueError", "raise TypeError"),
        ('log = logging.getLogger("intercept")', 'log = logging.getLogger("other")'),
    ],
)
def test_whatever_may_change_a_result_is_of_the_identity(tmp_path, before, old, new):
    assert identity(project(tmp_path, part=edited(PART, old, new))) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"results/a.json"', '"results/b.json"'),  # a string that the runtime does take
        ('["key"]', '["other"]'),
        (", 0.5)", ", 0.25)"),
    ],
)
def test_the_script_itself_is_of_the_identity(tmp_path, before, old, new):
    assert identity(project(tmp_path, script=edited(SCRIPT, old, new))) != before


def test_the_package_above_the_runtime_is_of_the_identity(tmp_path):
    script = project(tmp_path, script="from intercept.runtime.script import run\n")
    before = identity(script)
    (tmp_path / "intercept/__init__.py").write_text("SET = 1\n")
    assert identity(script) != before


@pytest.mark.parametrize(
    ("module", "old"),
    [
        # Not the runtime's, or no logger: what the strings are for is not known.
        ("from elsewhere import watched\n\nwatched([], 'a')\n", "'a'"),
        ("from elsewhere import Progress\n\nProgress('a')\n", "'a'"),
        ("import elsewhere\n\nelsewhere.progress.report(1, 'a')\n", "'a'"),
        ("Field(8, help='a')\n", "'a'"),
        ("X = dict(description='a')\n", "'a'"),
        ("description: str = 'a'\n", "'a'"),  # of no class
        ("log = []\nlog.info('a')\n", "'a'"),
        ("from numpy import log\n\nlog.info('a')\n", "'a'"),
        # Not an argument by itself.
        ("raise ValueError(TEXTS['a'])\n", "'a'"),
        ("import logging\n\nlog = logging.getLogger()\nlog.info(TEXTS['a'])\n", "'a'"),
        # Not a docstring.
        ("X = 1\n'a'\n", "'a'"),
    ],
)
def test_strings_that_are_not_known_to_be_for_people_are_of_the_identity(tmp_path, module, old):
    before = identity(project(tmp_path, part=module))
    assert identity(project(tmp_path, part=edited(module, old, "'b'"))) != before


def test_files_that_a_script_reads_are_of_the_identity_whole(tmp_path):
    script, page = project(tmp_path), tmp_path / "page.html"
    page.write_text("<p>")
    before = code_hash(script, files=[page])
    assert before != code_hash(script)
    page.write_text("<p> ")
    assert code_hash(script, files=[page]) != before


def test_modules_imported_by_name_are_of_the_identity(tmp_path):
    script = project(tmp_path, script="import importlib\n")
    assert code_hash(script) != code_hash(script, "intercept.part")


def test_what_takes_texts_for_people_is_there():
    known = {**vars(errors), **vars(hdf5), **vars(progress)}
    assert known.keys() >= code._TAKES_TEXTS.keys()
    assert vars(progress.Progress).keys() >= code._REPORTS


# No job runs what checks and describes the configuration, or looks at a study before it starts.
APART = {"runtime", "configuration", "check"}
LIBRARY = [file for file in sorted(SCRIPTS.rglob("*.py")) if not APART & set(file.parts)]


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: str(file.relative_to(SCRIPTS)))
def test_no_result_is_made_of_a_text_for_people(file):
    """Of docstrings, or of what an exception says; and imports are found by their full names."""
    tree = ast.parse(file.read_text())
    assert not [node for node in ast.walk(tree) if getattr(node, "attr", None) == "__doc__"]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
    for handler in ast.walk(tree):
        if isinstance(handler, ast.ExceptHandler) and handler.name:
            used = named(handler, handler.name)
            said = [
                name
                for node in ast.walk(handler)
                if isinstance(node, ast.Raise) or ast.unparse(node).startswith("unwritable(")
                for name in named(node, handler.name)
            ]
            assert set(used) <= set(said), handler.name


def test_nothing_that_a_job_runs_imports_the_check():
    users = [file for file in SCRIPTS.rglob("*.py") if "intercept.check" in file.read_text()]
    assert {file.parent.name for file in users} == {"check"}


def named(tree, name):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]


def test_files_of_the_users_code_are_found_without_running_it(tmp_path):
    (tmp_path / "my_layers.py").write_text("import numpy, factors.large\nraise SystemExit\n")
    package = tmp_path / "factors"
    package.mkdir()
    for name in ("__init__", "large", "small"):
        (package / f"{name}.py").write_text("from . import small\n")
    (tmp_path / "other.py").write_text("")
    (tmp_path / "broken.py").write_text("def (")
    names = ["my_layers.Scale", "broken.Layer", "tf.io.decode_raw", "Lambda", "nowhere.Thing"]
    found = {path.relative_to(tmp_path).as_posix() for path in source_files(names, tmp_path)}
    of_package = {f"factors/{name}.py" for name in ("__init__", "large", "small")}
    assert found == {"my_layers.py", "broken.py"} | of_package


def test_an_installed_module_counts_by_its_own_files(tmp_path):
    found = source_files(["email.message.Message"], tmp_path)
    assert [path.parent.name + "/" + path.name for path in found] == [
        "email/__init__.py",
        "email/message.py",
    ]
