"""What the numbers say, in sentences that hold whatever the numbers are."""

import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from intercept.report.comparing import NOT_COMPARED, Measured, beside_chance
from intercept.report.formatting import FORMS, count, shortest, span
from intercept.report.one_release import OneRelease, undefended_releases
from intercept.report.strongest import posts_decoder
from intercept.report.style import percent
from intercept.report.tables import CEILINGS, FLOOR, judged_groups, searching_attackers
from intercept.report.wire import sentences

_NAMES = {"within_character": "identification within the character", "skill": "skill"}
_IMAGE = {
    "unseen": "an image that the attacker never saw",
    "seen": "an image that the attacker owns as well",
}
_CEILINGS = {
    "autoencoder": "an autoencoder with as many numbers as the wire carries, trained on the "
    "attacker's images and for rebuilding alone, gets",
    "principal_components": "as many principal components of the attacker's images get",
}


def findings(
    summary: pd.DataFrame, baselines: pd.DataFrame, differences: pd.DataFrame
) -> Iterator[tuple[str, str]]:
    """Say what the attacks got.

    Args:
        summary: the rows of summary.csv, at least one.
        baselines: the rows of baselines.csv.
        differences: the rows of differences.csv.

    Yields:
        Headings and paragraphs, on each undefended release: what leaks of the first target that
        was trained without differential privacy (of the first target, if none was), beside chance
        and beside the post's decoder; the targets trained with noise, and the controls matched
        with them; searching among candidates; seen images beside unseen ones; the ceilings. Then
        what defences at the wire change, and how many seeds there are.
    """
    groups = judged_groups(summary)
    releases = list(undefended_releases(summary, baselines)) if groups else []
    for release, rows, of_layer in releases:
        for heading, paragraph in _Paragraphs(rows, of_layer, differences).paragraphs():
            yield f"{heading}, cut at {release}" if len(releases) > 1 else heading, paragraph
    if groups:
        yield from sentences(summary, groups[0])
    seeds = summary["seed"].nunique()
    if seeds == 1:
        yield (
            "Seeds",
            "These are the results of one seed, and no two rows are compared: another training of "
            "the target or of the attacker could turn their difference round.",
        )
    else:
        yield (
            "Seeds",
            f"Numbers in these sentences are means over {seeds} seeds. A row is called lower or "
            "higher than another only where the 95% interval of their paired difference over the "
            "seeds leaves out zero (differences.csv).",
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
            f"{beside_chance(self.baseline(FLOOR, 'within_character'))}, and closest to it "
            f"among all {self.images} images in {among.text(percent, by=True)}"
            f"{beside_chance(self.baseline(FLOOR, 'top1'))}. Skill is "
            f"{skill.text(FORMS['skill'], by=True)}, where the mean image has 0. In brackets: "
            f"{brackets}."
        )

    def _posts(self, measure: str, group: str | None = None) -> Measured:
        """What the post's decoder gets of the subject, if it is there."""
        return self.by(posts_decoder(self.summary) or "", self.subject, measure, group)

    def _post_is_another(self) -> bool:
        """Whether the post's decoder is there and some other attacker was chosen."""
        known = self._posts("within_character").known
        best = [self.best(self.subject, measure) for measure in self.chosen]
        return known and any(one.attackers != (posts_decoder(self.summary),) for one in best)

    def _beside_the_post(self) -> str:
        within, among, skill = (
            self._posts(measure) for measure in ("within_character", "top1", "skill")
        )
        return (
            f"It gets {within.text(percent)} within the character, {among.text(percent)} among all "
            f"images, and skill {skill.text(FORMS['skill'])}; "
            f"{self._verdict([self.subject], None)}."
        )

    def _with_noise(self) -> str:
        text = (
            f"At noise multiplier {span(self.noise, shortest)}, validation accuracy is "
            f"{self.accuracies(self.noisy)}, and the strongest attackers get "
            f"{self._spans(self.noisy)}."
        )
        if self.controls:
            said = [
                self._without_noise(control, self.but_for(control), private)
                for control, private in self.controls.items()
            ]
            return " ".join([text, *said])
        unmatched = (
            f"{text} This study has no control without noise that is like them in network, "
            "sampler, learning rate and steps, so that it does not say what the noise does."
        )
        if not self.without_dp:
            return unmatched
        also = self._without_noise(self.subject, "which differs in more than the noise", self.noisy)
        return f"{unmatched} {also}"

    def _without_noise(self, target: str, what: str, private: Sequence[str]) -> str:
        return (
            f"With {target}, {what}, validation accuracy is {self.accuracies([target])}, and they "
            f"get {self._spans([target])}; {self._verdict(private, target)}."
        )

    def _verdict(self, targets: Sequence[str], other: str | None) -> str:
        """How the targets stand to another, or to what the post's decoder gets of the same."""
        if self.seeds == 1:
            return NOT_COMPARED
        stands = {measure: self.beside(measure, targets, other) for measure in _NAMES}
        of = "the strongest attackers'" if other is None else "the private targets'"
        return f"beside it, over {self.seeds} seeds, {of} {_is(stands)}"

    def _searching(self, attacker: str) -> str:
        found = self.by(attacker, self.subject, "top1")
        targets = self.summary.loc[self.summary["attacker"] == attacker, "target"].unique()
        values = [self.by(attacker, target, "top1").value for target in targets]
        over_all = f"; over all targets, in {span(values, percent)}" if len(values) > 1 else ""
        return (
            "An eavesdropper who already has the candidates can compare activations instead of "
            f"images: for {self.subject}, {attacker} finds the true one of {self.images} in "
            f"{found.text(percent, of=' of cases')}"
            f"{beside_chance(self.baseline(FLOOR, 'top1'))}{over_all}."
        )

    def _seen(self) -> str:
        said = [
            f"{name} is {self.best(self.subject, measure, 'seen').text(FORMS[measure])} (on the "
            f"unseen ones {self.best(self.subject, measure).text(FORMS[measure])})"
            for measure, name in _NAMES.items()
        ]
        decoder = ""
        if self.best(self.subject, "within_character").attackers != (posts_decoder(self.summary),):
            seen, unseen = (self._posts("within_character", group) for group in ("seen", "unseen"))
            if seen.known:
                decoder = (
                    f" The post's decoder identifies {seen.text(percent)} of them within the "
                    f"character, and {unseen.text(percent)} of the unseen ones."
                )
        return (
            f"{count(self.summary['seen_images'].max())} of the evaluation images are "
            f"pixel-identical to images that the attacker owns. On these, for {self.subject} and "
            f"by the same attackers, {' and '.join(said)}.{decoder} Remembering is enough for seen "
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
