"""Damaged photographs: each is refused by its name in one line, or read."""

import io
import random
import zlib

import numpy as np
import pytest
from damage import damaged
from PIL import ExifTags, Image

from intercept.check.images import look_at_images
from intercept.datasets.folders import read_folders
from intercept.runtime.errors import UserError

pytestmark = pytest.mark.filterwarnings("ignore")  # by which Pillow speaks of damage, too

HEIGHT, WIDTH = 16, 12
FORMATS = {
    "jpg": ("JPEG", {}),
    "png": ("PNG", {}),
    "tif": ("TIFF", {}),
    "tiff": ("TIFF", {"compression": "tiff_lzw"}),
    "webp": ("WEBP", {"lossless": True}),
    "avif": ("AVIF", {}),
    "gif": ("GIF", {}),
    "jp2": ("JPEG2000", {}),
    "dds": ("DDS", {}),
}


def photograph(suffix, turned=False):
    """A file of noise; with EXIF data, that say to turn it or say nothing of it."""
    kind, options = FORMATS[suffix]
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "of a test"
    exif[ExifTags.Base.XResolution] = 72.5
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] = 0.5
    if turned:
        exif[ExifTags.Base.Orientation] = 3
    content = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    Image.fromarray(noise).save(content, kind, exif=exif, **options)
    return content.getvalue()


def study(folder, suffix):
    """Three folders of one class, and the path of the first photograph of the target's."""
    for role, count in (("target", 5), ("attacker", 2), ("evaluation", 1)):
        (folder / role / "a").mkdir(parents=True)
        for number in range(count):
            (folder / role / "a" / f"{number}.{suffix}").write_bytes(photograph(suffix))
    folders = {role: str(folder / role) for role in ("target", "attacker", "evaluation")}
    dataset = {"name": "mine", "folders": folders, "allow_overlap": True}
    return dataset, folder / "target" / "a" / f"0.{suffix}"


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_damaged_photograph_is_refused_by_its_name_or_read(tmp_path, suffix):
    dataset, path = study(tmp_path, suffix)
    whole, refused = photograph(suffix), 0
    read_folders(dataset)
    for seed in range(400 if suffix.startswith("tif") else 150):
        path.write_bytes(damaged(whole, seed))
        try:
            assert read_folders(dataset).parts["train"].images.shape[:3] == (4, HEIGHT, WIDTH)
        except UserError as error:
            assert str(path) in str(error)
            assert "\n" not in str(error)
            refused += 1
    assert refused > 20


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_exif_data_that_cannot_be_read_are_taken_for_none_with_a_remark(tmp_path, suffix):
    dataset, path = study(tmp_path, suffix)
    upright = read_folders(dataset)
    assert not [one for one in upright.remarks if "EXIF" in one]
    whole = photograph(suffix, turned=True)
    path.write_bytes(whole)
    assert "Turned as their EXIF data say" in "".join(read_folders(dataset).remarks)
    begin = max(whole.find(b"II*\0"), whole.find(b"MM\0*"))
    path.write_bytes(whole[:begin] + b"????" + whole[begin + 4 :])
    found = read_folders(dataset)
    (remark,) = [one for one in found.remarks if "EXIF" in one]
    assert remark == f"Not turned, since their EXIF data cannot be read: {path}."
    np.testing.assert_array_equal(found.parts["train"].images[:], upright.parts["train"].images[:])


def test_no_damage_of_exif_data_hides_the_photograph(tmp_path):
    dataset, path = study(tmp_path, "jpg")
    whole, said = photograph("jpg", turned=True), set()
    begin = max(whole.find(b"II*\0"), whole.find(b"MM\0*"))
    for seed in range(400):
        drawn, content = random.Random(seed), bytearray(whole)
        for _ in range(drawn.choice([1, 3, 8])):
            content[begin + drawn.randrange(90)] = drawn.choice([0, 255, drawn.randrange(256)])
        path.write_bytes(content)
        said.update(one.split()[0] for one in read_folders(dataset).remarks if "EXIF" in one)
    assert said == {"Turned", "Not"}


def test_where_the_first_photograph_is_too_large_to_be_opened_a_check_names_it(tmp_path):
    dataset, path = study(tmp_path, "png")
    whole = bytearray(photograph("png"))
    header = whole.index(b"IHDR")
    whole[header + 4 : header + 12] = b"\0\x01\0\0" * 2  # 65536×65536
    path.write_bytes(with_checksum(whole, header))
    with pytest.raises(UserError, match=r"target/a/0\.png has more pixels than are read"):
        look_at_images(dataset)


def with_checksum(content, at):
    """A PNG whose first block, changed by hand, is whole again."""
    content[at + 17 : at + 21] = zlib.crc32(content[at : at + 17]).to_bytes(4, "big")
    return bytes(content)
