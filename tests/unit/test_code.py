"""The code of a script: what it imports of the library, and nothing else."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from intercept.code import code_files
from intercept.report import figures
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
        str(library / name)
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


def test_modules_imported_by_name_bring_what_they_import(library):
    (library / "other.py").write_text("import importlib\n")
    assert code_files(library / "other.py", "lib.pack.inner", "lib.unused") == sorted(
        str(library / name)
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
            ["training.recipes.__init__", "training.loop", "training.settings", "files", "script"],
            ["report", "attackers", "metrics", "release", "privacy", "datasets.source", "study"],
        ),
        (
            "attack_release.py",
            ["attackers.__init__", "attackers.surrogates", "release", "datasets.cache"],
            ["report", "training", "network", "metrics", "privacy", "study", "attackers.post"],
        ),
        (
            "measure_attack.py",
            ["metrics.leakage", "metrics.embedding", "release"],
            ["report", "training", "network", "attackers.post", "baselines", "privacy"],
        ),
        (
            "defend_release.py",
            ["defences.interface", "wire", "release"],
            ["report", "training", "attackers", "defences.noise", "bounds"],
        ),
        (
            "measure_release.py",
            ["serving", "metrics.intervals"],
            ["report", "training", "attackers", "defences.noise", "bounds"],
        ),
        (
            "measure_wire.py",
            ["bounds.record", "bounds.optimum", "bounds.promise"],
            ["report", "training", "attackers", "defences.noise"],
        ),
        (
            "compare_rows.py",
            ["report.differences", "report.scores", "metrics.differences"],
            ["training", "attackers", "bounds", "datasets", "privacy"],
        ),
        ("check_bounds.py", ["bounds.gate"], ["training", "attackers", "bounds.promise"]),
        (
            "take_checkpoint.py",
            ["training.kept", "release"],
            ["report", "training.recipes", "training.loop", "attackers", "datasets"],
        ),
        ("cut_release.py", ["network", "release"], ["report", "training", "attackers"]),
        ("prepare_dataset.py", ["datasets.source", "datasets.overlap"], ["report", "training"]),
        ("plot_figure.py", ["report.style"], ["report.tables", "training", "study", "datasets"]),
        ("render_report.py", ["report.page"], ["training", "attackers", "datasets"]),
        ("account_privacy.py", ["privacy"], ["training", "report", "attackers", "datasets"]),
    ],
)
def test_a_stage_depends_on_its_own_code_alone(script, has, has_not):
    modules = modules_of(script)
    assert {script.removesuffix(".py"), "intercept.__init__"} <= modules
    assert {f"intercept.{name}" for name in has} <= modules
    for name in has_not:
        prefix = f"intercept.{name}"
        assert not [m for m in modules if m == prefix or m.startswith(f"{prefix}.")]


FIGURES = [module.name for module in pkgutil.iter_modules(figures.__path__) if module.ispkg]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_depends_on_its_own_code_alone(figure):
    modules = modules_of("plot_figure.py", f"{figures.__name__}.{figure}.drawing")
    packages = {m.split(".")[3] for m in modules if m.startswith(f"{figures.__name__}.")}
    assert packages & set(FIGURES) == {figure}
    for name in ("study", "training", "network", "report.page", "report.contents", "privacy"):
        assert not [m for m in modules if f"{m}.".startswith(f"intercept.{name}.")]


def test_figures_of_tables_depend_on_no_code_of_images():
    for figure in ("frontier", "bounds", "leakage_scale", "identification", "along_training"):
        modules = modules_of("plot_figure.py", f"{figures.__name__}.{figure}.drawing")
        assert not [m for m in modules if m.startswith(("intercept.datasets", "intercept.att"))]


WITHOUT_TENSORFLOW = [
    "plot_figure",
    "collect_summary",
    "compare_rows",
    "check_bounds",
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
    import_module(f"{figures.__name__}.{{name}}.drawing")
    assert "tensorflow" not in sys.modules, name
"""
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("recipe", recipe_names())
def test_a_training_depends_on_its_own_recipe_alone(recipe):
    modules = modules_of("train_target.py", trainer_module(recipe))
    package = trainer_module(recipe).removesuffix(".trainer")
    network = "model_file" if recipe == "model-file" else "network"
    assert {f"{package}.trainer", f"{package}.settings", f"intercept.{network}"} <= modules
    of_recipes = {m for m in modules if m.startswith("intercept.training.recipes.")}
    others = {m for m in of_recipes if not m.startswith(f"{package}.")}
    base = {"bottleneck", "nopeek"}  # recipes that build on non-private
    shared = "intercept.training.recipes.non_private"
    also = {f"{shared}.{part}" for part in ("__init__", "settings", "trainer")}
    assert others == {"intercept.training.recipes.__init__"} | (also if recipe in base else set())
    assert ("intercept.training.clipping" in modules) == (recipe == "sound")


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
    script_itself = str(SCRIPTS / script)
    assert sorted([*loaded, script_itself]) == code_files(script_itself)
