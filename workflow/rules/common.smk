# Names of targets, wires and attacks, and the settings that each stage depends on.
# No TensorFlow here, so that a dry run is instant.

import re
import shlex
import sys
import time

from snakemake.utils import update_config

# Beside this file, also where another workflow takes these rules as a module.
WORKFLOW = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent
SCRIPTS = WORKFLOW / "scripts"
sys.path.insert(0, str(SCRIPTS))

from intercept.study import closing
from intercept.attackers import attacker_module, settings_module
from intercept.configuration.reading import check_file, read_arguments
from intercept.datasets.identities import tables_of
from intercept.datasets.listing import list_images, validates_apart
from intercept.defences import defence_module
from intercept.accounting.mechanism import ELSEWHERE
from intercept.study.memory import OMNIGLOT, asked, asked_for_components, asked_for_training
from intercept.study.notes import (
    may_have_been_learned,
    prepared_otherwise,
    unattacked,
    unrecorded,
)
from intercept.provenance import settings_hash
from intercept.report.contents import study_figures
from intercept.runtime.checksums import changed_since_read, content_hash
from intercept.runtime.code import code_hash, source_files
from intercept.runtime.errors import UserError
from intercept.runtime.handed_on import described_images, hand_on, lead, numbers_crossing, take_on
from intercept.study.study import read_study
from intercept.study.targets import check_files
from intercept.training.recipes import trainer_module

lead(SCRIPTS)
# Snakemake puts the path of Python into its shell commands as it stands, spaces and all.
sys.executable = shlex.quote(sys.executable)
QUIET = bool({"PROGRESS", "ALL"} & {kind.name for kind in workflow.output_settings.quiet or ()})
# The configuration of a module comes from the workflow that takes it.
OWN_CONFIG = workflow.modifier.is_main_snakefile()

try:
    if set("{}") & set(str(WORKFLOW)):
        raise UserError(
            f"the path {str(WORKFLOW)!r} has braces, which Snakemake takes for wildcards; "
            "move the project to a folder without them"
        )
    # A module that is given its configuration has neither files nor --config.
    if workflow.is_main_process and not workflow.modifier.skip_configfile:
        for file in workflow.configfiles:
            check_file(file)
        update_config(config, read_arguments(workflow.config_settings.config_args or []))
    if workflow.is_main_process:
        hand_on(QUIET, config if OWN_CONFIG else None)
    elif OWN_CONFIG:
        take_on(config)
    STUDY = read_study(config)
    LISTINGS = list_images(STUDY.dataset).values()
    if workflow.is_main_process:
        check_files(STUDY.targets)
except UserError as error:
    sys.exit(f"Error: {error}")

# A class's folder changes when an image comes or goes. Snakemake takes braces in a path for wildcards;
# what a folder with such a name holds is in the parameters all the same.
IMAGE_FOLDERS = sorted({str(folder) for listing in LISTINGS for folder in listing.folders})
IMAGE_FOLDERS = [folder for folder in IMAGE_FOLDERS if not set("{}") & set(folder)]
IMAGE_FILES = [str(image.path) for listing in LISTINGS for image in listing.images]
IMAGE_FILES += tables_of(STUDY.dataset.get("identity"))
CONFIG_HASH = settings_hash(config)
PREPARED_BY = {"settings": STUDY.dataset}  # what the record of the images has the hash of
NETWORKS, TRAININGS = STUDY.networks(), STUDY.trainings()
PLACES, ATTACKS = STUDY.places(), STUDY.attacks()
AUDITS, NOT_RUN = STUDY.audits(), STUDY.attacks_not_run()
# Those that answer one reading at a time, which what is possible for one input bounds.
SINGLE_ATTACKS = [place for place in ATTACKS if not STUDY.attackers[place["attacker"]].links]
STARTED = time.time()
DATA = "data/{}".format(re.sub("[/:]", "-", STUDY.dataset["name"]))
RESULTS = f"results/{STUDY.name}"
LOGS = f"logs/{STUDY.name}"
BENCHMARKS = f"benchmarks/measured/{STUDY.name}"
TARGET = f"{RESULTS}/{{target}}/seed-{{seed}}"
CUT = f"{TARGET}/{{cut_layer}}"
DEFENDED = f"{TARGET}/{{defended}}"
WIRE = f"{TARGET}/{{wire}}"
ATTACK = f"{WIRE}/{{attacker}}"
BASELINES = f"{RESULTS}/baselines/seed-{{seed}}/{{cut_layer}}/{{width}}"
AUXILIARY = f"{RESULTS}/auxiliary/seed-{{seed}}"
GOAL = f"{RESULTS}/goal.json" if STUDY.goal else []
GOAL_MET = f"{RESULTS}/goal-met.txt" if STUDY.goal else []
FIGURES = f"{RESULTS}/figures"
DEFENDED_WIRES = [name for name, wire in STUDY.wires.items() if wire.defended]
DRAWINGS = study_figures(STUDY)
SAMPLE = f"{FIGURES}/sample-{{role}}.webp"
ROLES = ("target", "attacker")  # what is sent stands above what is rebuilt of it
# Attacks whose answers are images: the first of them lie side by side in a picture for each.
REBUILT = [place for place in ATTACKS if STUDY.attackers[place["attacker"]].rebuilds]
PICTURE = f"{FIGURES}/pictures/{{target}}/seed-{{seed}}/{{wire}}/{{attacker}}.webp"
PAGE_TEMPLATES = sorted((SCRIPTS / "intercept/report/templates").iterdir())


