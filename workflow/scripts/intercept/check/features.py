"""Features of a data set of TensorFlow Datasets that could serve as what a configuration asks."""

import tensorflow_datasets as tfds

import intercept.datasets.mnist_5k  # noqa: F401  makes it known
from intercept.datasets.source import find_builder
from intercept.runtime.errors import UserError


def examples(name: str) -> dict[str, str]:
    """For each key of ``dataset.features`` a feature of the kind that it needs, if there is one.

    Args:
        name: of the data set; one that is not known has none.
    """
    try:
        features = find_builder(name, None).info.features
    except UserError:
        return {}
    images = [one for one, feature in features.items() if isinstance(feature, tfds.features.Image)]
    labels = [x for x, kind in features.items() if isinstance(kind, tfds.features.ClassLabel)]
    found = {"image": images, "label": labels, "character": labels[::-1]}
    return {f"dataset.features.{role}": some[0] for role, some in found.items() if some}
