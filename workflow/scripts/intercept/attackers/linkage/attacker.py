"""An eavesdropper that has the candidates and a reading of each: which belongs to which?"""

from intercept.attackers.retrieval import attacker as retrieval


class Attacker(retrieval.Attacker):
    """As retrieval it answers with the activation seen; the answers are then assigned jointly."""