wildcard_constraints:
    target="|".join(map(re.escape, STUDY.targets)),
    seed="|".join(map(str, STUDY.seeds)),
    cut_layer="|".join(map(re.escape, STUDY.cut_layers)),
    defended="|".join(map(re.escape, DEFENDED_WIRES)) or "$^",
    wire="|".join(map(re.escape, {**STUDY.wires, **dict.fromkeys(STUDY.cut_layers)})),
    attacker="|".join(map(re.escape, STUDY.attackers)),
    width="|".join(map(re.escape, {width for _, width in STUDY.widths})),


def size_of(role):
    """How many images a set has, and how many numbers each; Omniglot's while that is not known."""
    return described_images(f"{DATA}/manifest.json", role) or OMNIGLOT[role]


def memory(megabytes, evaluation=0, auxiliary=0, activations=0):
    """Memory of a job, by `intercept.study.memory.asked`.

    How many images there are is known when the data is prepared, until then as many as Omniglot's;
    what crosses the wire when the target is cut, or in `make check`, until then nothing.
    """

    def of_the_job(wildcards):
        return asked(
            megabytes,
            evaluation,
            auxiliary,
            activations,
            evaluated=size_of("evaluation"),
            owned=size_of("attacker"),
            copies=1 + STUDY.augmentation["copies"],
            crossing=crossing(wildcards) if activations else 0,
        )

    return of_the_job


def crossing(wildcards):
    """How many numbers cross the wire for an image where nothing defends it."""
    record = f"{cut_of(wildcards)}/cut.json"
    return numbers_crossing(record, wildcards.target, cut_layer_of(wildcards))


def baselines_memory(wildcards):
    """With the images that give principal components."""
    components = asked_for_components(size_of("attacker"))
    return memory(1500, evaluation=4)(wildcards) + components


def code(name, *modules, files=()):
    """The identity of what a script runs, for a rule's parameters: it reruns when that changes.

    Computed where a job is looked at.
    """

    def of_the_job(wildcards):
        return code_hash(SCRIPTS / f"{name}.py", *modules, files=files)

    return of_the_job


def target_settings(wildcards):
    return STUDY.targets[wildcards.target].as_params()


def keeping(checkpoints):
    """A pattern of the targets that are trained and have checkpoints, or of those that have none.

    A rule's outputs are the same for all of its jobs, so that each of the two has its own rule.
    """
    with_them = set(STUDY.checkpoints.values())
    trained = [name for name in STUDY.targets if name not in STUDY.checkpoints]
    wanted = [name for name in trained if (name in with_them) == checkpoints]
    return "|".join(map(re.escape, wanted)) or "$^"


def of_training(file):
    """A file of the training that the target is a checkpoint of."""

    def of_the_job(wildcards):
        return file.format(target=STUDY.checkpoints[wildcards.target], seed=wildcards.seed)

    return of_the_job


def training_code(wildcards):
    """The code of the training script and of the one recipe that the target uses."""
    recipe = STUDY.targets[wildcards.target].recipe
    return code("train_target", trainer_module(recipe))(wildcards)


def training_memory(wildcards):
    """What the recipe takes on Omniglot's test split, and what other images add."""
    settings = STUDY.targets[wildcards.target]
    trains = settings.training_epochs > 0
    return asked_for_training(settings.memory_mb, trains, size_of("target"))


def model_of(wildcards):
    """The files that the target comes from, if there are any; their dates are no matter."""
    return ancient(STUDY.targets[wildcards.target].files)


def as_here(path):
    """A path from the working folder on, if it lies there: a project that moves is the same."""
    here = Path.cwd()
    return str(Path(path).relative_to(here) if Path(path).is_relative_to(here) else path)


def model_content(wildcards):
    """The identity of these files, and of the user's code that runs with them, for the parameters.

    Every job that asks the network has it: the files that a job reads hold no code of the user's.
    """
    target = STUDY.targets[wildcards.target]
    sources = source_files(target.code, Path.cwd())
    return content_hash(map(as_here, [*target.files, *sources]))


