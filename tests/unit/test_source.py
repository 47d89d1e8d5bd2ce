"""Image sets of TensorFlow Datasets, whatever their size, type and colours."""

from typing import ClassVar

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from intercept.datasets.source import load_splits, open_builder
from intercept.runtime.errors import UserError

F = tfds.features
FEATURES = {"image": "image", "label": "label", "character": "label"}
SPLITS = {"train": "train[:6]", "validation": "train[6:]", "attacker": "test", "evaluation": "test"}
LABELS = [number % 4 for number in range(10)]


def data_set(folder, image, images=(), label=None, labels=LABELS):
    """A data set of TensorFlow Datasets, of which nothing is on disk yet."""

    class Tiny(tfds.core.GeneratorBasedBuilder, skip_registration=True):
        VERSION = tfds.core.Version("1.2.0")
        BUILDER_CONFIGS: ClassVar = [
            tfds.core.BuilderConfig(name=config, version="1.2.0") for config in ("plain", "v.2-b")
        ]

        def _info(self):
            features = {"image": image, "label": label or F.ClassLabel(num_classes=4)}
            return tfds.core.DatasetInfo(builder=self, features=F.FeaturesDict(features))

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples(0), "test": self._generate_examples(2)}

        def _generate_examples(self, first):
            for number in range(first, len(images)):
                yield number, {"image": images[number], "label": labels[number]}

    return Tiny(data_dir=folder)


def prepared(folder, *content):
    """The same, on disk, as it is found there."""
    tfds.disable_progress_bar()
    here = tfds.download.DownloadConfig(try_download_gcs=False)
    data_set(folder, *content).download_and_prepare(download_config=here)
    return open_builder("tiny", folder)


def random_images(shape, kind=np.uint8, count=10):
    highest = np.iinfo(kind).max if np.issubdtype(kind, np.integer) else 1
    drawn = np.random.default_rng(5).random((count, *shape))
    drawn[:, 0, 0] = 1
    return (drawn * highest).astype(kind)


def images_of(builder, split, feature="image"):
    records = builder.as_dataset(split=split, shuffle_files=False)
    return np.stack([record[feature] for record in records.as_numpy_iterator()])


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 24, 3), (8, 8, 4)])
def test_size_channels_and_classes_are_those_of_the_set(tmp_path, shape):
    images = random_images(shape)
    reading = load_splits(prepared(tmp_path, F.Image(shape=shape), images), SPLITS, FEATURES)
    parts = reading.parts
    assert reading.classes == 4
    assert [len(part) for part in parts.values()] == [6, 4, 8, 8]
    assert {part.images.shape[1:] for part in parts.values()} == {shape}
    stored = sorted(image.tobytes() for image in images)
    together = np.concatenate([parts["train"].images, parts["validation"].images])
    assert sorted((image * 255).round().astype(np.uint8).tobytes() for image in together) == stored
    assert reading.names["validation"][1] == "record 1 of train[6:]"


TYPES = {
    "uint8": (lambda: F.Image(shape=(8, 8, 1)), np.uint8, 255),
    "uint16": (lambda: F.Image(shape=(8, 8, 1), dtype=np.uint16), np.uint16, 65535),
    "float-image": (lambda: F.Image(shape=(8, 8, 1), dtype=np.float32), np.float32, 1),
    "uint8-numbers": (lambda: F.Tensor(shape=(8, 8, 1), dtype=np.uint8), np.uint8, 255),
    "uint16-numbers": (lambda: F.Tensor(shape=(8, 8, 1), dtype=np.uint16), np.uint16, 65535),
    "float-numbers": (lambda: F.Tensor(shape=(8, 8, 1), dtype=np.float32), np.float32, 1),
    "double-numbers": (lambda: F.Tensor(shape=(8, 8, 1), dtype=np.float64), np.float64, 1),
    "bool-numbers": (lambda: F.Tensor(shape=(8, 8, 1), dtype=np.bool_), np.bool_, 1),
}


@pytest.mark.parametrize(("feature", "kind", "white"), TYPES.values(), ids=TYPES)
def test_white_is_one_in_every_type(tmp_path, feature, kind, white):
    images = random_images((8, 8, 1), kind) if kind != np.bool_ else random_images((8, 8, 1)) > 99
    builder = prepared(tmp_path, feature(), images)
    parts = load_splits(builder, SPLITS, FEATURES).parts
    assert parts["attacker"].images[:].dtype == np.float32
    stored = images_of(builder, "test")
    as_they_were = sorted(image.tobytes() for image in images[2:].astype(np.float32))
    assert sorted(image.tobytes() for image in stored.astype(np.float32)) == as_they_were
    np.testing.assert_allclose(parts["attacker"].images, stored / float(white), atol=1e-6)


