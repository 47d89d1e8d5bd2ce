"""Make a target of the network that a training had after one of its epochs."""

import pandas as pd

from intercept.runtime.script import Job, run
from intercept.arrays.hdf5 import whole_hdf5
from intercept.networks.model_file import load_network
from intercept.provenance import joint_hash, provenance
from intercept.runtime.files import read_json, whole, write_json
from intercept.training.kept import read_kept


def main(snakemake: Job) -> None:
    """Write the network, its history so far and the record of a training that ended there."""
    source, output = snakemake.input, snakemake.output
    settings = snakemake.params.settings
    epoch = settings["epochs"]
    network = load_network(source.network, snakemake.params.allowed_code)
    network.set_weights(read_kept(source.checkpoints, epoch))
    with whole_hdf5(output.network) as file:
        network.save(file)
    history = pd.read_csv(source.history, float_precision="round_trip")
    history = history[history["epoch"] <= epoch]
    with whole(output.history) as temporary:
        history.to_csv(temporary, index=False)
    training, made = read_json(source.record), provenance(snakemake)
    final = history.to_dict("records")[-1]
    record = training | {
        "settings": settings,
        "settings_sha256": made["settings_sha256"],
        "code_sha256": joint_hash(training["code_sha256"], made["code_sha256"]),
        "taken_from": snakemake.params.training,
        "steps": final["steps"],
        "final": final,
    }
    write_json(output.record, record)


snakemake: Job
run(main, snakemake)
