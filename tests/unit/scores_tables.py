"""Files like scores.csv of attacks on the same images, and rows of summary.csv made from them."""

import numpy as np
import pandas as pd
from report_rows import row

from intercept.metrics.intervals import ratio_of_sums
from intercept.report.scores import NUMERATORS, character_sums, denominator
from intercept.report.summary import GROUPS

LABELS = np.repeat(np.arange(3), 40)  # three alphabets of ten characters of four drawings
CHARACTERS = np.repeat(np.arange(30), 4)
ALONE = CHARACTERS == 29  # as if there were no other drawings of the last
BASELINE = 0.05 + 0.001 * np.arange(len(LABELS))


def scores_of(random, level, rebuilds=True):
    """The columns of scores.csv of one attack, which identifies at `level` of 1 and is as good."""
    tables = []
    for group in GROUPS:
        hits = {name: random.random(len(LABELS)) < level for name in ("within_character", "top1")}
        scores = {name: hit.astype(float) for name, hit in hits.items()} | {"top5": 1.0}
        if rebuilds:
            scores |= {
                "squared_error": BASELINE * random.normal(1 - level, 0.05, len(LABELS)),
                "mean_image_squared_error": BASELINE,
                "class_top1": np.where(ALONE, np.nan, random.random(len(LABELS)) < level),
            }
        place = {"image": np.arange(len(LABELS)), "label": LABELS, "character": CHARACTERS}
        place["drawn_by"] = "character"
        tables.append(pd.DataFrame(place | {"group": group} | scores))
    return pd.concat(tables, ignore_index=True)


def study(folder, attacks, seeds=(1,)):
    """Write the scores of attacks and read them as the jobs do.

    Args:
        folder: where to.
        attacks: for each the keywords of `row` (target, wire, attacker, held_out ...), with its
            ``level``: one number, or one for each seed.
        seeds: those of the study.

    Returns:
        The rows as summary.csv has them before anything is added over seeds, and the sums of each.
    """
    rows, sums = [], []
    random = np.random.default_rng(0)
    for attack in attacks:
        levels = np.broadcast_to(attack["level"], len(seeds))
        named = {name: value for name, value in attack.items() if name != "level"}
        for seed, level in zip(seeds, levels, strict=True):
            made = row(seed=seed, **named)
            table = scores_of(random, level, made["rebuilds"])
            path = folder / "-".join([made["target"], made["wire"], made["attacker"], f"{seed}"])
            table.to_csv(path, index=False)
            sums.append(character_sums(path))
            made |= _measures(sums[-1])
            rows.append(made)
    return pd.DataFrame(rows), sums


def _measures(sums):
    """The columns of summary.csv that come from the scores of one attack."""
    columns = {}
    for group in GROUPS:
        of_group = sums.loc[group]
        for measure, above in NUMERATORS.items():
            if above in of_group:
                labels = of_group.index.get_level_values("label").to_numpy()
                scores = (of_group[name].to_numpy() for name in (above, denominator(measure)))
                found = ratio_of_sums(*scores, labels, np.arange(len(labels)), 0, resamples=200)
                for end, value in found.as_record().items():
                    name = f"{group}_{measure}"
                    columns[name if end == "value" else f"{name}_{end}"] = value
    return columns
