"""Reading TFRecord files of `tf.train.Example` without TensorFlow, which takes seconds to start.

A record is its length as uint64, four bytes of checksum, its content, and four bytes of checksum
(tensorflow.org/tutorials/load_data/tfrecord); its content is a protocol buffer
(protobuf.dev/programming-guides/encoding). The checksums are not looked at: gzip has its own.
"""

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_VARINT, _BYTES = 0, 2  # wire types of protocol buffers
_FEATURES, _ENTRY = 1, 1  # fields of Example and of Features
_NAME, _FEATURE = 1, 2  # of an entry
_BYTES_LIST, _INT64_LIST = 1, 3  # of a feature; lists hold their values in field 1


def read_examples(path: str | Path) -> Iterator[dict[str, Any]]:
    """Read a gzip-compressed file of examples whose features hold one bytes or one int64 each.

    Yields:
        The values of an example, by the names of its features: bytes, or int of 0 or more.

    Raises:
        OSError, EOFError, zlib.error: the file is missing or damaged.
        ValueError: it holds no such examples.
    """
    with gzip.open(path) as file:
        while header := file.read(12):
            if len(header) < 12:
                raise ValueError("a record is cut short")
            (length,) = struct.unpack_from("<Q", header)
            content = file.read(length)
            if len(content) < length or len(file.read(4)) < 4:
                raise ValueError("a record is cut short")
            yield _example(memoryview(content))


def _example(content: memoryview) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for features in _fields(content, _FEATURES):
        for entry in _fields(features, _ENTRY):
            (name,), (feature,) = _fields(entry, _NAME), _fields(entry, _FEATURE)
            values[bytes(name).decode()] = _value(feature)
    return values


def _value(feature: memoryview) -> bytes | int:
    for held in _fields(feature, _BYTES_LIST):
        (value,) = _fields(held, 1)
        return bytes(value)
    (held,) = _fields(feature, _INT64_LIST)
    (packed,) = _fields(held, 1)
    return _varint(packed, 0)[0]


def _fields(content: memoryview, wanted: int) -> list[memoryview]:
    """The contents of the fields of that number, all of which have a length before them."""
    found, at = [], 0
    while at < len(content):
        key, at = _varint(content, at)
        if key & 7 != _BYTES:
            raise ValueError(f"a field of wire type {key & 7}")
        length, at = _varint(content, at)
        if key >> 3 == wanted:
            found.append(content[at : at + length])
        at += length
    if at > len(content):
        raise ValueError("a field is cut short")
    return found


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """An integer of seven bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    for end in range(at, len(content)):
        value |= (content[end] & 127) << shift
        shift += 7
        if content[end] < 128:
            return value, end + 1
    raise ValueError("an integer is cut short")
