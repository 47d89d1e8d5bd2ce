"""What a configuration may hold, but for the settings of recipes, defences and attackers."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from intercept.attackers.settings import Augmentation
from intercept.audit.settings import Audit
from intercept.datasets.identities import SHARES
from intercept.defences.settings import refuse_what_guessing_has
from intercept.settings import Model, PathText

_NAMES = "a name of letters, digits, '.', '-' and '_'"
_FILES = (".h5", ".json", ".csv", ".html", ".pdf", ".txt", ".tsv")  # that lie beside folders


def _no_file(name: str) -> str:
    """A name that is also a folder's, beside which files of the study lie."""
    if name.endswith(_FILES):
        raise ValueError(f"{_NAMES} that does not end with {name[name.rindex('.') :]}, as a file's")
    return name


Name = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", json_schema_extra={"allowed": _NAMES}),
    AfterValidator(_no_file),
]

_BOUND = r"(-?[0-9][0-9_.]*(%|shard)?)?"
_SLICE = rf"[A-Za-z0-9_-]+(\[{_BOUND}(:{_BOUND})?\])?"
_LAYERS = "the name or path of a layer, of letters, digits, '.', '-', '_', '@' and '/'"


def _as_named(layer: str) -> str:
    """A path of layers as networks name them, and as it can stand in paths of files."""
    return layer.replace("/", ".")


Layer = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/@-]*$", json_schema_extra={"allowed": _LAYERS}),
    AfterValidator(_as_named),
    AfterValidator(_no_file),
]

_Split = Annotated[
    str,
    Field(
        pattern=rf"^{_SLICE}( *\+ *{_SLICE})*$",
        json_schema_extra={
            "allowed": 'a TFDS split expression such as "test[:11000]" or "train+test[:10%]"'
        },
    ),
]
_Feature = Annotated[
    str,
    Field(min_length=1, json_schema_extra={"allowed": "the name of a feature of the data set"}),
]
_Folder = Annotated[
    PathText, Field(min_length=1, json_schema_extra={"allowed": "the path of a folder"})
]


def _entries(what: str) -> dict[str, Any]:
    return {"allowed": f"one {what} or more, each under a name of its own", "names": _NAMES}


class Splits(Model):
    """Which images of a data set are whose, as TFDS split expressions.

    The sets must share no image; see `allow_overlap`.
    """

    train: _Split = Field(description="The target learns these.")
    validation: _Split = Field(description="The target's accuracy is judged on these.")
    attacker: _Split = Field(description="The adversary owns these.")
    evaluation: _Split = Field(description="These cross the wire; the adversary wants them back.")


class Features(Model):
    """Which features of a data set serve as what."""

    image: _Feature = Field(description="The image.")
    label: _Feature = Field(description="The class that the target learns.")
    character: _Feature = Field(description="The identity shared by images of the same thing.")


class Folders(Model):
    """Folders of images, in each a folder for every class."""

    target: _Folder = Field(description="The target learns these, or has learned them.")
    attacker: _Folder = Field(description="The adversary owns these.")
    evaluation: _Folder = Field(description="These cross the wire; the adversary wants them back.")
    validation: _Folder | None = Field(
        None,
        description="The target's accuracy is judged on these, of its classes, which it has not "
        "learned. Left out, every fifth image of each class of `target` is set apart for that; a "
        "network from elsewhere may have learned these, too.",
    )


class Shares(Model):
    """How one folder is divided: shares of its images, of any sum.

    No identity is in two sets, so that shares are met as nearly as their sizes allow.
    """

    target: float = Field(gt=0, description="The target learns most of these.")
    attacker: float = Field(gt=0, description="The adversary owns these.")
    evaluation: float = Field(gt=0, description="These cross the wire.")


class Pattern(Model):
    """Identities in the names of files."""

    pattern: str = Field(
        description="A regular expression of Python with one group, which is the identity.",
        json_schema_extra={"allowed": 'an expression with one group, such as "^([^_]+)_"'},
    )

    @field_validator("pattern")
    @classmethod
    def _with_one_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(
                f'an expression with one group, such as "^([^_]+)_" ({error})'
            ) from error
        if groups != 1:
            raise ValueError(f'one with one group, such as "^([^_]+)_"; this has {groups}')
        return pattern


