"""A decoder that gives the mean image of all that could have sent an activation."""

from collections.abc import Mapping

import numpy as np

from intercept.attackers.decoder.maps import train_on_maps
from intercept.attackers.decoder.settings import Settings
from intercept.attackers.decoder.vectors import train_on_vectors
from intercept.attackers.interface import Knowledge, Outcome
from intercept.attackers.networks import keeps_positions

_PREDICTION_BATCH = 256


class Attacker:
    """Learns from altered copies too, and stops by alphabets that it has not learned from.

    Activations that are maps go through a residual network, which keeps things in their places;
    others through dense layers onto principal components.

    Args:
        settings: epochs, batch size and learning rate.
        seed: initialises the weights and orders the images.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self._settings = settings
        self._seed = seed

    def attack(
        self,
        knowledge: Knowledge,
        observed: Mapping[str, np.ndarray],
        start: Mapping[str, np.ndarray] | None,
        name: str,
    ) -> Outcome:
        """Answer every activation that was seen; see `intercept.attackers.interface`.

        The history is that of `intercept.attackers.fitting.fit_network`.
        """
        fitting, held_out = knowledge.fitting, knowledge.held_out
        maps = keeps_positions(fitting.activations.shape[1:], fitting.images.shape[1:])
        train = train_on_maps if maps else train_on_vectors
        network, history = train(fitting, held_out, self._settings, self._seed, name)
        answers = {
            role: network.predict(activations, batch_size=_PREDICTION_BATCH, verbose=0)
            for role, activations in observed.items()
        }
        return Outcome(answers, history, network)
