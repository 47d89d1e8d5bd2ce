"""Networks that are not of Keras, cut and read back from files as every job has them."""

from intercept.networks import queried
from intercept.networks.cutting import cut


def parts(network, layer, tmp_path):
    """Device part and server part, by way of their files."""
    queried.write(tmp_path / "target.h5", network)
    both = cut(queried.load(tmp_path / "target.h5"), layer)
    for name, part in zip(("device", "server"), both, strict=True):
        queried.write(tmp_path / f"{name}.h5", part)
    return [queried.load(tmp_path / f"{name}.h5") for name in ("device", "server")]