_IDENTITY = (
    "class, folder, {pattern: …} with an expression of one group, or {table: …, column: …} with "
    "the path of a CSV file and its column of identities"
)


class Table(Model):
    """Identities in a table."""

    table: PathText = Field(
        min_length=1,
        description="A CSV file with a column `file`: names of files, or their paths behind the "
        "folder that has the classes.",
        json_schema_extra={"allowed": "the path of a CSV file"},
    )
    column: str = Field(
        min_length=1,
        description="Its column of identities.",
        json_schema_extra={"allowed": "the name of a column"},
    )


_Side = Annotated[int, Field(ge=1)]


class Dataset(Model):
    """The images, with `splits` and `features`, with `folders` or with one `folder`."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_]*(/[A-Za-z0-9_+.-]+)?(:[0-9]+\.[0-9]+\.[0-9]+)?$",
        description="An image set of TensorFlow Datasets, with its configuration and version where "
        "these are to be other than the default (`emnist/letters:3.1.0`); or `mnist_5k`, "
        "handwritten digits that need no download; or with `folders` a name of your own.",
        json_schema_extra={
            "allowed": "the name of a TensorFlow Datasets image set, such as mnist or "
            "emnist/letters:3.1.0, or mnist_5k, or a name of a-z, 0-9 and _ for your folders"
        },
    )
    splits: Splits | None = Field(None, description="Which images are whose.")
    features: Features | None = Field(None, description="Which features serve as what.")
    folders: Folders | None = Field(None, description="Images of your own.")
    folder: _Folder | None = Field(
        None,
        description="Images of your own in one folder, in it one for every class, to be divided by "
        "`shares`.",
    )
    shares: Shares | None = Field(
        None,
        description="How `folder` is divided, all three; left out, "
        + ", ".join(f"{share:g} for {role}" for role, share in SHARES.items())
        + ".",
    )
    identity: Literal["class", "folder"] | Pattern | Table | None = Field(
        None,
        description="Whom or what an image of a folder shows, where that is another thing than the "
        "class: `folder`, the folder within the class's; `{pattern: …}` in the file's name; "
        "`{table: …, column: …}`. No identity of `folder` is then in two sets, and evaluation "
        "images of one identity are told from one another as others' characters are. `class` keeps "
        "classes apart, for networks that recognise people. Left out, images are divided one by "
        "one, and the class is what they show alike.",
    )
    size: tuple[_Side, _Side] | None = Field(
        None,
        strict=False,
        description="Height and width in pixels that all images are brought to: cropped in the "
        "middle, then resized (bilinear, antialiased).",
    )
    allow_overlap: bool = Field(
        False,
        description="true: the attacker's set and the evaluation set may share images, which are "
        "then reported apart as `seen`. false: sharing is refused.",
    )

    @field_validator("identity", mode="wrap")
    @classmethod
    def _one_of_four_forms(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            said = [one["ctx"]["error"] for one in error.errors() if one["type"] == "value_error"]
            raise ValueError(str(said[0]) if said else _IDENTITY) from None

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        given = [name for name in ("folders", "folder", "splits", "features") if self._has(name)]
        own = [name for name in given if name in ("folders", "folder")]
        if own and len(given) > 1:
            raise ValueError(f"has {given[0]} and {given[1]}; give one: folders have no splits")
        for name in () if own else ("splits", "features"):
            if not self._has(name):
                raise ValueError(f"has none of {name}, folders and folder; add one of them")
        if self.shares and "folder" not in own:
            raise ValueError("has shares, by which folder is divided, and no folder; take them out")
        if self.identity and not own:
            raise ValueError(
                "has identity, which is for images in folders; take it out: here "
                "features.character says it"
            )
        return self

    def _has(self, name: str) -> bool:
        return getattr(self, name) is not None


class TargetEntry(
    Model, extra="allow", json_schema_extra={"allowed": "its recipe and settings, or its model"}
):
    """One way of training the target, or a network from elsewhere: the settings of its recipe."""

    recipe: str | None = Field(
        None,
        description="The recipe of training. With `model`, `recording` or `command` it is left "
        "out: nothing is trained.",
    )


class WireEntry(
    Model,
    extra="allow",
    json_schema_extra={"allowed": "its cut_layers, and what else is to be set"},
):
    """A wire of each layer at each strength of the defence, which has its settings here.

    The entry's name only names it: a wire is called after its layer and defence. Several entries
    may make the same wire of different targets.
    """

    cut_layers: list[Layer] = Field(
        min_length=1,
        description="Layers behind which the network is cut. One in a network inside another is "
        "named by its path, `backbone/block_3` or `backbone.block_3`, or by the end of that if "
        "there is no other; a layer that is called twice `relu@1` or `relu@2`. In ONNX it is a "
        "tensor; of a recording and of a command it is `output`.",
    )
    defence: str = Field(
        "none", description="What the device does to the activation before it sends it."
    )
    targets: list[Name] | None = Field(
        None, min_length=1, description="Names of the targets that are cut so; by default all."
    )
    attackers: list[Name] | None = Field(
        None, min_length=1, description="Names of the attackers that attack; by default all."
    )


class Goal(Model):
    """What a wire has to promise, and how accurate the server part has to stay.

    A defence of which something is promised (`noise`, `sphere`, `codebook`) and that has no
    strength of its own is made as weak as the goal allows. The study says whether some wire meets
    the goal, and ends with exit code 3 if none does.
    """

    identified: float = Field(
        gt=0,
        lt=1,
        description="Upper bound on the identification rate: how often anybody may pick the input "
        "out, as a share.",
    )
    among: int = Field(ge=2, description="How many inputs are equally likely to the adversary.")
    readings: int = Field(
        1,
        ge=1,
        description="Noisy readings that the adversary has of one input. More are not covered.",
    )
    keep_accuracy: float = Field(
        gt=0,
        le=1,
        description="The least accuracy of the server part on the validation images, as a share.",
    )

    @model_validator(mode="after")
    def _below_guessing(self) -> Self:
        refuse_what_guessing_has(self.identified, self.among)
        return self


class AttackerEntry(
    Model, extra="allow", json_schema_extra={"allowed": "its settings, or {} where none is set"}
):
    """An attacker, with the settings of its kind."""

    kind: str | None = Field(
        None, description="What it is; may be left out where its name is that of a kind."
    )


class Configuration(Model):
    """A study: every target is cut at every layer, and attacked by every attacker."""

    study: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$",
        description="Names the folder of results, `results/<study>/`.",
        json_schema_extra={
            "allowed": "a name for the folder of results, of letters, digits, '-' and '_'"
        },
    )
    seeds: list[Annotated[int, Field(ge=0, le=2_147_483_647)]] = Field(
        min_length=1,
        description="Every target is trained once for each. A seed initialises weights and orders "
        "images. Two seeds double the work.",
    )
    dataset: Dataset = Field(description="The images.")
    targets: dict[Name, TargetEntry] = Field(
        min_length=1,
        description="Ways of training the target, by name.",
        json_schema_extra=_entries("target"),
    )
    audit: Audit = Field(
        Audit(), description="Whose epsilon is measured, by a training with canaries in it."
    )
    wires: dict[Name, WireEntry] = Field(
        min_length=1,
        description="What the wire carries: targets cut behind layers, and what these put out sent "
        "through a defence.",
        json_schema_extra=_entries("wire"),
    )
    goal: Goal | None = Field(
        None, description="What a wire has to promise, and how accurate the server has to stay."
    )
    augmentation: Augmentation = Field(
        Augmentation(), description="What attackers make of the adversary's images."
    )
    attackers: dict[Name, AttackerEntry] = Field(
        min_length=1,
        description="Who reads the wire, by name. Every attacker attacks every wire, unless "
        "that says otherwise.",
        json_schema_extra=_entries("attacker"),
    )
