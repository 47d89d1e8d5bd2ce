"""Histories of targets and attackers, for the figures of learning."""

import numpy as np
import pandas as pd


def target_history(target, epochs, seed=1):
    epoch = np.arange(1, epochs + 1)
    accuracy = {"train_accuracy": epoch / 20, "validation_accuracy": epoch / 25}
    return pd.DataFrame({"target": target, "seed": seed, "epoch": epoch, **accuracy})


def attacker_history(target, attacker, seed=1, wire="cut", **columns):
    place = {"target": target, "seed": seed, "wire": wire, "attacker": attacker}
    return pd.DataFrame(place | columns)


def post(target, **place):
    return attacker_history(target, "post", epoch=[1, 2], mse=[0.53, 0.2], **place)


def decoder(target, **place):
    errors = {"mse": [0.1, 0.05], "held_out_mse": [0.09, 0.06]}
    return attacker_history(target, "decoder", epoch=[1, 2], **errors, **place)


def refine(target, **place):
    ranks = {"matching_loss": [40.0, 10.0], "reciprocal_rank": [0.1, 0.2]}
    return attacker_history(target, "refine", step=[0, 1], **ranks, **place)
