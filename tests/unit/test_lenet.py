"""The network of studies/published-table.yaml."""

import importlib.util
from pathlib import Path

import numpy as np

from intercept.networks.model_file import load_network

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("lenet", ROOT / "studies" / "lenet.py")
lenet = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(lenet)


def test_it_is_lenet_and_sends_what_the_published_one_sends(tmp_path):
    lenet.main(tmp_path / "data" / "lenet.keras")
    network = load_network(tmp_path / "data" / "lenet.keras")
    assert network.count_params() == 45_278
    digits = np.random.default_rng(0).random((3, 28, 28, 1), dtype=np.float32)
    np.testing.assert_allclose(network(digits).numpy().sum(axis=1), 1, rtol=1e-5)
    for layer, sent in (("conv1", (24, 24, 8)), ("ReLU2", (8, 8, 16))):
        assert network.get_layer(layer).output.shape[1:] == sent
