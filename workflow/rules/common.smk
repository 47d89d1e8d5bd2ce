# Names of targets, releases and attacks, and the settings that each stage depends on.
# No TensorFlow here, so that a dry run is instant.

import sys

from snakemake.exceptions import WorkflowError

SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"
sys.path.insert(0, str(SCRIPTS))

from intercept.code import code_files
from intercept.errors import UserError
from intercept.study import read_study

try:
    STUDY = read_study(config, Path(workflow.basedir) / "workflow/schemas/config.schema.yaml")
except UserError as error:
    raise WorkflowError(str(error)) from None

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
        os.path.relpath(file, workflow.basedir) if Path.cwd() == Path(workflow.basedir) else file
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
