"""The tables of README.md and docs/results.md, each from what is kept of its study."""

import re
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
from keeping import BOUNDED, MEASURES, kept, runs

from intercept.report.comparing import Measured, difference, relation
from intercept.report.strongest import strongest
from intercept.report.style import percent_at_most, rounded_up, shown_epsilon

_SENT_BY_THE_POST = 32  # numbers
_NEXT_TO_NOTHING = 0.999  # a promise above it is not given as a number
_OF_THE_POST = {
    "no-dp": ("84%", "", "0.0413"),
    "dp-noise-0.7": ("37%", "4.0", ""),
    "dp-noise-0.5": ("45%", "12.5", ""),
    "dp-noise-0.3": ("56%", "84.7", ""),
}
"""As the post prints them: training accuracy, epsilon, the attacker's error on its own images."""

_PUBLISHED = {
    ("white-box", "conv1"): "39.69 / 0.997",
    ("white-box", "ReLU2"): "15.10 / 0.600",
    ("decoder", "conv1"): "40.72 / 0.995",
    ("decoder", "ReLU2"): "20.81 / 0.805",
    ("shadow", "conv1"): "17.60 / 0.742",
    ("shadow", "ReLU2"): "9.61 / 0.498",
}
"""He, Zhang and Lee 2019, MNIST: by our attacker and the layer, PSNR in dB and SSIM."""

_SENT = {
    ("no-dp", "mobile_output"): "the 32 numbers",
    ("no-dp", "mobile_output-noise-8"): "… with noise, R/σ = 8",
    ("no-dp", "mobile_output-noise-4"): "… with noise, R/σ = 4",
    ("no-dp", "mobile_output-noise-2"): "… with noise, R/σ = 2",
    ("no-dp", "mobile_output-shredder-0.01"): "… with noise that was learned, weight 0.01",
    ("no-dp", "mobile_output-shredder-0.1"): "… weight 0.1",
    ("no-dp", "mobile_output-quantisation-1"): "one bit for each number",
    ("no-dp", "mobile_output-sphere-8-noise-4"): "8 numbers of an encoder, R/σ = 4",
    ("no-dp", "mobile_output-sphere-8-instance-10-noise-4"): "… with a penalty on the instance",
    ("no-dp", "mobile_output-sphere-8-noise-2"): "8 numbers of an encoder, R/σ = 2",
    ("no-dp", "mobile_output-codebook-256"): "one of 256 codewords",
    ("no-dp", "mobile_output-codebook-63"): "one of 63 codewords",
    ("no-dp", "mobile_output-codebook-20"): "one of 20 codewords",
    ("plain", "mobile_output"): "32 numbers of `plain`",
    ("nopeek-weight-1", "mobile_output"): "… trained with NoPeek, weight 1",
    ("nopeek-weight-3", "mobile_output"): "… weight 3",
    ("bottleneck-8", "mobile_output"): "8 numbers, trained with a bottleneck",
    ("through-noise", "mobile_output-noise-4"): "32 numbers, trained through noise, R/σ = 4",
}
"""By target and wire what is sent there, in the order of the tables."""

_OF_FACES = {
    ("no-dp", "mobile_output"): "32 numbers",
    ("dp", "mobile_output"): "… of a network trained with differential privacy",
    ("no-dp", "mobile_output-sphere-8-noise-4"): "8 numbers of an encoder, R/σ = 4",
    ("no-dp", "mobile_output-codebook-20"): "one of 20 codewords",
}
"""The same of the faces."""

_IN_SHORT = [
    "mobile_output",
    *(f"mobile_output-noise-{ratio}" for ratio in (8, 4, 2)),
    *("mobile_output-quantisation-1", "mobile_output-sphere-8-noise-4"),
    *("mobile_output-codebook-63", "mobile_output-codebook-20"),
]
"""The wires of `no-dp` that the first table has."""

_SET_SIDE_BY_SIDE = [
    *(("dp-noise-0.3", "no-dp"), ("untrained", "no-dp"), ("dp-noise-0.3", "untrained")),
    *(("dp-noise-0.3", "as-accurate-as-0.3"), ("as-accurate-as-0.3", "no-dp")),
    ("untrained", "as-accurate-as-0.3"),
]
"""Targets of studies/seeds.yaml that are compared."""

_MATCHED = [
    ("clipped-noise-0", "unclipped-noise-0"),
    ("clipped-noise-0.3", "clipped-noise-0"),
    ("clipped-noise-0.3", "unclipped-noise-0"),
]
"""Those of studies/matched-seeds.yaml."""

