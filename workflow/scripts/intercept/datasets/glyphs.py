"""``glyphs``: synthetic handwriting in 16 real scripts, drawn on the spot instead of downloaded.

Importing this module makes the data set known to TensorFlow Datasets::

    import intercept.datasets.glyphs
    builder = tfds.builder("glyphs", data_dir=folder, try_gcs=False)
    builder.download_and_prepare()

It stands in for Omniglot, with the same features and image format, wherever nothing can be
fetched.
"""

import math
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, ClassVar

import matplotlib
import numpy as np
import tensorflow_datasets as tfds
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import map_coordinates
from skimage.morphology import skeletonize

SIDE = 105  # pixels, as in Omniglot
HANDS = 20  # hands that draw each letter, as in Omniglot

# The alphabets of each split. The target's are the Latin alphabet and its kin, so that look-alikes
# such as Greek theta and Old Italic heta lie in one split; letters that resemble those of another
# split are left out. Spaces keep editors from joining the Arabic letters.
SCRIPTS = {
    "test": {
        "Armenian": "ա բ դ է թ ժ խ մ փ շ պ ջ ռ տ ք",
        "Coptic": "ϣ ϥ ϧ ϩ ϫ ϭ ϯ",
        "Cyrillic": "д ж й л ц щ ъ ы э ю я ѣ ѫ њ",
        "Greek": "α β γ ε ζ θ λ μ ξ π σ φ ψ ω",
        "Latin": "a b e f g h j k m n r s t w",
        "Lisu": "ꓐ ꓓ ꓖ ꓘ ꓝ ꓠ ꓣ ꓤ ꓧ ꓯ ꓱ ꓷ",
        "Old_Italic": "𐌀 𐌄 𐌇 𐌈 𐌌 𐌍 𐌎 𐌏 𐌐 𐌒 𐌔 𐌕 𐌖 𐌙",
    },
    "small1": {
        "Canadian_Syllabics": "ᓀ ᓂ ᓭ ᖬ ᔦ ᔭ ᕃ ᕋ ᕓ ᕙ",
        "Georgian_Asomtavruli": "Ⴃ Ⴄ Ⴆ Ⴇ Ⴊ Ⴋ Ⴐ Ⴕ Ⴛ Ⴞ",
        "Georgian_Mkhedruli": "ა ბ დ თ ლ მ ფ ღ შ ჭ",
        "Hebrew": "א ב ג ה ט ל מ ע צ ש",
    },
    "small2": {
        "Arabic": "ث ج ص ط ك",
        "Lao": "ກ ຂ ຜ ສ ຮ",
        "Nko": "ߘ ߜ ߝ ߤ ߧ",
        "Ogham": "ᚃ ᚇ ᚍ ᚕ ᚖ",
        "Tifinagh": "ⴼ ⴽ ⵄ ⵞ ⵥ",
    },
}

_DESCRIPTION = """\
SYNTHETIC handwriting: nobody wrote these letters. The centre line of each of 155 letters of 16 real
scripts comes from the DejaVu Sans font; 20 imagined hands then draw it, each with a slant, a
proportion, a wobble, a size, a place and a pen of its own, all derived from the letter and the
number of the hand. The images look like Omniglot's and have its features, but say nothing about how
people write. The three splits share no script: `test` has 90 letters, `small1` 40, `small2` 25.
"""
_LICENSE = (
    "The letters are drawn from the DejaVu fonts, which are free: Bitstream Vera and Arev Fonts "
    "licences, changes in the public domain."
)

_FONT_SIZE = 200  # pixels; a centre line then has about two points for each pixel of an image
_FRAME_MARGIN = 2  # pixels of paper around the ink, at least
_SHIFT = 10  # pixels off the middle of the frame, along each axis, at most


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    path = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    # The basic layout needs no shaping library, whose presence differs between machines.
    return ImageFont.truetype(str(path), _FONT_SIZE, layout_engine=ImageFont.Layout.BASIC)


@cache
def centre_line(letter: str) -> np.ndarray:
    """The path of an ideal pen: the skeleton of the font's letter.

    Args:
        letter: one character that DejaVu Sans draws.

    Returns:
        float64 [n, 2], points (x, y) with y downwards, centred on the origin, the longer side of
        their bounding box 1.

    Raises:
        ValueError: the font draws nothing there.
    """
    left, top, right, bottom = _font().getbbox(letter)
    if right <= left or bottom <= top:
        raise ValueError(f"DejaVu Sans draws nothing for {letter!r}")
    pad = 2  # the skeleton needs paper on all sides
    size = math.ceil(right - left) + 2 * pad, math.ceil(bottom - top) + 2 * pad
    canvas = Image.new("L", size)
    ImageDraw.Draw(canvas).text((pad - left, pad - top), letter, font=_font(), fill=255)
    rows, columns = np.nonzero(skeletonize(np.asarray(canvas) > 127))
    points = _centred(np.stack([columns, rows], axis=1).astype(float))
    return points / np.ptp(points, axis=0).max()