def images_content(wildcards):
    """The identity of the user's images, for the parameters."""
    return content_hash(IMAGE_FILES)


def allowed_code(wildcards):
    """Names of code that the user allows the target's network to hold."""
    return list(STUDY.targets[wildcards.target].code)


def serves(wildcards):
    """Whether the target has a server part."""
    return STUDY.targets[wildcards.target].serves


def judged_by(wildcards):
    """Whether the target serves, and whether what validates it did not train it, if that is known.

    In one, since Snakemake compares parameters without their names.
    """
    elsewhere = STUDY.targets[wildcards.target].recipe in ELSEWHERE
    apart = validates_apart(STUDY.dataset) or not elsewhere
    return {"serves": serves(wildcards), "apart": apart}


def answers_any(wildcards):
    """Whether the target's device part answers to any image, and not to some alone."""
    return STUDY.targets[wildcards.target].answers_any


def parts_of_target(wildcards):
    """Both of these; in one, since Snakemake compares parameters without their names."""
    return {"serves": serves(wildcards), "answers_any": answers_any(wildcards)}


def stopping_target(wildcards):
    """The record of the target at whose accuracy this one stops, if it does."""
    other = getattr(STUDY.targets[wildcards.target], "stop_at_accuracy_of", None)
    if other is None:
        return []
    return expand(f"{TARGET}/training.json", target=other, seed=wildcards.seed)[0]


def attacker_settings(wildcards):
    return STUDY.attackers[wildcards.attacker].as_params()


def traits(attacker):
    """What the table says of an attacker that is not run."""
    named = {name: getattr(attacker, name) for name in ("rebuilds", "links", "judges_itself")}
    return {"settings": attacker.as_params(), **named}


def attacking_code(wildcards):
    """The code of the attacking script and of the one attacker that is used."""
    attacker = STUDY.attackers[wildcards.attacker].kind
    return code("attack_wire", attacker_module(attacker))(wildcards)


def measuring_code(wildcards):
    """The code of the measuring script, and what it asks of the one attacker."""
    attacker = STUDY.attackers[wildcards.attacker].kind
    return code("measure_attack", settings_module(attacker))(wildcards)


def attack_memory(wildcards):
    attacker = STUDY.attackers[wildcards.attacker]
    return memory(attacker.memory_mb, evaluation=3, auxiliary=1.5, activations=2)(wildcards)


def image_prior(wildcards):
    """The generative model of the attacker's images, for an attacker that uses it."""
    needed = STUDY.attackers[wildcards.attacker].prior_params()
    return f"{AUXILIARY}/prior.h5" if needed else []


def prior_model():
    """What the generative model is trained with; nothing if no attacker uses it."""
    params = (settings.prior_params() for settings in STUDY.attackers.values())
    return next(filter(None, params), {})


def needed_by_shadows(given):
    """A file, or a function of the wildcards, for attackers that go by the server part.

    They go by the classes of their images, too, and learn the device's noise from its defence.
    """

    def of_the_job(wildcards):
        if not STUDY.attackers[wildcards.attacker].needs_server:
            return []
        return given(wildcards) if callable(given) else given.format(**dict(wildcards.items()))

    return of_the_job


def starting_answers(wildcards):
    """The answers of the attacker that this one starts at, if it needs another."""
    other = STUDY.attackers[wildcards.attacker].start
    return f"{WIRE}/{other}/reconstructions.h5" if other else []


def cut_layer_of(wildcards):
    """The layer at which a job's wire is cut, defended or not."""
    named = wildcards.get("cut_layer") or wildcards.get("wire") or wildcards.get("defended")
    return STUDY.wires[named].cut_layer if named in STUDY.wires else named


def cut_of(wildcards):
    """The folder of what that layer puts out."""
    cut_layer = cut_layer_of(wildcards)
    return CUT.format(target=wildcards.target, seed=wildcards.seed, cut_layer=cut_layer)


def defence_settings(wildcards):
    return STUDY.wires[wildcards.defended].defence.as_params()


def defending_code(wildcards):
    """The code of the defending script and of the one defence that is used."""
    defence = STUDY.wires[wildcards.defended].defence.defence
    return code("defend_wire", defence_module(defence))(wildcards)


def defence_record(wildcards):
    """What the device does to the activation, if it does anything."""
    defended = STUDY.wires[wildcards.wire].defended
    record = f"{WIRE}/defence.json".format(**dict(wildcards.items()))
    return record if defended else []


def signals(wildcards):
    """What is sent before any noise, which without a defence is the activation."""
    file = "signals" if STUDY.wires[wildcards.wire].defended else "activations"
    return f"{WIRE}/{file}.h5".format(**dict(wildcards.items()))


