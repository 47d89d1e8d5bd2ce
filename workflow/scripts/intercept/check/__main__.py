"""``python -m intercept.check``: what is known of a study, without a step of it; `make check`."""

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from intercept.check.questions import missing_keys, question, unsaid_pixels, unsaid_scalings
from intercept.configuration.reading import read_files
from intercept.runtime.errors import UserError
from intercept.study.notes import may_have_been_learned, unattacked
from intercept.study.study import Study, read_study


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is known.

    Args:
        arguments: of the command line; None for those of this process.

    Returns:
        The exit code: 0 if the study could run, 1 if something stands in the way.
    """
    parser = argparse.ArgumentParser("intercept.check", description=__doc__)
    parser.add_argument("--configfile", nargs="+", default=["config.yaml"])
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    # As the workflow's jobs have it; before TensorFlow is imported.
    for variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = "1"
    try:
        config = read_files(given.configfile)
    except UserError as error:
        return _end([str(error)])
    try:
        study = read_study(config)
    except UserError as error:
        missing = missing_keys(config)
        return _end([str(error)], _asked(missing, config))
    return _check(study, config, given.configfile, given.cores)


def _check(study: Study, config: Mapping[str, Any], files: Sequence[str], cores: int) -> int:
    # Here, since a mistake in the configuration is to be said before TensorFlow is there.
    from intercept.check import cost, plan, text
    from intercept.check.images import look_at_images
    from intercept.check.targets import look_at_targets

    start = time.process_time()  # of this process, which has what jobs begin with
    logging.getLogger("intercept").addHandler(logging.NullHandler())
    for library in ("tensorflow", "absl"):  # which say what is no news here
        logging.getLogger(library).setLevel(logging.ERROR)
    print(f"Study {study.name}: nothing is trained or written by this check.")
    try:
        images = look_at_images(study.dataset)
    except UserError as error:
        _section(text.of_wires(study))
        return _end([str(error)], ["Not looked at without the images: targets, cost."])
    if images is None:
        _section(text.of_wires(study))
        notes = [
            f"Images: {study.dataset['name']} is not on this machine yet; the study begins with "
            "its download. Run this again then, or set TFDS_DATA_DIR to a folder that has it.",
            "Not looked at without the images: targets, cost.",
        ]
        return _end([], notes)
    _section(text.of_images(study, images))
    errors = [images.refused] if images.refused else []
    targets = look_at_targets(study, images)
    errors += [*targets.errors(), *_too_few_messages(study, images.described["train"]["labels"])]
    if targets.found:
        _section(text.of_targets(study, targets))
    _section(text.of_wires(study))
    if errors:
        notes = ["Not estimated until that is mended: cost."]
    else:
        notes = []
        try:
            jobs = plan.plan(files, images.of_sets(), targets.crossing())
            estimates = cost.estimate(study, images, targets, jobs, start)
            allowed, machine = plan.allowed_megabytes(), plan.machine_megabytes()
            _section(text.of_cost(jobs, estimates, cores, allowed, machine))
            most = max((job.megabytes for job in jobs), default=0)
            if most > machine:
                errors.append(f"a job asks for {most:,} MB, and this machine has {machine:,} MB")
        except UserError as error:
            errors.append(str(error))
    rescaling = {name: one.network.rescales for name, one in targets.found.items()}
    paths = {name: getattr(one, "architecture", None) for name, one in study.targets.items()}
    architectures = {name: path for name, path in paths.items() if path}
    asked = [*unsaid_pixels(config, rescaling), *unsaid_scalings(architectures, rescaling)]
    of_study = [f"Note: {note}." for note in (*unattacked(study), *may_have_been_learned(study))]
    return _end(errors, [*notes, *asked, *of_study])


def _too_few_messages(study: Study, classes: int) -> Iterator[str]:
    """Why codebooks cannot be trained that have fewer messages than there are classes at least."""
    from intercept.defences.codebook.settings import Settings

    for wire in study.wires.values():
        if isinstance(wire.defence, Settings):
            try:
                wire.defence.refuse_more_classes(classes)
            except UserError as error:
                yield str(error)


def _asked(missing: Sequence[str], config: Mapping[str, Any]) -> list[str]:
    """The lines that ask for missing keys, by names of the data set's features if it is known."""
    labels = {}
    name = config["dataset"].get("name") if isinstance(config.get("dataset"), Mapping) else None
    if name and any(place.startswith("dataset.features.") for place in missing):
        from intercept.check.features import examples

        labels = examples(str(name))
    return [question(place, labels) for place in missing]


def _section(lines: Iterable[str]) -> None:
    print("", *lines, sep="\n", flush=True)


def _end(errors: Sequence[str], notes: Sequence[str] = ()) -> int:
    if notes:
        _section(notes)
    if errors:
        sys.stdout.flush()
        for error in dict.fromkeys(errors):
            print(f"Error: {error}", file=sys.stderr)
        return 1
    print("\nNothing that was looked at stands in the way of this study.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
