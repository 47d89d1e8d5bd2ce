"""Put a defence between the device part and the wire, and see what it lets through."""

import numpy as np

from intercept.runtime.script import Job, run
from intercept.datasets import cache
from intercept.defences import calibrate, defence_settings, train
from intercept.defences.interface import Defence, Lessons
from intercept.defences.sending import defended, received, signals_of
from intercept.devices.activations import ROLES, observe, read_activations, write_activations
from intercept.networks import queried
from intercept.runtime.files import read_json, write_json


def main(snakemake: Job) -> None:
    """Write the defence, the parts on both sides of the wire, and what crosses it.

    Before any noise that is only for the judge, who says what is possible.
    The defence is calibrated on the validation images, or trained on the training images.
    """
    source, output, wildcards = snakemake.input, snakemake.output, snakemake.wildcards
    seed = int(wildcards.seed)
    manifest = read_json(source.manifest)
    training, validation = cache.read_target(source.images, manifest)
    allowed_code = snakemake.params.allowed_code
    mobile = queried.load(source.intercepted, allowed_code)
    server = queried.load_server(source.server, allowed_code)
    settings = defence_settings(**snakemake.params.settings)
    defence: Defence
    if settings.trained:
        name = f"{wildcards.defended} of {wildcards.target}, seed {seed}"
        activations = observe(mobile, training.images)
        trained = train(settings, Lessons(activations, training.labels, server, seed, name))
        defence, server = trained, trained.server
    else:
        defence = calibrate(settings, observe(mobile, validation.images))
    # One generator for each, so that the noise on evaluation images does not depend on the copies.
    generators = np.random.default_rng(seed).spawn(len(ROLES))
    signals = {
        role: signals_of(defence, read_activations(source.activations, role)) for role in ROLES
    }
    sent = {
        role: received(defence, signals[role], generator)
        for role, generator in zip(ROLES, generators, strict=True)
    }
    channel = defence.channel(sent["evaluation"][0].size)
    drawn_from = defence.drawn_from()
    record = {
        **defence.as_record(),
        "drawn_from": None if drawn_from is None else drawn_from.tolist(),
        "trained_on_training_images": settings.trained,
        "channel": channel.as_record(),
    }
    write_json(output.defence, record)
    for path, network in (
        (output.intercepted, defended(mobile, defence)),
        (output.server, server),
    ):
        queried.write(path, network)
    write_activations(output.activations, sent)
    write_activations(output.signals, {"evaluation": signals["evaluation"]})


snakemake: Job
run(main, snakemake)
