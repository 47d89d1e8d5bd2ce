"""What a run hands on to its jobs."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from intercept.runtime import handed_on

SCRIPTS = Path(handed_on.__file__).parents[2]

JOB = "from intercept.runtime import handed_on; handed_on.end_with_the_run(); import time; {}"


def job(body="time.sleep(60)"):
    return subprocess.Popen([sys.executable, "-c", JOB.format(body)], cwd=SCRIPTS)


@pytest.fixture
def run(monkeypatch):
    """A process in the place of Snakemake, which this one's children take for their run."""
    process = subprocess.Popen(["sleep", "60"])
    monkeypatch.setattr(handed_on.os, "getpid", lambda: process.pid)
    handed_on.hand_on(quiet=False)
    yield process
    process.kill()
    process.wait()


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("CONFIG", "RUN", "QUIET", "IMAGES", "NEWEST_SOURCE"):
        monkeypatch.setenv(f"INTERCEPT_{name}", "")
        monkeypatch.delenv(f"INTERCEPT_{name}")


def test_code_that_was_written_after_the_run_began_is_refused(tmp_path):
    """A job of a run that began before a module was written anew, and one after it."""
    library = tmp_path / "intercept"
    shutil.copytree(SCRIPTS / "intercept/runtime", library / "runtime")
    for name in ("", "used", "unused"):
        (library / f"{name or '__init__'}.py").write_text("")
    program = "from intercept.runtime import handed_on; import intercept.used; handed_on.{}"

    def said(call, **more):
        ended = subprocess.run(
            [sys.executable, "-c", program.format(call)],
            cwd=tmp_path,
            env={**os.environ, **more},
            capture_output=True,
            text=True,
        )
        return ended.stdout.strip() or ended.stderr

    newest = said("hand_on(False); import os; print(os.environ['INTERCEPT_NEWEST_SOURCE'])")
    run = {"INTERCEPT_NEWEST_SOURCE": newest}
    assert said("refuse_changed_code()", **run) == ""
    later = int(newest) + 10**9
    os.utime(library / "unused.py", ns=(later, later))
    assert said("refuse_changed_code()", **run) == ""
    os.utime(library / "used.py", ns=(later, later))
    assert "intercept/used.py was changed after this run began" in said(
        "refuse_changed_code()", **run
    )
    assert said("refuse_changed_code()") == ""  # where nothing was handed on


def test_a_job_goes_by_the_configuration_that_its_run_began_with():
    handed_on.hand_on(False, {"study": "tiny", "seeds": [1, 2]})
    config = {"study": "other", "new": 1}
    handed_on.take_on(config)
    assert config == {"study": "tiny", "seeds": [1, 2]}


def another_checkout(folder):
    """A folder with a package of the same name."""
    (folder / "intercept").mkdir()
    (folder / "intercept/__init__.py").write_text("raise SystemExit('of another checkout')")
    return str(folder)


def test_a_job_imports_this_checkout_before_another(tmp_path, monkeypatch):
    other = another_checkout(tmp_path)
    asked = [sys.executable, "-c", "import intercept, sys; print(intercept.__file__, sys.path)"]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([other, str(SCRIPTS)]))
    for _ in range(2):  # the run does it, and each of its jobs
        handed_on.lead(SCRIPTS)
    assert os.environ["PYTHONPATH"] == os.pathsep.join([str(SCRIPTS), other])
    said = subprocess.run(asked, cwd=tmp_path.parent, capture_output=True, text=True)
    assert said.stdout.startswith(str(SCRIPTS / "intercept/__init__.py")), said.stderr
    assert other in said.stdout  # the user's own modules are found there


def test_without_other_folders_the_jobs_have_this_one_alone(monkeypatch):
    for empty in (monkeypatch.delenv, lambda name: monkeypatch.setenv(name, "")):
        monkeypatch.setenv("PYTHONPATH", "")
        empty("PYTHONPATH")
        handed_on.lead(SCRIPTS)
        assert os.environ["PYTHONPATH"] == str(SCRIPTS)


@pytest.mark.parametrize("quiet", [True, False])
def test_a_job_is_as_quiet_as_its_run(quiet):
    assert not handed_on.is_quiet()
    handed_on.hand_on(quiet)
    assert handed_on.is_quiet() == quiet


def test_a_job_of_a_module_keeps_the_configuration_that_its_workflow_gives_it():
    handed_on.hand_on(quiet=False)
    config = {"study": "other"}
    handed_on.take_on(config)
    assert config == {"study": "other"}


