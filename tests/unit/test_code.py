"""The code of a script: what it imports of the library, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from intercept.runtime.code import code_files
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
            ["training.recipes.__init__", "training.loop", "training.settings", "runtime.files", "runtime.script"],
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
        ("plot_frontier.py", ["report.figures.frontier"], ["training", "attackers", "datasets"]),
        (
            "take_checkpoint.py",
            ["training.kept", "release"],
            ["report", "training.recipes", "training.loop", "attackers", "datasets"],
        ),
        (
            "plot_along_training.py",
            ["report.figures.along_training"],
            ["training", "attackers", "datasets"],
        ),
        ("cut_release.py", ["network", "release"], ["report", "training", "attackers"]),
        ("prepare_dataset.py", ["datasets.source", "datasets.overlap"], ["report", "training"]),
        ("plot_samples.py", ["report.figures.pictures"], ["training", "attackers", "network"]),
        ("plot_training.py", ["report.figures.curves"], ["training", "attackers", "network"]),
        ("plot_leakage_scale.py", ["report.figures.scale"], ["training", "attackers", "datasets"]),
        ("plot_reconstructions.py", ["report.figures.pictures"], ["training", "metrics"]),
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
