"""Recorded pairs in the place of a device: answers to what was recorded, and to nothing else."""

import h5py
import numpy as np
import pytest

from intercept.devices.activations import observe
from intercept.networks import queried
from intercept.networks.cutting import cut
from intercept.runtime.errors import UserError
from intercept.training.recipes.recording.settings import Settings
from intercept.training.recipes.recording.trainer import Trainer

SHAPE = (8, 6, 1)
STORED = np.random.default_rng(0).integers(0, 256, (9, *SHAPE), np.uint8)
IMAGES = (STORED / 255).astype(np.float32)
FLAT = IMAGES.reshape(9, -1)


def recorded(path, images=STORED, activations=FLAT, **others):
    arrays = {"images": images, "activations": activations, **others}
    if path.suffix == ".npz":
        np.savez_compressed(path, **arrays)
    else:
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file.create_dataset(name, data=array, compression="gzip")
    return path


def device(path, tmp_path, shape=SHAPE):
    """The device part, by way of the files of the stages; the server part that is not there."""
    network = Trainer(Settings(recording=str(path)), shape, 3, 10, 1).network
    queried.write(tmp_path / "target.h5", network)
    found, server = cut(queried.load(tmp_path / "target.h5"), "output")
    queried.write(tmp_path / "device.h5", found)
    queried.write(tmp_path / "server.h5", server)
    assert queried.load_server(tmp_path / "server.h5") is None
    return queried.load(tmp_path / "device.h5")


@pytest.mark.parametrize("suffix", [".npz", ".h5"])
@pytest.mark.parametrize(
    "images",
    [STORED, STORED[..., 0], STORED.astype(np.uint16) * 257, IMAGES, IMAGES.astype(np.float64)],
    ids=["bytes", "without channels", "16 bits", "float32", "float64"],
)
def test_it_answers_with_what_was_recorded_of_the_same_image(tmp_path, suffix, images):
    path = recorded(tmp_path / f"pairs{suffix}", images)
    order = np.random.default_rng(1).permutation(9)
    found = device(path, tmp_path)
    np.testing.assert_array_equal(observe(found, IMAGES[order]), FLAT[order])
    assert found.output_shape == (None, FLAT.shape[1])
    assert observe(found, IMAGES[:0]).shape == (0, FLAT.shape[1])


@pytest.mark.parametrize(
    "activations", [np.zeros((9, 4), np.float32), np.random.default_rng(2).random((9, 3, 2, 4))]
)
def test_vectors_and_maps_are_taken(tmp_path, activations):
    found = device(recorded(tmp_path / "pairs.npz", activations=activations), tmp_path)
    np.testing.assert_allclose(observe(found, IMAGES), activations, rtol=1e-6)


def test_images_of_black_and_white_are_the_same_as_bits(tmp_path):
    bits = STORED > 127
    found = device(recorded(tmp_path / "pairs.npz", bits), tmp_path)
    np.testing.assert_array_equal(observe(found, bits), FLAT)


def test_an_image_that_was_not_recorded_has_no_answer(tmp_path):
    found = device(recorded(tmp_path / "pairs.npz"), tmp_path)
    other = IMAGES.copy()
    other[2, 0, 0] = 1 - other[2, 0, 0] + 0.001
    with pytest.raises(UserError, match="has no activation of 1 of the 9 images that are asked"):
        observe(found, other.clip(0, 1))


def test_it_is_cut_at_its_output_alone(tmp_path):
    network = Trainer(
        Settings(recording=str(recorded(tmp_path / "pairs.npz"))), SHAPE, 3, 10, 1
    ).network
    with pytest.raises(
        UserError, match=r"cannot be cut behind 'code': only .*; allowed are output"
    ):
        cut(network, "code")


def without(path, name):
    np.savez(path, **{key: np.zeros(3) for key in {"images", "activations"} - {name}})


def linked(path):
    recorded(path.with_suffix(".h5"))
    with h5py.File(path, "w") as file:
        file["images"] = STORED
        file["activations"] = h5py.ExternalLink("pairs.h5", "/activations")


def lying_elsewhere(path):
    with h5py.File(path, "w") as file:
        file["images"] = STORED
        file.create_dataset("activations", (9, 4), np.float32, external=[("/etc/passwd", 0, 144)])


def huge(path):
    with h5py.File(path, "w") as file:
        file["images"] = STORED
        file.create_dataset("activations", (2**30, 2**30), np.float32, chunks=(1, 1))


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda path: path.write_bytes(b"no recording"), "is not whole"),
        (lambda path: None, "there is no such file; allowed is the path of one: write"),
        (lambda path: without(path, "images"), "There is no item named 'images.npy'"),
        (lambda path: without(path, "activations"), "There is no item named 'activations.npy'"),
        (lambda path: recorded(path, STORED[:5]), "has 5 images and activations of shape (9, 48)"),
        (lambda path: recorded(path, STORED[:, 1:]), "has images of shape (7, 6, 1), and those"),
        (lambda path: recorded(path, IMAGES * 2), "outside 0 to 1"),
        (lambda path: recorded(path, STORED.astype(np.int64)), "outside 0 to 1"),
        (lambda path: recorded(path, activations=FLAT * np.nan), "not all finite floats"),
        (lambda path: recorded(path, activations=FLAT * 1e30), "has activations up to 1e+30"),
        (lambda path: recorded(path, activations=np.zeros((9, 2, 3))), "shape (9, 2, 3)"),
        (lambda path: recorded(path, STORED[[0, *range(8)]]), "an image more than once (1 of 9)"),
        (lambda path: recorded(path, activations=np.full((9, 4), None)), "an array of objects"),
        (linked, "leads elsewhere"),
        (lying_elsewhere, "lies in another file"),
        (huge, "has an array of 4,611,686,018,427,387,904 bytes"),
    ],
)
def test_what_is_no_recording_of_the_study_is_refused_in_one_line(tmp_path, write, said):
    path = tmp_path / "pairs.npz"
    write(path)
    with pytest.raises(UserError) as refused:
        Trainer(Settings(recording=str(path)), SHAPE, 3, 10, 1)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
