"""Ways in which a file comes to be damaged."""

import random

import h5py
import pytest

WORDS = (b"\xff\xff\xff\x7f", b"\xff" * 4, b"\0" * 4, b"\0\0\0\x10")


def damaged(whole, seed):
    """A file cut short, with bits or words changed, or with bytes put in."""
    drawn, content = random.Random(seed), bytearray(whole)
    how = drawn.choice(["cut", "bit", "bytes", "word", "more"])
    at = drawn.randrange(len(content) - 4)
    if how == "cut":
        return bytes(content[:at])
    if how == "bit":
        content[at] ^= 1 << drawn.randrange(8)
    elif how == "bytes":
        for _ in range(drawn.randrange(2, 20)):
            content[drawn.randrange(len(content))] = drawn.randrange(256)
    elif how == "word":
        content[at : at + 4] = drawn.choice(WORDS)
    else:
        content[at:at] = bytes(drawn.randrange(256) for _ in range(drawn.randrange(1, 40)))
    return bytes(content)


def cut(path, share=0.5):
    """Leave only the first part of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


UNREADABLE_HDF5 = {
    "cut": cut,
    "cut at the end": lambda path: cut(path, 0.999),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("not HDF5"),
    "without content": lambda path: h5py.File(path, "w").close(),
}
unreadable = pytest.mark.parametrize("damage", UNREADABLE_HDF5.values(), ids=UNREADABLE_HDF5)