def test_omniglot_is_read_as_in_the_post(tmp_path):
    """Grey stored in colour becomes grey by TensorFlow's weights, whose sum is not quite 1."""
    images = np.repeat(random_images((12, 12, 1)), 3, axis=-1)
    builder = prepared(tmp_path, F.Image(shape=(12, 12, 3)), images)
    parts = load_splits(builder, SPLITS, FEATURES).parts
    assert {part.images.shape[1:] for part in parts.values()} == {(12, 12, 1)}
    stored = images_of(builder, "test")
    theirs = tf.image.rgb_to_grayscale(tf.cast(stored, tf.float32) / 255).numpy()
    np.testing.assert_allclose(parts["attacker"].images, theirs, rtol=3e-7)
    for level in (0, 255):  # all that there is in Omniglot, and to the bit
        assert (
            parts["attacker"].images[:][stored[..., :1] == level]
            == theirs[stored[..., :1] == level]
        ).all()


def test_one_image_in_colour_is_enough_for_three(tmp_path):
    images = np.repeat(random_images((12, 12, 1)), 3, axis=-1)
    images[0, 3, 4] = (200, 0, 0)
    builder = prepared(tmp_path, F.Image(shape=(12, 12, 3)), images)
    parts = load_splits(builder, SPLITS, FEATURES).parts
    assert {part.images.shape[1:] for part in parts.values()} == {(12, 12, 3)}


def refusal(builder, splits=SPLITS, features=FEATURES):
    with pytest.raises(UserError) as refused:
        load_splits(builder, splits, features)
    message = str(refused.value)
    assert message.startswith("dataset")
    assert "\n" not in message
    return message


IMAGES = {
    "several-sizes": (
        lambda: F.Image(shape=(12, None, 1)),
        [np.full((12, 12 + number, 1), 255, np.uint8) for number in range(10)],
        "bring all images to one size",
    ),
    "12-bits-in-16": (
        lambda: F.Image(shape=(8, 8, 1), dtype=np.uint16),
        random_images((8, 8, 1)).astype(np.uint16) * 16,
        "white is 65535",
    ),
    "floats-to-255": (
        lambda: F.Tensor(shape=(8, 8, 1), dtype=np.float32),
        random_images((8, 8, 1)).astype(np.float32),
        "to 255; allowed are floats from 0 to 1",
    ),
}


@pytest.mark.parametrize(("feature", "images", "said"), IMAGES.values(), ids=IMAGES)
def test_images_that_cannot_be_used_are_refused(tmp_path, feature, images, said):
    assert said in refusal(prepared(tmp_path, feature(), images))


FEATURES_OF_IMAGES = {
    "two-dimensions": (lambda: F.Tensor(shape=(8, 8), dtype=np.uint8), "a Tensor of shape (8, 8)"),
    "five-dimensions": (lambda: F.Tensor(shape=(2, 2, 8, 8, 1), dtype=np.uint8), "(2, 2, 8, 8, 1)"),
    "a-video": (lambda: F.Video(shape=(2, 8, 8, 3)), "a Video"),
    "several-images": (lambda: F.Sequence(F.Image(shape=(8, 8, 1))), "a Sequence"),
    "a-text": (lambda: F.Text(), "a Text"),
    "several-things": (lambda: F.FeaturesDict({"left": F.Image()}), "a FeaturesDict"),
    **{
        kind.__name__: (
            lambda kind=kind: F.Tensor(shape=(8, 8, 1), dtype=kind),
            f"of shape (8, 8, 1) and type {kind.__name__}; name a feature of images",
        )
        for kind in (np.int8, np.int16, np.int32, np.int64, np.uint32)
    },
}


@pytest.mark.parametrize(("feature", "said"), FEATURES_OF_IMAGES.values(), ids=FEATURES_OF_IMAGES)
def test_a_feature_that_is_no_image_is_refused_before_anything_is_read(tmp_path, feature, said):
    message = refusal(data_set(tmp_path, feature()))
    assert message.startswith("dataset.features.image: 'image' of tiny is a ")
    assert said in message


