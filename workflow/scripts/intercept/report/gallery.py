"""The pictures of the page: each lies in it once, and rows of images point to it."""

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from intercept.report.formatting import FORMS
from intercept.report.frontier import UNDEFENDED
from intercept.report.style import percent
from intercept.report.verdict import Wire
from intercept.report.wire import sent

DEFENDED = 4  # rows of the strip

_MEASURE = "within_character"


@dataclass(frozen=True)
class Picture:
    """What one attack rebuilt of the images that are shown.

    Attributes:
        place: its ``target``, ``seed``, ``wire`` and ``attacker``.
        file: as `intercept.report.pictures.write_pictures` writes it.
    """

    place: Mapping[str, Any]
    file: Path


@dataclass(frozen=True)
class Row:
    """A row of images on the page.

    Attributes:
        number: of its picture, from 1; 0 is that of the originals.
        name: stands beside it.
        said: what was measured.
        place: as that of `Picture`.
        shown: whether the page opens with it.
    """

    number: int
    name: str
    said: str
    place: Mapping[str, Any]
    shown: bool = True


def embedded(path: Path) -> dict[str, Any]:
    """An image file as a data URI, with its size in pixels.

    Raises:
        OSError: it cannot be read.
    """
    with Image.open(path) as image:
        (width, height), kind = image.size, Image.MIME[image.format or ""]
    content = base64.b64encode(Path(path).read_bytes()).decode("ascii")
    return {"uri": f"data:{kind};base64,{content}", "width": width, "height": height}


def attack_rows(
    pictures: Sequence[Picture], summary: pd.DataFrame, group: str, opened: Wire | None
) -> list[Row]:
    """A row for each picture.

    Args:
        pictures: in their order, each of an attack of `summary`.
        summary: the rows of summary.csv.
        group: "unseen" or "seen", whose measures are said.
        opened: the wire whose rows are shown at first, those of the first seed.
    """
    several = summary["seed"].nunique() > 1
    measures = {
        (row["target"], row["wire"], row["attacker"], row["seed"]): row
        for row in summary.to_dict("records")
    }
    rows = []
    for number, picture in enumerate(pictures, start=1):
        target, wire, attacker, seed = (
            picture.place[key] for key in ("target", "wire", "attacker", "seed")
        )
        row = measures[target, wire, attacker, seed]
        skill = FORMS["skill"](row[f"{group}_skill"])
        said = f"{percent(row[f'{group}_{_MEASURE}'])} picked out, skill {skill}"
        shown = (
            opened is not None
            and (target, wire) == (opened.target, opened.name)
            and seed == summary["seed"].iloc[0]
        )
        name = f"{target}, {wire}, {attacker}" + (f", seed {seed}" if several else "")
        rows.append(Row(number, name, said, picture.place, shown))
    return rows


def strip_rows(
    pictures: Sequence[Picture],
    found: Sequence[Wire],
    opened: Wire | None,
    private: Collection[str],
) -> list[Row]:
    """What the strongest attacker rebuilds without a defence, and through up to four.

    Where that target is behind none, it is of the first target trained with differential privacy
    that is cut alike.

    Args:
        pictures: of attacks.
        found: every wire.
        opened: the undefended wire.
        private: the targets that were trained with differential privacy.

    Returns:
        A row for each wire whose strongest attacker has a picture, of the first seed.
    """
    if opened is None:
        return []
    alike = [one for one in found if one.cut_layer == opened.cut_layer]
    behind = [one for one in alike if one.target == opened.target and one.defence != UNDEFENDED]
    trained = [one for one in alike if one.target in private and one is not opened]
    rows = []
    for wire in (opened, *(behind[:DEFENDED] or trained[:1])):
        rebuilt = wire.verdicts[_MEASURE].attacks["rebuilds"]
        for number, picture in enumerate(pictures, start=1):
            attack = picture.place["target"], picture.place["wire"], picture.place["attacker"]
            if attack == (wire.target, wire.name, *rebuilt.attackers):
                name = "no defence" if wire.defence == UNDEFENDED else wire.defence
                if wire.target != opened.target:
                    name = f"trained with DP ({wire.target}), {name}"
                said = (
                    f"{sent(wire)}; server accuracy: {percent(wire.server.value)}; "
                    f"picked out: {percent(rebuilt.value)}"
                )
                rows.append(Row(number, name, said, picture.place))
                break
    return rows