def test_without_a_run_the_configuration_stays():
    config = {"study": "other"}
    handed_on.take_on(config)
    assert config == {"study": "other"}


def test_a_job_is_killed_with_its_run(run):
    child = job()
    time.sleep(0.5)
    assert child.poll() is None
    run.kill()
    assert child.wait(timeout=10) == -9


def test_a_job_whose_run_has_ended_before_is_killed(run):
    run.kill()
    run.wait()
    assert job().wait(timeout=10) == -9


@pytest.mark.parametrize("of", ["", "1 another-machine"])
def test_a_job_without_a_run_here_goes_on(monkeypatch, of):
    monkeypatch.setenv("INTERCEPT_RUN", of)
    assert job("time.sleep(0.2)").wait(timeout=10) == 0


def test_images_are_known_by_the_manifest_else_by_what_a_check_handed_on(tmp_path, monkeypatch):
    manifest = tmp_path / "manifest.json"
    assert handed_on.described_images(manifest, "target") is None
    of_check = {"target": {"images": 7, "image_shape": [4, 5, 1]}}
    for variable, value in handed_on.hand_on_sizes(of_check, {}).items():
        monkeypatch.setenv(variable, value)
    assert handed_on.described_images(manifest, "target") == (7, 20)
    assert handed_on.described_images(manifest, "evaluation") is None
    prepared = {"target": {"images": 9, "image_shape": [2, 2, 3]}}
    manifest.write_text(json.dumps({"sets": prepared}))
    assert handed_on.described_images(manifest, "target") == (9, 12)


def test_what_crosses_is_known_by_the_file_else_by_what_a_check_handed_on(tmp_path, monkeypatch):
    record = tmp_path / "cut.json"
    assert handed_on.numbers_crossing(record, "own", "code") == 0
    for variable, value in handed_on.hand_on_sizes({}, {"own": {"code": 128}}).items():
        monkeypatch.setenv(variable, value)
    assert handed_on.numbers_crossing(record, "own", "code") == 128
    assert handed_on.numbers_crossing(record, "own", "another") == 0
    record.write_text('{"numbers": 12}')
    assert handed_on.numbers_crossing(record, "own", "code") == 12


@pytest.fixture
def scripts(tmp_path):
    """A folder of scripts with a small library, and what a job there says of a file dated later."""
    folder = tmp_path / "workflow/scripts"
    shutil.copytree(SCRIPTS / "intercept/runtime", folder / "intercept/runtime")
    (folder / "intercept/templates").mkdir()
    for name in ("intercept/__init__.py", "intercept/used.py", "intercept/templates/page.css"):
        (folder / name).write_text("")
    (folder / "measure.py").write_text(
        "from pathlib import Path\nfrom intercept.runtime import handed_on\n"
        "from intercept.runtime.errors import UserError\n"
        "try:\n    handed_on.refuse_changed_code()\n"
        f"    handed_on.refuse_changed(Path({str(folder)!r}, 'intercept/templates').iterdir())\n"
        "    import intercept.used\n"
        "except UserError as error:\n    print(error)\n"
    )
    copy = tmp_path / "tmp0_a1.measure.py"  # as Snakemake runs a script
    shutil.copy(folder / "measure.py", copy)
    environment = {**os.environ, "PYTHONPATH": str(folder)}

    def asked(*arguments, **more):
        command = [sys.executable, *map(str, arguments)]
        ended = subprocess.run(
            command, env=environment | more, capture_output=True, text=True, check=True
        )
        return ended.stdout.strip()

    newest = asked(
        "-c",
        "import os; from intercept.runtime import handed_on; handed_on.hand_on(False)\n"
        "print(os.environ['INTERCEPT_NEWEST_SOURCE'])",
    )

    def said(changed):
        later = int(newest) + 10**9
        os.utime(folder / changed, ns=(later, later))
        return asked(copy, INTERCEPT_NEWEST_SOURCE=newest)

    (folder / "other.py").write_text("")
    return said


@pytest.mark.parametrize(
    "changed",
    ["measure.py", "intercept/used.py", "intercept/templates/page.css"],
    ids=["script", "imported when it runs", "template"],
)
def test_whatever_a_job_runs_is_refused_if_it_was_written_after_the_run_began(scripts, changed):
    assert scripts("other.py") == ""
    assert scripts(changed).startswith(f"{changed} was changed after this run began")
