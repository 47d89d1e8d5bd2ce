"""What the numbers say, in sentences that hold whatever the numbers are."""

import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from intercept.report.comparing import BESIDE_PLAIN, Measured, against, compare, standing
from intercept.report.formatting import FORMS, count, listed, shortest, span, times
from intercept.report.one_release import OneRelease, undefended_releases
from intercept.report.style import percent
from intercept.report.tables import CEILINGS, FLOOR, judged_groups, searching_attackers
from intercept.report.targets import POST
from intercept.report.wire import sentences

_NAMES = {"within_character": "identification within the character", "skill": "skill"}
_IDENTIFIED = {"within_character": "within the character", "top1": "among all images"}
_IMAGE = {
    "unseen": "an image that the attacker never saw",
    "seen": "an image that the attacker owns as well",
}
_CEILINGS = {
    "autoencoder": "an autoencoder with as many numbers as the wire carries, trained on the "
    "attacker's images and for rebuilding alone, gets",
    "principal_components": "as many principal components of the attacker's images get",
}
_BESIDE_CONTROLS = {
    "lower": "lower than at every control",
    "higher": "higher than at every control",
    "within": "within the range of the controls and their intervals",
}
_BESIDE_UNSEEN = {
    "lower": "lower than on the unseen ones",
    "higher": "higher than on the unseen ones",
    "within": "no different from the unseen ones within their intervals",
}


