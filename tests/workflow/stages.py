"""Jobs of every stage that do not wait for one another, to make them fail together."""

import re
import shutil

from tests.workflow.conftest import Project

RESULTS = "results/tiny"

# What each of them writes. Their inputs are there in a finished study.
OUTPUTS = {
    "train_target": [
        f"{RESULTS}/stopped/seed-1/{name}" for name in ("target.h5", "history.csv", "training.json")
    ],
    "cut_target": [
        f"{RESULTS}/dp-noise-0.3/seed-1/mobile_output/{name}"
        for name in ("intercepted.h5", "server_as_trained.h5", "cut.json")
    ],
    "compute_activations": [f"{RESULTS}/dp-noise-0.7/seed-1/mobile_output/activations.h5"],
    "defend_wire": [
        f"{RESULTS}/no-dp/seed-1/mobile_output-noise-2/{name}"
        for name in (
            "defence.json",
            "intercepted.h5",
            "server_as_trained.h5",
            "activations.h5",
            "signals.h5",
        )
    ],
    "measure_server": [
        f"{RESULTS}/untrained/seed-1/mobile_output/{name}" for name in ("server.h5", "server.json")
    ],
    "attack_wire": [
        f"{RESULTS}/untrained/seed-1/mobile_output/post/{name}"
        for name in ("attacker.h5", "history.csv", "reconstructions.h5")
    ],
    "measure_attack": [
        f"{RESULTS}/no-dp/seed-1/mobile_output/post/{name}"
        for name in ("metrics.json", "scores.csv")
    ],
    "measure_baselines": [f"{RESULTS}/baselines/seed-1/mobile_output/standard/baselines.json"],
    "measure_target": [
        f"{RESULTS}/untrained/seed-1/{name}" for name in ("membership.json", "predicted_class.json")
    ],
    "draw_sample": [f"{RESULTS}/figures/sample-target.webp"],
}
TARGETS = [outputs[0] for outputs in OUTPUTS.values()]  # what Snakemake is asked for
ALL = {file for outputs in OUTPUTS.values() for file in outputs}


def remove(project: Project, *names: str) -> None:
    """Delete files and folders of the project."""
    for name in names:
        path = project.path / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def half_written(project: Project) -> list[str]:
    """Temporary files that were left."""
    hidden = [file for root in ("data", "results") for file in (project.path / root).rglob(".*")]
    return [str(file) for file in hidden if re.search(r"\.\d+\.\w+$", file.name)]