_BASELINES = {
    "mean_image": "the attacker's mean image",
    "nearest_own_image": "the nearest image of the attacker's, picked by who sees the original",
    "principal_components": "32 principal components of the attacker's images",
    "autoencoder": "an autoencoder of 32 numbers, trained to rebuild",
}
"""By baseline what it is, in the order of the table; a blank image is left out."""

_TRAININGS = {"no-dp": "none (`no-dp`, of another recipe)"}


def _targets() -> list[str]:
    """What came out of each training; in brackets what the post prints."""
    summary = kept("omniglot", "summary")
    rows = []
    for target, of_it in summary.groupby("target", sort=False):
        printed = _OF_THE_POST.get(str(target), ("", "", ""))
        once = of_it.drop_duplicates("seed")
        posts = of_it[of_it["attacker"] == "post"]
        rows.append(
            [
                str(target),
                _with(_over_seeds(once["train_accuracy"], "{:.1%}"), printed[0]),
                _over_seeds(once["validation_accuracy"], "{:.1%}"),
                _with(_over_seeds(once["epsilon_as_the_post_computed"], "{:.3g}"), printed[1]),
                _of_one_training(once["epsilon"]),
                _of_one_training(once["epsilon_replace_one"]),
                _with(_over_seeds(posts["attacker_mse"], "{:.4f}"), printed[2]),
            ]
        )
    return _table(
        [
            *("target", "training accuracy", "validation accuracy", "ε as the post computes it"),
            *("ε, add or remove", "ε, replace", "error of the post's attacker on its own images"),
        ],
        rows,
    )


def _leaks() -> list[str]:
    """What the strongest attacker of each measure got on images that it had never seen."""
    summary, baselines = kept("omniglot", "summary"), kept("omniglot", "baselines")
    plain = summary[summary["wire"] == "mobile_output"]
    chosen = {measure: strongest(plain, measure) for measure in MEASURES}
    of_the_post = baselines["numbers"].isna() | (baselines["numbers"] == _SENT_BY_THE_POST)
    common = baselines[baselines["target"].isna() & of_the_post]
    rows = [
        [
            target,
            *(
                _measured(found[found["target"] == target], measure)
                for measure, found in chosen.items()
            ),
        ]
        for target in plain["target"].unique()
    ]
    rows += [
        [f"*{said}*", *(_over_seeds(of_it[f"unseen_{one}"], _SHOWN[one]) for one in MEASURES)]
        for name, said in _BASELINES.items()
        for of_it in [common[common["baseline"] == name]]
    ]
    heads = ["target", "skill", "within a character", "top-1", "ink F1", "class"]
    return _table(heads, rows)


def _over_trainings(name: str) -> list[str]:
    """What several trainings of each target gave: the mean, the lowest and the highest."""
    summary = kept(name, "summary")
    rows = []
    for target, of_it in summary.groupby("target", sort=False):
        found = {measure: strongest(of_it, measure) for measure in BOUNDED}
        rows.append(
            [
                str(target),
                str(of_it["seed"].nunique()),
                _share(of_it, "validation_accuracy"),
                *(_measured(rows, measure) for measure, rows in found.items()),
                _share(_by(of_it, "retrieval"), "unseen_top1"),
            ]
        )
    return _table(
        [
            *("target", "trainings", "validation accuracy", "within a character"),
            *("top-1", "`retrieval`, top-1"),
        ],
        rows,
    )


def _paired(name: str, targets: Sequence[tuple[str, str]]) -> list[str]:
    """Targets set side by side over the seeds: how much more was got on the first."""
    differences = kept(name, "differences")
    rows = []
    for first, second in targets:
        wires = ((first, "mobile_output"), (second, "mobile_output"))
        found = {one: difference(differences, "unseen", one, *wires) for one in BOUNDED}
        apart = [f"{_apart(value)}: {relation(value)}" for value in found.values()]
        rows.append([f"`{first}` less `{second}`", *apart])
    return _table(["", "within a character, points", "top-1, points"], rows)


