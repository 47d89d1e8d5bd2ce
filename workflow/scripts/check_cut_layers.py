"""See that every network has the layers it is to be cut at, before hours go into training it."""

from intercept.files import read_json, write_json
from intercept.network import split
from intercept.script import run
from intercept.training.recipes import TRAINERS
from intercept.training.settings import recipe_settings


def main(snakemake):
    """Write the names of each target's layers."""
    manifest = read_json(snakemake.input.manifest)
    shape = tuple(manifest["sets"]["target"]["image_shape"])
    examples = manifest["training_images"]
    layers = {}
    for target, values in snakemake.params.targets.items():
        settings = recipe_settings(**values)
        trainer = TRAINERS[type(settings)](settings, shape, manifest["classes"], examples, seed=0)
        for cut_layer in snakemake.params.cut_layers:
            split(trainer.network, cut_layer)
        layers[target] = [layer.name for layer in trainer.network.layers]
    write_json(snakemake.output.layers, layers)


run(main, snakemake)  # noqa: F821
