# Names of targets, releases and attacks, and the settings that each stage depends on.
# No TensorFlow here, so that a dry run is instant.

import csv
import sys
import time

from snakemake.exceptions import WorkflowError

SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"
sys.path.insert(0, str(SCRIPTS))

from intercept.code import code_files
from intercept.errors import UserError
from intercept.study import read_study

try:
    STUDY = read_study(
        config, Path(workflow.basedir) / "workflow/schemas/config.schema.yaml"
    )
except UserError as error:
    raise WorkflowError(str(error)) from None

for folder in ("data", "results", "logs"):
    nearest = next(
        p for p in [Path(folder), *Path(folder).absolute().parents] if p.exists()
    )
    if not os.access(nearest, os.W_OK):
        raise WorkflowError(
            f"{folder} cannot be written: {nearest} is read-only; "
            "make it writable or run in another folder"
        )

STARTED = time.time()
DATA = f"data/{STUDY.dataset['name']}"
RESULTS = f"results/{STUDY.name}"
LOGS = f"logs/{STUDY.name}"
BENCHMARKS = f"benchmarks/measured/{STUDY.name}"
TARGET = f"{RESULTS}/{{target}}/seed-{{seed}}"
RELEASE = f"{TARGET}/{{release}}"
ATTACK = f"{RELEASE}/{{attacker}}"


wildcard_constraints:
    target="|".join(map(re.escape, STUDY.targets)),
    seed="|".join(map(str, STUDY.seeds)),
    release="|".join(map(re.escape, STUDY.cut_layers)),
    attacker="|".join(map(re.escape, STUDY.attackers)),


def code(name):
    """A script and the library modules that it imports, as inputs: a change reruns the rule."""
    return [
        (
            os.path.relpath(file, workflow.basedir)
            if Path.cwd() == Path(workflow.basedir)
            else file
        )
        for file in code_files(SCRIPTS / f"{name}.py")
    ]


def target_settings(wildcards):
    return STUDY.targets[wildcards.target].as_params()


def attacker_settings(wildcards):
    return STUDY.attackers[wildcards.attacker].as_params()


def every_attack(pattern):
    """The files that `pattern` names, over all targets, seeds, releases and attackers."""
    return expand(
        pattern,
        target=STUDY.targets,
        seed=STUDY.seeds,
        release=STUDY.cut_layers,
        attacker=STUDY.attackers,
    )


def print_closing_block():
    """After a run that went well: what was written, and where to look."""
    if not Path(f"{RESULTS}/report.html").exists():
        return
    with open(f"{RESULTS}/summary.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    note = ", synthetic data" if rows[0]["synthetic"] == "True" else ""
    print(
        f"\nStudy {STUDY.name} ({rows[0]['dataset']}{note}): what the wire gives away"
    )
    print(
        f"{'target':<16}{'validation':>12}{'MSE unseen':>12}{'skill':>8}{'top-1':>8}{'top-5':>8}"
    )
    for row in rows:
        accuracy, mse, skill, top1, top5 = (
            float(row[column] or "nan")
            for column in (
                "validation_accuracy",
                "unseen_mse",
                "unseen_skill",
                "unseen_top1",
                "unseen_top5",
            )
        )
        print(
            f"{row['target']:<16}{accuracy:>12.1%}{mse:>12.4f}{skill:>8.3f}{top1:>8.1%}{top5:>8.1%}"
        )
    print(f"Table:  {RESULTS}/summary.csv\nReport: {RESULTS}/report.html")


def print_failures():
    """After a run that failed: what each failed job said last, once more and together."""
    said = []
    for log_file in sorted(Path(LOGS).rglob("*.log")):
        if log_file.stat().st_mtime >= STARTED:
            lines = log_file.read_text(errors="replace").splitlines()
            said += [
                line.partition("Error: ")[2] for line in lines[-1:] if "Error: " in line
            ]
    for message in said:
        print(f"\nError: {message}", file=sys.stderr)
    if said:
        print(
            "What was finished stays; the same command goes on from there.",
            file=sys.stderr,
        )