def _stops() -> list[str]:
    """What each way of sending gives away of one of the drawings of a character."""
    rows = [
        [
            said,
            _share(of_it, "fine_tuned_accuracy"),
            _share(_by(of_it, "retrieval"), "unseen_within_character"),
            _share(strongest(of_it, "within_character"), "unseen_within_character"),
            _share(of_it, "unseen_within_character_optimum"),
            *(_promised(of_it, f"unseen_{one}_promise") for one in BOUNDED),
        ]
        for said, of_it in _ways_of_sending(_IN_SHORT)
    ]
    return _table(
        [
            *("what is sent", "accuracy of the server", "attacker who has the 20 drawings"),
            *("attacker who rebuilds", "best possible with these drawings"),
            *("promised for any 20 inputs", "… for any 2,120"),
        ],
        rows,
    )


def _wires() -> list[str]:
    """The same among all unseen images, too, with the server part as it was trained."""
    columns = [f"unseen_{measure}" for measure in BOUNDED]
    rows = [
        [
            said,
            " / ".join(_share(of_it, one) for one in ("server_accuracy", "fine_tuned_accuracy")),
            *(
                " / ".join(_share(some, column) for column in columns)
                for some in (
                    _by(of_it, "retrieval"),
                    _by(of_it, "linkage"),
                    strongest(of_it, "within_character"),
                )
            ),
            " / ".join(_share(of_it, f"{column}_optimum") for column in columns),
            " / ".join(_promised(of_it, f"{column}_promise") for column in columns),
        ]
        for said, of_it in _ways_of_sending()
    ]
    return _table(
        [
            *("what is sent", "accuracy, as trained / fine-tuned", "`retrieval`", "linkage"),
            *("strongest that rebuilds", "possible", "promised"),
        ],
        rows,
    )


def _ways_of_sending(wires: Sequence[str] | None = None) -> list[tuple[str, pd.DataFrame]]:
    """What is sent and the rows of it, in the order of `_SENT`: of all, or of these of `no-dp`."""
    summary = kept("omniglot", "summary")
    chosen = list(_SENT) if wires is None else [("no-dp", wire) for wire in wires]
    return [
        (_SENT[target, wire], summary[(summary["target"] == target) & (summary["wire"] == wire)])
        for target, wire in chosen
    ]


def _faces() -> list[str]:
    """What is given away of photographs of faces: who it is, and which of that person's."""
    summary = kept("faces", "summary")
    rows = [
        [
            said,
            _share(of_it, "fine_tuned_accuracy"),
            *(_measured(strongest(of_it, one), one) for one in ("class_top1", "within_character")),
            *(
                _share(_by(of_it, attacker), "unseen_within_character")
                for attacker in ("retrieval", "linkage")
            ),
            _share(of_it, "unseen_within_character_optimum"),
            _promised(of_it, "unseen_top1_promise"),
        ]
        for (target, wire), said in _OF_FACES.items()
        for of_it in [summary[(summary["target"] == target) & (summary["wire"] == wire)]]
    ]
    return _table(
        [
            *("what is sent", "accuracy of the server", "who it is, from what is rebuilt"),
            *("which of ten of that person", "… by who has the ten", "… by who assigns the ten"),
            *("… best possible", "promised for any 100 inputs"),
        ],
        rows,
    )


def _audits() -> list[str]:
    """What an audit found of each epsilon."""
    audits = kept("omniglot", "audits")
    rows = [
        [
            _TRAININGS.get(row["target"], row["target"].removeprefix("dp-noise-")),
            _number(rounded_up(row["epsilon"], 2), "{:.2f}"),
            *(
                _number(np.floor(100 * row[f"audited_{bound}"]) / 100, "{:.2f}")
                for bound in ("this_mechanism", "any_mechanism", "at_most", "outsider")
            ),
            _interval(row, "membership_auc", "{:.3f}"),
        ]
        for _, row in audits.iterrows()
    ]
    return _table(
        [
            *("noise multiplier", "ε stated", "at least, of this mechanism"),
            *("at least, of any mechanism", "most that can be shown of any"),
            *("at least, by an outsider", "membership by loss, AUC"),
        ],
        rows,
    )


def _published() -> list[str]:
    """Attacks on a LeNet beside those that He, Zhang and Lee printed."""
    summary = kept("published-table", "summary")
    layers = list(dict.fromkeys(layer for _, layer in _PUBLISHED))
    rows = []
    for attacker in dict.fromkeys(attacker for attacker, _ in _PUBLISHED):
        of_it, cells = _by(summary, attacker), list[str]()
        for layer in layers:
            there = of_it[of_it["wire"] == layer]
            ours = " / ".join(_measured(there, one) for one in ("psnr", "ssim"))
            cells += [_PUBLISHED[attacker, layer], ours]
        rows.append([f"`{attacker}`", *cells])
    heads = [f"{layer}, {whose}" for layer in layers for whose in ("theirs", "ours")]
    return _table(["attacker", *heads], rows)


