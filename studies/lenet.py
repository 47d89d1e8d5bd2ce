"""LeNet-5 with 8 and 16 filters, in a Keras file for `studies/published-table.yaml`.

``python studies/lenet.py FILE`` writes it, as `make lenet` does. The layers are those of the
network for MNIST whose wires He, Zhang and Lee attacked (*Model inversion attacks against
collaborative inference*, ACSAC 2019), which also took pixels between -1 and 1. Its weights are as
they were initialised, for a study to train.
"""

import sys
from pathlib import Path

from tensorflow.keras import Input, Sequential, layers

SIDE, DIGITS = 28, 10  # pixels; classes


def build() -> Sequential:
    """A network from float32 [n, 28, 28, 1] in [0, 1] to the probability of each digit, [n, 10]."""
    return Sequential(
        [
            Input((SIDE, SIDE, 1)),
            layers.Rescaling(2, -1),
            layers.Conv2D(8, 5, name="conv1"),
            layers.ReLU(name="ReLU1"),
            layers.MaxPooling2D(name="pool1"),
            layers.Conv2D(16, 5, name="conv2"),
            layers.ReLU(name="ReLU2"),
            layers.MaxPooling2D(name="pool2"),
            layers.Flatten(),
            layers.Dense(120, activation="relu", name="fc1"),
            layers.Dense(84, activation="relu", name="fc2"),
            layers.Dense(DIGITS, activation="softmax", name="fc3"),
        ],
        name="lenet",
    )


def main(file: Path) -> None:
    """Write it, replacing what stands there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    build().save(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
