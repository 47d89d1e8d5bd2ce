"""Put a defence between the device part and the wire, and see what it lets through."""

import numpy as np

from intercept.activations import ROLES, observe, read_activations, write_activations
from intercept.datasets import cache
from intercept.defences import calibrate, defence_settings
from intercept.hdf5 import whole_hdf5
from intercept.model_file import load_network
from intercept.runtime.files import read_json, write_json
from intercept.runtime.script import Job, run
from intercept.wire import defended, send


def main(snakemake: Job) -> None:
    """Fit the defence on the validation images; write it, the device part and the activations."""
    source, output = snakemake.input, snakemake.output
    manifest = read_json(source.manifest)
    images = cache.read(source.images, manifest["sets"]["target"])
    validation = images.select(slice(manifest["training_images"], None))
    mobile = load_network(source.intercepted, snakemake.params.allowed_code)
    settings = defence_settings(**snakemake.params.settings)
    defence = calibrate(settings, observe(mobile, validation.images))
    generator = np.random.default_rng(int(snakemake.wildcards.seed))
    sent = {
        role: send(defence, read_activations(source.activations, role), generator) for role in ROLES
    }
    write_json(output.defence, defence.as_record())
    with whole_hdf5(output.intercepted) as file:
        defended(mobile, defence).save(file)
    write_activations(output.activations, sent)


snakemake: Job
run(main, snakemake)