def _complexity() -> list[str]:
    """How a character's ink goes with how often its images are picked out."""
    rows = []
    for target, of_it in kept("matched-seeds", "complexity").groupby("target", sort=False):
        by_measure = [of_it[of_it["measure"] == one] for one in BOUNDED]
        told = [f"{(some['value_high'] < 0).sum()} of {len(some)}" for some in by_measure]
        found = [_over_seeds(some["value"], "{:+.2f}") for some in by_measure]
        rows.append([f"`{target}`", found[0], told[0], found[1], told[1]])
    return _table(
        [
            *("target", "within a character", "… interval below 0"),
            *("top-1", "… interval below 0"),
        ],
        rows,
    )


def _runs() -> list[str]:
    """What was run, by which code and on what."""
    shown = runs()[["command", "seeds", "commit", "processor", "processor_hours"]]
    rows = [[f"`{command}`", *rest] for command, *rest in shown.to_numpy().tolist()]
    return _table(["command", "seeds", "commit", "processor", "processor hours"], rows)


MADE: dict[str, Callable[[], list[str]]] = {
    "targets": _targets,
    "leaks": _leaks,
    "trainings": partial(_over_trainings, "omniglot-seeds"),
    "paired": partial(_paired, "omniglot-seeds", _SET_SIDE_BY_SIDE),
    "matched": partial(_over_trainings, "matched-seeds"),
    "matched-paired": partial(_paired, "matched-seeds", _MATCHED),
    "stops": _stops,
    "wires": _wires,
    "faces": _faces,
    "audits": _audits,
    "published": _published,
    "complexity": _complexity,
    "runs": _runs,
}
"""By name what makes the lines of a table."""

_SHOWN = {
    "skill": "{:+.2f}",
    "ink_f1": "{:.2f}",
    "psnr": "{:.2f}",
    "ssim": "{:.3f}",
} | dict.fromkeys(("within_character", "top1", "class_top1"), "{:.1%}")


def _measured(rows: pd.DataFrame, measure: str) -> str:
    """Of one seed with its interval over images; of several their mean, lowest and highest."""
    column, shown = f"unseen_{measure}", _SHOWN[measure]
    if len(rows) != 1:
        return _over_seeds(rows[column], shown)
    return _interval(rows.iloc[0], column, shown)


def _interval(row: pd.Series, column: str, shown: str) -> str:
    value, low, high = (shown.format(row[f"{column}{end}"]) for end in ("", "_low", "_high"))
    return f"{value} ({low} to {high})"


def _over_seeds(values: pd.Series, shown: str) -> str:
    known = values.dropna()
    if known.empty:
        return "–"
    if known.nunique() == 1:
        return shown.format(known.iloc[0])
    low, high = shown.format(known.min()), shown.format(known.max())
    return f"{shown.format(known.mean())} ({low} to {high})"


def _apart(found: Measured) -> str:
    """A difference of shares with its interval, in percentage points."""
    value, low, high = (f"{100 * one:+.1f}" for one in (found.value, found.low, found.high))
    return f"{value} ({low} to {high})"


def _of_one_training(epsilons: pd.Series) -> str:
    return shown_epsilon(epsilons.max())


def _share(rows: pd.DataFrame, column: str) -> str:
    """Of rows of one wire, of which several attackers have one value each seed."""
    return _over_seeds(rows.drop_duplicates("seed")[column], "{:.1%}")


def _promised(rows: pd.DataFrame, column: str) -> str:
    promise = rows[column].max()
    if promise >= 1:
        return "nothing"
    if promise > _NEXT_TO_NOTHING:
        return f"over {_NEXT_TO_NOTHING:.1%}"
    return f"at most {percent_at_most(promise)}"


def _by(rows: pd.DataFrame, attacker: str) -> pd.DataFrame:
    return rows[rows["attacker"] == attacker]


def _number(value: float, shown: str) -> str:
    return "–" if pd.isna(value) else shown.format(value)


def _with(ours: str, of_the_post: str) -> str:
    return f"{ours} [{of_the_post}]" if of_the_post else ours


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return [re.sub(r"(?<=[ (])-(?=\d)", "−", f"| {' | '.join(cells)} |") for cells in lines]