LABELS_AS = {
    "text": (lambda: F.Text(), "is a Text"),
    "float": (lambda: F.Scalar(np.float32), "of shape () and type float32; name a feature that"),
    "vector": (lambda: F.Tensor(shape=(4,), dtype=np.int64), "of shape (4,) and type int64"),
    "several": (lambda: F.Sequence(F.ClassLabel(num_classes=4)), "is a Sequence"),
    "number": (lambda: F.Scalar(np.int64), "is not a class label"),
    "of-unknown-classes": (lambda: F.ClassLabel(), "is not a class label"),
}


@pytest.mark.parametrize(("feature", "said"), LABELS_AS.values(), ids=LABELS_AS)
def test_a_feature_that_is_no_label_is_refused_before_anything_is_read(tmp_path, feature, said):
    message = refusal(data_set(tmp_path, F.Image(shape=(8, 8, 1)), label=feature()))
    assert message.startswith("dataset.features.label: 'label' of tiny ")
    assert said in message


def test_an_image_without_a_label_is_refused_by_its_place(tmp_path):
    labels = [*LABELS[:9], -1]
    image = F.Image(shape=(8, 8, 1))
    builder = prepared(
        tmp_path, image, random_images((8, 8, 1)), F.ClassLabel(num_classes=4), labels
    )
    message = refusal(builder, dict.fromkeys(SPLITS, "train"))
    place = images_of(builder, "train", "label").tolist().index(-1)
    assert message.startswith(f"dataset.features: record {place} of train has label -1 ")


@pytest.mark.parametrize(
    ("role", "feature", "said"),
    [
        ("character", "name", "dataset.features.character: tiny has no feature 'name'"),
        ("label", "image", "'image' of tiny is a Image of shape"),
        ("image", "label", "dataset.features.image: 'label' of tiny is a ClassLabel of shape ()"),
    ],
)
def test_a_feature_that_is_not_what_it_serves_as_is_refused(tmp_path, role, feature, said):
    builder = data_set(tmp_path, F.Image(shape=(8, 8, 1)))
    assert said in refusal(builder, features={**FEATURES, role: feature})


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    prepared(folder, F.Image(shape=(8, 8, 1)), random_images((8, 8, 1)))
    return folder


@pytest.mark.parametrize("name", ["tiny", "tiny/plain", "tiny:1.2.0", "tiny/plain:1.2.0"])
def test_a_data_set_is_named_with_configuration_and_version(tiny, name):
    assert open_builder(name, tiny).info.full_name == "tiny/plain/1.2.0"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mnist/letters", "has no 'mnist/letters' (BuilderConfig letters not found"),
        ("mnist:0.0.1", "has no 'mnist:0.0.1' (Dataset mnist cannot be loaded at version 0.0.1"),
        ("emnist/digit:3.1.0", "has no 'emnist/digit:3.1.0' (BuilderConfig digit not found"),
        ("mnnist", "set 'mnnist'; give the name of one of its image sets, or 'mnist_5k'"),
    ],
)
def test_a_name_that_there_is_not_is_refused_for_what_is_wrong(tmp_path, name, said):
    with pytest.raises(UserError) as refused:
        open_builder(name, tmp_path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("split", "images"),
    [
        ("train+test[:2]", 12),
        ("train[:2] + train[4:6]+test", 12),
        ("all", 18),
        ("train[-3:]", 3),
        ("train[:50%]+test[50%:]", 9),
        ("train[0shard]", 10),
    ],
)
def test_splits_are_those_of_tensorflow_datasets(tiny, split, images):
    parts = load_splits(open_builder("tiny", tiny), {**SPLITS, "train": split}, FEATURES).parts
    assert len(parts["train"]) == images


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ("train+tset[:2]", "tiny has no split 'tset'; it has test, train"),
        ("train[:11]+test", "[:11] incompatible with 10 examples); its splits have so many"),
        ("train[:-50]", "images: test 8, train 10"),
        ("train[3:3]", "corresponds to no data"),
        ("train[9:4]", "it holds no image"),
        ("train[5]", "only support slice syntax"),
        ("all[:3]", "'all' does not support slice"),
    ],
)
def test_splits_that_there_are_not_are_refused(tiny, split, said):
    assert said in refusal(open_builder("tiny", tiny), {**SPLITS, "train": split})
