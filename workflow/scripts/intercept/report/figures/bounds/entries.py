"""Attacked, possible and promised, where a wire has noise."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure, rebuilding
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    defences = [wire.defence for wire in study.wires.values()]
    if rebuilding(study) and any(hasattr(one, "clip_to_noise_ratio") for one in defences):
        yield Entry(
            "bounds",
            "Attacked, possible and promised",
            "Over the ratio of clip to noise, three marks for each noisy wire: the strongest "
            "attack, what is possible and what is promised; the numbers are in the tables above.",
        )


FIGURE = Figure("wire", 0, "Results", ("summary",), _entries)
