"""Let one attacker rebuild every evaluation image, and measure what it gets."""

from importlib.metadata import version

import numpy as np
import pandas as pd

from intercept import __version__
from intercept.datasets import cache
from intercept.files import read_json, write_json
from intercept.hdf5 import whole_hdf5
from intercept.metrics import measure_leakage
from intercept.release import load_network, read_activations
from intercept.script import run


def main(snakemake):
    """Write the reconstructions and the metrics."""
    source, wildcards = snakemake.input, snakemake.wildcards
    manifest = read_json(source.manifest)
    sets = manifest["sets"]
    evaluation = cache.read(source.evaluation, sets["evaluation"])
    mean_image = cache.read(source.attacker_images, sets["attacker"]).images.mean(axis=0)
    attacker = load_network(source.attacker)
    activations = read_activations(source.activations, "evaluation")
    rebuilt = np.clip(attacker.predict(activations, batch_size=256, verbose=0), 0, 1)
    with whole_hdf5(snakemake.output.reconstructions) as file:
        file.create_dataset("evaluation", data=rebuilt.astype(np.float16), compression="gzip")
    groups = {"unseen": ~evaluation.seen, "seen": evaluation.seen}
    record = {
        "wildcards": dict(wildcards.items()),
        "attacker_settings": snakemake.params.settings,
        "attacker_mse": float(pd.read_csv(source.history)["mse"].iloc[-1]),
        "synthetic": manifest["synthetic"],
        "evaluation_sha256": sets["evaluation"]["content_sha256"],
        "versions": {"tensorflow": version("tensorflow"), "intercept": __version__},
    }
    for group, members in groups.items():
        record[group] = (
            measure_leakage(rebuilt[members], evaluation.images[members], mean_image).as_record()
            if members.any()
            else None
        )
    write_json(snakemake.output.metrics, record)


run(main, snakemake)  # noqa: F821