def first_activations(wildcards):
    """What the first target of that width sends when cut there, which says how wide it is."""
    target = STUDY.widths[wildcards.cut_layer, wildcards.width]
    cut = CUT.format(target=target, seed=wildcards.seed, cut_layer=wildcards.cut_layer)
    return f"{cut}/activations.h5"


def every_baseline():
    """The file of each record of baselines, and what it is of."""
    for seed in STUDY.seeds:
        for layer, width in STUDY.widths:
            shared = BASELINES.format(seed=seed, cut_layer=layer, width=width)
            yield f"{shared}/baselines.json", {"seed": seed, "target": None}
        for target in STUDY.targets:
            own = TARGET.format(target=target, seed=seed)
            yield f"{own}/predicted_class.json", {"seed": seed, "target": target}


EVERY_BASELINE = list(every_baseline())


def named(pattern, places):
    """The file of each place, such as a target with a seed."""
    return [pattern.format(**place) for place in places]


def finished_trainings():
    """Those whose history is there."""
    files = [f"{TARGET}/history.csv", f"{TARGET}/training.json"]
    return [
        place
        for place in TRAININGS
        if all(Path(path).exists() for file in files for path in named(file, [place]))
    ]


FIGURES_READ = {  # what a figure may read, with a file for each of its places if these are named
    "summary": f"{RESULTS}/summary.csv",
    "baselines": f"{RESULTS}/baselines.csv",
    "differences": f"{RESULTS}/differences.csv",
    "audits": f"{RESULTS}/audits.csv",
    "attacker": f"{DATA}/attacker.tfrecord",
    "training_histories": f"{TARGET}/history.csv",
    "histories": f"{ATTACK}/history.csv",
    "scores": f"{ATTACK}/scores.csv",
}


def read_by_figure(wildcards):
    """The files that a figure is drawn from, by their kind."""
    drawing = DRAWINGS[wildcards.figure]
    files = {kind: FIGURES_READ[kind] for kind in drawing.reads}
    return {
        kind: named(file, drawing.places) if "{target}" in file else file
        for kind, file in files.items()
    }


def drawing_code(wildcards):
    """The code of the drawing script and of the one figure that is drawn."""
    return code("plot_figure", DRAWINGS[wildcards.figure].module)(wildcards)


def caption(path):
    """What there is to see in a figure."""
    file = WORKFLOW / f"report/{DRAWINGS[path].kind}.rst"
    return file.read_text().strip()


def figures_of_the_page(wildcards):
    """What the page says beside each figure; read where the page is looked at."""
    return [
        {**drawing.on_the_page(), "caption": caption(path)} for path, drawing in DRAWINGS.items()
    ]


def print_notes():
    """Before anything is planned: what of the study will not be done as one may think."""
    results = [
        *named(f"{TARGET}/training.json", NETWORKS),
        *named(f"{ATTACK}/metrics.json", ATTACKS),
    ]
    for note in (
        *unattacked(STUDY),
        *may_have_been_learned(STUDY),
        *unrecorded(results, RESULTS),
        *prepared_otherwise(Path(f"{DATA}/manifest.json"), PREPARED_BY),
    ):
        print(f"Note: {note}.", file=sys.stderr)


if workflow.is_main_process:
    print_notes()


def refuse_what_changed():
    """After a run: say that files of the user's are others than those that it began with."""
    if changed := changed_since_read():
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        sys.exit(
            f"Error: {changed[0]}{more} changed while this study ran, so that its results may be of "
            "both: run the same command again, which makes those anew (a program of yours has to "
            "write its logs and caches elsewhere)"
        )


def print_headline():
    """After a run that went well: the study's table in short, if it is finished.

    Not where Snakemake was asked to be quiet, nor of a run that was not to make the page, which
    says nothing of whether that is up to date.
    """
    summary, page = Path(f"{RESULTS}/summary.csv"), Path(f"{RESULTS}/report.html")
    if QUIET or not any(page == Path(file) for job in workflow.dag.jobs for file in job.output):
        return
    if said := closing.last_words(summary, page, Path(GOAL) if GOAL else None, CONFIG_HASH):
        print(said)


def end(logs):
    """After a run that failed: what each failed job said last, once more and together.

    Where nothing failed but the goal, the table stands below it, and the exit code is its own.
    `logs` are Snakemake's own, which have the exit status of a job that said nothing.
    """
    said = closing.failures(Path(LOGS), STARTED, list(map(Path, logs)))
    for message in said:
        print(f"\nError: {message}", file=sys.stderr)
    if closing.of_goal_alone(said):
        refuse_what_changed()
        print_headline()
        sys.exit(closing.NOT_MET)
    if said:
        print(
            "What was finished stays; the same command goes on from there.",
            file=sys.stderr,
        )
