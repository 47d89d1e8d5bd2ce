"""How the targets learned, where any did."""

from collections.abc import Iterator

from intercept.report.figures.entry import Entry, Figure
from intercept.study import Study


def _entries(study: Study) -> Iterator[Entry]:
    if any(settings.training_epochs for settings in study.targets.values()):
        trainings = study.trainings()
        yield Entry(
            "training",
            "How the targets learned",
            "Accuracy over the epochs on the training set and on the validation set, a line for "
            "each target.",
            names={"targets": list(dict.fromkeys(place["target"] for place in trainings))},
            places=trainings,
        )


FIGURE = Figure("training", 0, "Training", ("training_histories",), _entries)