def draw(letter: str, hand: int) -> np.ndarray:
    """One letter as one hand writes it; the same for the same arguments.

    Args:
        letter: one character that DejaVu Sans draws.
        hand: the number of the hand, 0 or more.

    Returns:
        uint8 [105, 105, 3], three equal channels of ink (0) on paper (255), all ink in the frame.

    Raises:
        ValueError: the font draws nothing there, or ``hand`` is negative.
    """
    rng = np.random.default_rng([ord(letter), hand])
    # Slant in radians; the proportion's exponential stretches one axis and shrinks the other.
    slant, shear, proportion = rng.uniform([-0.2, -0.2, -0.15], [0.2, 0.2, 0.15])
    # Hands that write 54 to 80 pixels large with a pen 4 to 5.6 pixels wide give Omniglot's ink.
    size, radius = rng.uniform([54, 2], [80, 2.8])
    points = centre_line(letter)
    points = points + _wobble(points, rng)
    rotation = np.array([[np.cos(slant), -np.sin(slant)], [np.sin(slant), np.cos(slant)]])
    stretch = np.array([[np.exp(proportion), shear], [0, np.exp(-proportion)]])
    points = _centred(points @ (rotation @ stretch).T)
    points *= size / np.ptp(points, axis=0).max()
    room = SIDE / 2 - _FRAME_MARGIN - radius - np.ptp(points, axis=0) / 2
    place = SIDE / 2 + rng.uniform(-1, 1, 2) * np.minimum(room, _SHIFT)
    return _ink(points + place, radius)


def _centred(points: np.ndarray) -> np.ndarray:
    return points - (points.min(axis=0) + points.max(axis=0)) / 2


def _wobble(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Smooth random displacements: a cubic spline through a coarse grid of normal numbers."""
    knots = rng.normal(0, 0.04, (2, 4, 4))
    places = (points.T + 0.5) * 3
    return np.stack([map_coordinates(grid, places, mode="nearest") for grid in knots], axis=1)


def _ink(points: np.ndarray, radius: float) -> np.ndarray:
    """Stamp a disc of ``radius`` pixels on paper at every point (x, y)."""
    reach = int(np.ceil(radius))
    pixels = np.floor(points).astype(int)[:, :, None] + np.arange(-reach, reach + 1)
    across, down = np.moveaxis((pixels + 0.5 - points[:, :, None]) ** 2, 1, 0)
    point, row, column = np.nonzero(down[:, :, None] + across[:, None, :] <= radius**2)
    image = np.full((SIDE, SIDE, 3), 255, np.uint8)
    image[pixels[point, 1, row], pixels[point, 0, column]] = 0
    return image


class Glyphs(tfds.core.GeneratorBasedBuilder):
    """The TFDS builder ``glyphs``: splits ``test``, ``small1`` and ``small2``, and no download.

    Features: ``image`` uint8 [105, 105, 3], 0 or 255; ``alphabet``, one of 16 classes;
    ``alphabet_char_id`` int64, the letter within its alphabet, from 0; ``label``, one of 155
    classes, the letter among all.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {"1.0.0": "First version."}

    def _info(self) -> tfds.core.DatasetInfo:
        letters = {name: text.split() for part in SCRIPTS.values() for name, text in part.items()}
        names = [f"{name}_{i}" for name in sorted(letters) for i in range(len(letters[name]))]
        return tfds.core.DatasetInfo(
            builder=self,
            description=_DESCRIPTION,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(SIDE, SIDE, 3), encoding_format="png"),
                    "alphabet": tfds.features.ClassLabel(names=sorted(letters)),
                    "alphabet_char_id": np.int64,
                    "label": tfds.features.ClassLabel(names=names),
                }
            ),
            supervised_keys=("image", "label"),
            homepage="https://dejavu-fonts.github.io/",
            license=_LICENSE,
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Any]:
        return {split: self._generate_examples(scripts) for split, scripts in SCRIPTS.items()}

    def _generate_examples(self, scripts: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
        for script, letters in scripts.items():
            for number, letter in enumerate(letters.split()):
                for hand in range(HANDS):
                    yield (
                        f"{script}_{number}_{hand}",
                        {
                            "image": draw(letter, hand),
                            "alphabet": script,
                            "alphabet_char_id": number,
                            "label": f"{script}_{number}",
                        },
                    )