def findings(summary: pd.DataFrame, baselines: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Say what the attacks got.

    Args:
        summary: the rows of summary.csv, at least one.
        baselines: the rows of baselines.csv.

    Yields:
        Headings and paragraphs, on each undefended release: what leaks of the first target that
        was trained without differential privacy (of the first target, if none was), beside chance
        and beside the post's decoder; the targets trained with noise, and the controls; searching
        among candidates; seen images beside unseen ones; the ceilings. Then what defences at the
        wire change, and how many seeds there are.
    """
    groups = judged_groups(summary)
    releases = list(undefended_releases(summary, baselines)) if groups else []
    for release, rows, of_layer in releases:
        for heading, paragraph in _Paragraphs(rows, of_layer).paragraphs():
            yield f"{heading}, cut at {release}" if len(releases) > 1 else heading, paragraph
    if groups:
        yield from sentences(summary, groups[0])
    seeds = summary["seed"].nunique()
    if seeds == 1:
        yield (
            "Seeds",
            "These are the results of one seed: how far another would differ is not known.",
        )
    else:
        yield (
            "Seeds",
            f"Numbers in these sentences are means over {seeds} seeds, and each interval spans "
            "those of all seeds.",
        )


class _Paragraphs(OneRelease):
    """The paragraphs on one release."""

    def paragraphs(self) -> Iterator[tuple[str, str]]:
        rebuilt = self.best(self.subject, "within_character").known
        if rebuilt:
            yield "The leak", self._leak()
            if self._post_is_another():
                yield "The post's own decoder", self._beside_the_post()
            if self.noisy:
                yield "With DP training", self._with_noise()
            if self.noisy and self.controls:
                yield "Controls", self._beside_the_controls()
        for attacker in searching_attackers(self.summary):
            yield "Candidates known", self._searching(attacker)
        if rebuilt:
            if len(self.groups) > 1:
                yield "Seen images", self._seen()
            if ceilings := [name for name in CEILINGS if self.baseline(name, "skill").known]:
                yield "Ceilings", self._ceilings(ceilings)

    def _spans(self, targets: Sequence[str]) -> str:
        return " and ".join(
            f"{name} "
            + span([self.best(target, measure).value for target in targets], FORMS[measure])
            for measure, name in _NAMES.items()
        )

    def _leak(self) -> str:
        within, among, skill = (
            self.best(self.subject, measure) for measure in ("within_character", "top1", "skill")
        )
        lead = "Without differential privacy" if self.without_dp else "At the first target"
        brackets = "the attacker" if math.isnan(within.low) else "95% intervals and the attacker"
        return (
            f"{lead} ({self.subject}, validation accuracy {self.accuracies([self.subject])}), "
            f"the reconstruction of {_IMAGE[self.group]} is closer to the true image than to any "
            f"other drawing of its character in "
            f"{within.text(percent, by=True, of=' of cases')}"
            f"{against(within, self.baseline(FLOOR, 'within_character'))}, and closest to it "
            f"among all {self.images} images in {among.text(percent, by=True)}"
            f"{against(among, self.baseline(FLOOR, 'top1'))}. Skill is "
            f"{skill.text(FORMS['skill'], by=True)}, where the mean image has 0. In brackets: "
            f"{brackets}."
        )

    def _post_is_another(self) -> bool:
        """Whether the post's decoder is there and some other attacker was chosen."""
        known = self.by(POST, self.subject, "within_character").known
        best = [self.best(self.subject, measure) for measure in self.chosen]
        return known and any(one.attackers != (POST,) for one in best)

    def _beside_the_post(self) -> str:
        within, among, skill = (
            self.by(POST, self.subject, measure)
            for measure in ("within_character", "top1", "skill")
        )
        more = [
            found
            for measure, theirs in (("within_character", within), ("top1", among))
            if (found := self._more_often(measure, theirs))
        ]
        beside = f": the strongest attackers identify {listed(more)}" if more else ""
        return (
            f"It gets {within.text(percent)} within the character, {among.text(percent)} among all "
            f"images, and skill {skill.text(FORMS['skill'])}{beside}."
        )

    def _more_often(self, measure: str, theirs: Measured) -> str:
        ours = self.best(self.subject, measure)
        if ours.attackers == (POST,) or not theirs.value > 0:
            return ""
        note = " (within their intervals)" if compare(ours, theirs) == "within" else ""
        return f"{times(ours.value / theirs.value)} times as often {_IDENTIFIED[measure]}{note}"

    def _with_noise(self) -> str:
        text = (
            f"At noise multiplier {span(self.noise, shortest)}, validation accuracy is "
            f"{self.accuracies(self.noisy)}, and the strongest attackers get "
            f"{self._spans(self.noisy)}."
        )
        if not self.without_dp:
            return text
        stands = {
            measure: standing(self.noisy_beside(measure, [self.subject]), BESIDE_PLAIN)
            for measure in _NAMES
        }
        return f"{text} Beside {self.subject}, {_is(stands)}."

    def _beside_the_controls(self) -> str:
        relations = {measure: self.noisy_beside(measure, self.controls) for measure in _NAMES}
        stands = {
            measure: standing(found, _BESIDE_CONTROLS) for measure, found in relations.items()
        }
        text = (
            f"They have no noise ({', '.join(self.controls)}) and show what a network "
            f"that is merely worse gives away: validation accuracy "
            f"{self.accuracies(self.controls)}, {self._spans(self.controls)}. With noise, "
            f"{_is(stands)}."
        )
        if any(relation != "within" for found in relations.values() for relation in found.values()):
            return text
        return f"{text} These numbers show no protection of the wire by the noise itself."

    def _searching(self, attacker: str) -> str:
        found = self.by(attacker, self.subject, "top1")
        targets = self.summary.loc[self.summary["attacker"] == attacker, "target"].unique()
        values = [self.by(attacker, target, "top1").value for target in targets]
        over_all = f"; over all targets, in {span(values, percent)}" if len(values) > 1 else ""
        return (
            "An eavesdropper who already has the candidates can compare activations instead of "
            f"images: for {self.subject}, {attacker} finds the true one of {self.images} in "
            f"{found.text(percent, of=' of cases')}"
            f"{against(found, self.baseline(FLOOR, 'top1'))}{over_all}."
        )

    def _seen(self) -> str:
        said = []
        for measure, name in _NAMES.items():
            seen = self.best(self.subject, measure, "seen")
            relation = compare(seen, self.best(self.subject, measure))
            stands = standing({self.subject: relation}, _BESIDE_UNSEEN)
            said.append(f"{name} is {seen.text(FORMS[measure])}, {stands}")
        decoder = ""
        if self.best(self.subject, "within_character").attackers != (POST,):
            seen, unseen = (
                self.by(POST, self.subject, "within_character", group)
                for group in ("seen", "unseen")
            )
            if seen.known:
                decoder = (
                    f" The post's decoder identifies {seen.text(percent)} of them within the "
                    f"character, and {unseen.text(percent)} of the unseen ones."
                )
        return (
            f"{count(self.summary['seen_images'].max())} of the evaluation images are "
            f"pixel-identical to images that the attacker owns. On these, for {self.subject} and "
            f"by the same attackers, {'; '.join(said)}.{decoder} Remembering is enough for seen "
            "images: they do not show what the wire gives away."
        )

    def _ceilings(self, names: Sequence[str]) -> str:
        said = [
            f"{_CEILINGS[name]} " + _both({what: self.baseline(name, what) for what in _NAMES})
            for name in names
        ]
        ours = _both({what: self.best(self.subject, what) for what in _NAMES})
        return (
            f"What so few numbers can hold: {'; '.join(said)}. The strongest attackers of "
            f"{self.subject} get {ours}."
        )


def _both(found: Mapping[str, Measured]) -> str:
    return " and ".join(
        f"{_NAMES[measure]} {one.text(FORMS[measure])}" for measure, one in found.items()
    )


def _is(stands: Mapping[str, str]) -> str:
    """Say how each measure stands, in one clause where all stand alike."""
    if len(set(stands.values())) == 1:
        (text,) = set(stands.values())
        return f"{' and '.join(_NAMES[measure] for measure in stands)} are {text}"
    return "; ".join(f"{_NAMES[measure]} is {text}" for measure, text in stands.items())
