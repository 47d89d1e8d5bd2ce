"""The pixels that are measured are those that the files hold, in whatever form they are stored."""

from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from intercept.datasets.folders import read_folders
from intercept.runtime.errors import UserError

ROLES = ("target", "attacker", "evaluation")


def picture(number):
    """uint8 16×16 from 0 to 255, unlike those of other numbers, and unlike itself if turned."""
    pixels = np.random.default_rng([7, number]).integers(0, 256, (16, 16), np.uint8)
    pixels[0, :2] = 0, 255
    return pixels


FIRST = picture(20)  # the evaluation set's


def store(folder, form=Image.fromarray, suffix="png", roles=ROLES, count=10, **options):
    """Three sets in two classes, each image in the form that `form` gives an array."""
    for role in roles:
        for k in range(count):
            path = folder / role / "ab"[k % 2] / f"{k // 2}.{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".png").unlink(missing_ok=True)
            form(picture(10 * ROLES.index(role) + k)).save(path, **options)
    return {role: str(folder / role) for role in ROLES}


def evaluated(folders):
    """The first image of the evaluation set, which is of `FIRST`."""
    return read_folders({"folders": folders}).parts["evaluation"].images[0]


def sixteen(times):
    return lambda pixels: Image.fromarray(pixels.astype(np.uint16) * times)


def in_colour(pixels):
    return Image.merge("RGB", [Image.fromarray(pixels)] * 3)


FORMS = {
    "8-bits": (Image.fromarray, "png"),
    "8-bits-as-colour": (in_colour, "png"),
    "8-bits-by-palette": (lambda pixels: Image.fromarray(pixels).convert("P"), "png"),
    "16-bits": (sixteen(257), "png"),
    "16-bits-tiff": (sixteen(257), "tif"),
    "16-bits-ppm": (sixteen(257), "pgm"),
    "16-bits-jpeg-2000": (sixteen(257), "jp2"),
    "floats": (lambda pixels: Image.fromarray(pixels / np.float32(255)), "tif"),
    "opaque": (lambda pixels: Image.fromarray(pixels).convert("LA"), "png"),
    "opaque-colour": (lambda pixels: in_colour(pixels).convert("RGBA"), "png"),
}


@pytest.mark.parametrize(("form", "suffix"), FORMS.values(), ids=FORMS)
def test_white_is_one_and_black_is_zero_in_every_form(tmp_path, form, suffix):
    options = {"irreversible": False} if suffix == "jp2" else {}
    found = evaluated(store(tmp_path, form, suffix, **options))
    np.testing.assert_allclose(found, FIRST[..., np.newaxis] / 255, atol=1e-6)
    assert found.dtype == np.float32


def test_one_bit_is_black_and_white(tmp_path):
    folders = store(tmp_path, lambda pixels: Image.fromarray(pixels > 100))
    np.testing.assert_array_equal(evaluated(folders)[..., 0], FIRST > 100)


def test_one_image_of_16_bits_among_those_of_8_has_its_own_scale_and_is_named(tmp_path):
    folders = store(tmp_path)
    sixteen(257)(FIRST).save(tmp_path / "evaluation/a/0.png")
    np.testing.assert_allclose(evaluated(folders)[..., 0], FIRST / 255, atol=1e-6)
    (remark,) = read_folders({"folders": folders}).remarks
    assert "1 of uint16" in remark and "evaluation/a/0.png" in remark and "29 of uint8" in remark


