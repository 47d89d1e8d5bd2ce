"""A table of attacks for the figures of what leaks, and scores of each image to go with it."""

import numpy as np
import pandas as pd
from report_rows import row

ATTACKERS = ("post", "decoder", "refine", "prior", "retrieval")
TARGETS = (
    "no-dp",
    "dp-noise-0.7",
    "dp-noise-0.5",
    "dp-noise-0.3",
    "clip-only",
    "untrained",
    "as-accurate-as-0.7",
    "as-accurate-as-0.3",
)
RANDOM = np.random.default_rng(20200515)


def table(targets=TARGETS[:2], attackers=ATTACKERS, seeds=(1,)):
    """Attacks whose skill rises with the place of the attacker, but for refine's."""
    rows = []
    for target in targets:
        for seed in seeds:
            for place, attacker in enumerate(attackers):
                shift = 0.05 * place + 0.01 * seed
                skill = np.nan if attacker == "retrieval" else 0.1 + shift
                scores = {"skill": skill, "within_character": 0.2 + shift, "top1": 0.1 + shift}
                held_out = dict(scores)
                if attacker == "refine":
                    scores["skill"] = held_out["skill"] = -0.98
                    held_out["within_character"] = 0.9
                rows.append(
                    row(target, attacker, unseen=scores, seen=scores, held_out=held_out, seed=seed)
                )
    return pd.DataFrame(rows)


def scores_of(summary, groups=("unseen", "seen"), images=40):
    """Rows of scores.csv, drawn at random, for every attack of a table."""
    parts = []
    for attack in summary.itertuples():
        for group in groups:
            nearer = RANDOM.integers(0, images, images)
            place = {"target": attack.target, "seed": attack.seed, "attacker": attack.attacker}
            parts.append(pd.DataFrame(place | {"group": group, "nearer": nearer, "equal": 1}))
    return pd.concat(parts, ignore_index=True)


def small(summary):
    """The same attacks, judged by as many images as `scores_of` gives each."""
    return summary.assign(unseen_images=40, seen_images=40)
