"""Two runs in one folder, and a configuration that changes while a run goes on."""

import json
import os
import signal
import time

from tests.workflow.conftest import TINY, refused
from tests.workflow.stages import RESULTS, remove
from tests.workflow.watching import begun, jobs_of, wait_until

FIRST = f"{RESULTS}/no-dp/seed-1/predicted_class.json"


def test_a_second_run_in_the_folder_is_refused_and_the_first_ends_well(project):
    before = project.files()
    remove(project, FIRST)
    since = time.time()
    first = project.start(FIRST)
    wait_until(lambda: begun(project, "measure_target", since), first)
    (job,) = jobs_of(first)
    os.kill(job, signal.SIGSTOP)  # else the first may end before the second asks
    second = project.run(FIRST)
    os.kill(job, signal.SIGCONT)
    refused(second, "cannot be locked")
    output, _ = first.communicate(timeout=200)
    assert first.returncode == 0, output
    after = project.files()
    assert {name: content for name, (content, _) in after.items()} == {
        name: content for name, (content, _) in before.items()
    }


def test_a_run_goes_by_the_configuration_that_it_began_with(project):
    """What was changed meanwhile is run by the next."""
    folder = f"{RESULTS}/dp-noise-0.3/seed-1"
    remove(project, f"{folder}/training.json")
    since = time.time()
    run = project.start(f"{folder}/training.json")
    wait_until(lambda: begun(project, "train_target", since), run)
    dp = {**TINY["targets"]["dp"], "l2_norm_clip": 0.5}
    project.configure(targets={**TINY["targets"], "dp": dp})
    output, _ = run.communicate(timeout=200)
    assert run.returncode == 0, output
    record = json.loads((project.path / folder / "training.json").read_text())
    assert record["settings"]["l2_norm_clip"] == 1.0
    assert project.plan(f"{folder}/training.json") == {"train_target": 1}
    project.configure()
    assert project.plan(f"{folder}/training.json") == {}


def test_a_job_on_another_machine_goes_by_that_configuration_too(project):
    """It reads the Snakefile anew, as an executor plugin has it do."""
    project.configure(study="other")
    job = ["--mode", "subprocess", "--dry-run", f"{RESULTS}/summary.csv"]
    assert project.run(*job).code != 0  # the study of the file is another by now
    run = project.run(*job, INTERCEPT_CONFIG=json.dumps(TINY))
    assert run.code == 0, run.output