REFUSED = {
    # 12 bits in 16, which are nearly black, and by Pillow's own conversion nearly white.
    "12-bits-in-16": (sixteen(16), "png", "white is 65535"),
    "14-bits-in-16": (sixteen(64), "png", "white is 65535"),
    "a-mask-of-0-and-1": (lambda p: Image.fromarray(p // 128), "png", "is 1 ("),
    "grey-levels-0-to-16": (lambda p: Image.fromarray(p // 16), "png", "is 15 ("),
    "32-bits": (lambda p: Image.fromarray(p.astype(np.int32)), "tif", "of type int32"),
    "floats-to-255": (lambda p: Image.fromarray(p.astype(np.float32)), "tif", "from 0 to 255"),
    "floats-below-0": (
        lambda p: Image.fromarray(p / np.float32(127.5) - 1),
        "tif",
        "float32 values from -1 to 1",
    ),
    "not-numbers": (
        lambda p: Image.fromarray(np.where(p > 9, p, np.nan).astype(np.float32)),
        "tif",
        "from nan to nan",
    ),
}


def refusal(folders):
    with pytest.raises(UserError) as refused:
        read_folders({"folders": folders})
    message = str(refused.value)
    assert message.startswith("dataset.folders: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize(("form", "suffix", "said"), REFUSED.values(), ids=REFUSED)
def test_values_whose_scale_is_not_known_are_refused(tmp_path, form, suffix, said):
    assert said in refusal(store(tmp_path, form, suffix))


@pytest.mark.parametrize("case", ["12-bits-in-16", "32-bits", "floats-to-255", "not-numbers"])
def test_one_image_whose_scale_is_not_known_is_refused_by_name(tmp_path, case):
    folders = store(tmp_path)
    form, suffix, said = REFUSED[case]
    form(FIRST).save(tmp_path / f"evaluation/a/0.{suffix}")
    message = refusal(folders)
    assert said in message
    assert f"evaluation/a/0.{suffix}" in message


def with_alpha(colour):
    """All of the image is in its transparency; what is to be seen is of one colour."""
    return lambda pixels: Image.merge(
        "RGBA", [Image.new("L", (16, 16), c) for c in colour] + [Image.fromarray(pixels)]
    )


def test_ink_on_nothing_is_laid_on_white(tmp_path):
    folders = store(tmp_path, with_alpha((0, 0, 0)))
    np.testing.assert_allclose(evaluated(folders)[..., 0], 1 - FIRST / 255, atol=1e-6)
    assert (
        "30 images with transparent pixels were laid on white."
        in read_folders({"folders": folders}).remarks
    )


def test_light_on_nothing_is_laid_on_black(tmp_path):
    folders = store(tmp_path, with_alpha((255, 255, 255)))
    np.testing.assert_allclose(evaluated(folders)[..., 0], FIRST / 255, atol=1e-6)
    assert (
        "30 images with transparent pixels were laid on black."
        in read_folders({"folders": folders}).remarks
    )


def test_transparent_colour_is_laid_on_white_by_channel(tmp_path):
    found = evaluated(store(tmp_path, with_alpha((255, 0, 51))))
    alpha = FIRST[..., np.newaxis] / 255
    np.testing.assert_allclose(found, alpha * [1, 0, 0.2] + 1 - alpha, atol=1e-6)


def test_grey_with_transparency_is_laid_on_white(tmp_path):
    form = lambda p: Image.merge("LA", [Image.new("L", (16, 16), 51), Image.fromarray(p)])  # noqa: E731
    alpha = FIRST / 255
    found = evaluated(store(tmp_path, form))[..., 0]
    np.testing.assert_allclose(found, 0.2 * alpha + 1 - alpha, atol=1e-6)


@pytest.mark.parametrize("form", [Image.fromarray, sixteen(257)], ids=["8-bits", "16-bits"])
def test_one_grey_level_that_is_transparent_is_laid_on_the_background(tmp_path, form):
    reading = read_folders({"folders": store(tmp_path, form, transparency=0)})
    found = reading.parts["evaluation"].images[0][..., 0]
    (remark,) = reading.remarks
    assert (found[FIRST == 0] == ("white" in remark)).all()
    np.testing.assert_allclose(found[FIRST > 0], FIRST[FIRST > 0] / 255, atol=1e-6)


def test_what_transparent_pixels_hold_counts_for_nothing(tmp_path):
    """Colour that nobody can see does not make a grey image one of three channels."""

    def form(pixels):
        alpha = (pixels > 100).astype(np.uint8) * 255
        red = np.where(pixels > 100, pixels, 200)
        return Image.fromarray(np.stack([red, pixels, pixels, alpha], axis=-1))

    found = evaluated(store(tmp_path, form))
    assert found.shape == (16, 16, 1)
    np.testing.assert_allclose(found[..., 0][FIRST > 100], FIRST[FIRST > 100] / 255, atol=1e-6)
    assert len(np.unique(found[..., 0][FIRST <= 100])) == 1


TURNED = {  # by EXIF's number: how the stored array is to be turned for what is meant
    1: lambda p: p,
    2: np.fliplr,
    3: lambda p: np.rot90(p, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda p: np.rot90(p, -1),
    7: lambda p: np.rot90(p, 2).T,
    8: np.rot90,
}


@pytest.mark.parametrize("number", TURNED)
@pytest.mark.parametrize(
    ("form", "suffix"), [(in_colour, "png"), (sixteen(257), "png"), (in_colour, "tif")]
)
def test_images_are_turned_as_exif_says(tmp_path, number, form, suffix):
    folders = store(tmp_path)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = number
    (tmp_path / "evaluation/a/0.png").unlink()
    form(FIRST).save(tmp_path / f"evaluation/a/0.{suffix}", exif=exif)
    found = evaluated(folders)[..., 0]
    np.testing.assert_allclose(found, TURNED[number](FIRST) / 255, atol=1e-6)
    said = [remark for remark in read_folders({"folders": folders}).remarks if "EXIF" in remark]
    assert len(said) == (number != 1)
    assert all(f"evaluation/a/0.{suffix}" in remark for remark in said)


@pytest.mark.parametrize(("suffix", "kind"), [("gif", "GIF"), ("tif", "TIFF"), ("png", "PNG")])
def test_a_file_of_several_images_is_refused(tmp_path, suffix, kind):
    folders = store(tmp_path)
    more = [Image.fromarray(picture(number)) for number in (91, 92)]
    path = tmp_path / f"attacker/b/9.{suffix}"
    Image.fromarray(FIRST).save(path, kind, save_all=True, append_images=more)
    assert f"{path} holds 3 images" in refusal(folders)


def test_a_photograph_with_its_preview_is_one_image(tmp_path):
    folders = store(tmp_path)
    preview = [Image.fromarray(picture(91))]
    (tmp_path / "evaluation/a/0.png").unlink()
    Image.new("L", (16, 16), 200).save(
        tmp_path / "evaluation/a/0.jpg", "MPO", save_all=True, append_images=preview
    )
    np.testing.assert_allclose(evaluated(folders), 200 / 255, atol=0.01)


def test_the_classes_are_numbered_as_keras_numbers_them(tmp_path):
    """Its loader reads the same files; hidden ones it reads too, so there are none."""
    import tensorflow as tf

    folders = store(tmp_path)
    (tmp_path / "target/a/more").mkdir()
    (tmp_path / "target/a/4.png").rename(tmp_path / "target/a/more/4.png")
    loaded = tf.keras.utils.image_dataset_from_directory(
        folders["target"], color_mode="grayscale", image_size=(16, 16), shuffle=False
    )
    reading = read_folders({"folders": folders})
    ours = {
        name: int(label)
        for part in ("train", "validation")
        for name, label in zip(reading.names[part], reading.parts[part].labels, strict=True)
    }
    labels = np.concatenate([labels for _, labels in loaded.as_numpy_iterator()])
    assert ours == dict(zip(loaded.file_paths, labels.tolist(), strict=True))
    pixels = {
        name: image
        for part in ("train", "validation")
        for name, image in zip(reading.names[part], reading.parts[part].images, strict=True)
    }
    images = np.concatenate([images for images, _ in loaded.as_numpy_iterator()])
    for path, image in zip(loaded.file_paths, images, strict=True):
        np.testing.assert_allclose(pixels[path] * 255, image, atol=1e-4)
    assert len({Path(path).name for path in loaded.file_paths}) == 5


def test_16_bits_of_which_zero_is_white_are_turned(tmp_path):
    def negative(pixels):
        return Image.fromarray(np.uint16(65535) - pixels.astype(np.uint16) * 257)

    folders = store(tmp_path, negative, "tif", tiffinfo={262: 0})
    with Image.open(tmp_path / "evaluation/a/0.tif") as file:
        assert file.tag_v2[262] == 0
    np.testing.assert_allclose(evaluated(folders)[..., 0], FIRST / 255, atol=1e-6)


def test_floats_of_which_zero_is_white_are_refused(tmp_path):
    folders = store(tmp_path)
    path = tmp_path / "evaluation/a/0.tif"
    path.with_suffix(".png").unlink()
    Image.fromarray(FIRST / np.float32(255)).save(path, tiffinfo={262: 0})
    assert f"{path} is a TIFF whose zero is white, of float32" in refusal(folders)


def test_floats_of_a_pfm_are_read_as_they_are(tmp_path):
    folders = store(tmp_path, lambda pixels: Image.fromarray(pixels / np.float32(255)), "pfm")
    np.testing.assert_allclose(evaluated(folders)[..., 0], FIRST / 255, atol=1e-6)


def test_an_image_of_more_pixels_than_pillow_reads_says_so(tmp_path, monkeypatch):
    folders = store(tmp_path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert "has more pixels than are read (Image size (256 pixels)" in refusal(folders)


def test_colour_that_is_not_seen_does_not_bleed_where_images_are_resized(tmp_path):
    def form(hidden):
        def stored(pixels):
            alpha = np.where(np.arange(16) < 7, 255, 0).astype(np.uint8)[np.newaxis].repeat(16, 0)
            red = np.where(alpha > 0, pixels, hidden)
            return Image.fromarray(np.stack([red, pixels, pixels, alpha], axis=-1).astype(np.uint8))

        return stored

    found = [
        read_folders({"folders": store(tmp_path / str(hidden), form(hidden)), "size": [8, 8]})
        for hidden in (0, 255)
    ]
    first, second = (one.parts["evaluation"].images[0] for one in found)
    np.testing.assert_array_equal(first, second)
    assert first.shape == (8, 8, 1)
