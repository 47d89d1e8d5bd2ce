"""The image sets on disk, what the manifest says of them, and what they share."""

import dataclasses
import hashlib
import json
import re

import numpy as np
import pytest
import tensorflow as tf
from damage import cut

from intercept.arrays.stored_images import StoredImages, as_held
from intercept.datasets import cache, overlap
from intercept.runtime.errors import UserError

SHAPE = (6, 5, 1)
FIELDS = [field.name for field in dataclasses.fields(cache.ImageSet)]


@pytest.fixture
def images(make_images):
    return make_images(300, shape=SHAPE)


@pytest.fixture
def written(images, tmp_path):
    """The file of a set and its entry in the manifest, as JSON gives it back."""
    path = tmp_path / "target.tfrecord"
    cache.write(path, images)
    return path, json.loads(json.dumps(cache.describe(images)))


@pytest.mark.parametrize("count", [1, 256, 300])
def test_what_is_read_is_what_was_written(make_images, tmp_path, count):
    images = make_images(count, seed=count, shape=SHAPE)
    images.images.stored[...] += np.random.default_rng(1).normal(0, 1e-7, images.images.shape)
    cache.write(tmp_path / "set.tfrecord", images)
    read = cache.read(tmp_path / "set.tfrecord", cache.describe(images))
    for name in FIELDS:
        one, other = (np.asarray(getattr(some, name)) for some in (read, images))
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    assert [path.name for path in tmp_path.iterdir()] == ["set.tfrecord"]


def test_bytes_are_written_as_bytes(make_images, tmp_path):
    images = make_images(4, shape=SHAPE)
    images = dataclasses.replace(images, images=StoredImages(as_held(images.images[:], np.uint8)))
    cache.write(tmp_path / "set.tfrecord", images)
    entry = cache.describe(images)
    assert (entry["held_in"], entry["lowest"], entry["highest"]) == ("uint8", 0.0, 1.0)
    read = cache.read(tmp_path / "set.tfrecord", entry)
    assert read.images.stored.dtype == np.uint8
    np.testing.assert_array_equal(read.images, images.images)


def test_integers_of_any_size_are_read(make_images, tmp_path):
    images = make_images(4, shape=SHAPE)
    images.labels[:] = [0, 127, 128, 2**62]
    cache.write(tmp_path / "set.tfrecord", images)
    read = cache.read(tmp_path / "set.tfrecord", cache.describe(images) | {"labels": 4})
    np.testing.assert_array_equal(read.labels, images.labels)


def refusal(path, entry):
    """The one line that is said of a file that cannot be used."""
    with pytest.raises(UserError) as refused:
        cache.read(path, entry)
    message = str(refused.value)
    assert message.startswith(f"{path} is damaged or cut short (")
    assert message.endswith("): delete it and run the same command again")
    assert "\n" not in message
    return message


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def make_foreign(path):
    path.write_text("not a TFRecord file")


def make_anothers_record(path):
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        writer.write(tf.train.Example().SerializeToString())


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (cut, r"\d+ of 300 images could be read"),
        (flip, r"\d+ of 300 images could be read"),
        (make_foreign, "0 of 300 images could be read"),
        (make_anothers_record, "0 of 300 images could be read"),
        (lambda path: path.write_bytes(b""), "0 of 300 images could be read"),
    ],
    ids=["cut", "flipped", "foreign", "another's", "empty"],
)
def test_a_damaged_file_is_refused_with_what_to_do(written, damage, said):
    path, entry = written
    damage(path)
    assert re.search(said, refusal(path, entry))


def test_a_file_that_is_not_there_is_said_to_be_so(written):
    path, entry = written
    path.unlink()
    with pytest.raises(UserError, match="cannot be read: it is not there: run the same command"):
        cache.read(path, entry)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("images", lambda images: images.images.select(slice(None, None, -1))),
        ("labels", lambda images: images.labels + 1),
        ("characters", lambda images: images.characters[::-1]),
        ("seen", lambda images: ~images.seen),
    ],
)
def test_a_whole_file_with_other_content_is_refused(written, images, field, change):
    path, entry = written
    cache.write(path, dataclasses.replace(images, **{field: change(images)}))
    assert "(its content is not what the manifest describes)" in refusal(path, entry)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"images": 299}, "it holds more than the 299 images"),
        ({"images": 301}, "300 of 301 images could be read"),
        ({"image_shape": [6, 6, 1]}, "0 of 300 images could be read"),
    ],
)
def test_a_file_that_does_not_fit_the_manifest_is_refused(written, changed, said):
    path, entry = written
    assert re.search(said, refusal(path, entry | changed))


def test_hashes_are_of_the_pixels():
    images = np.zeros((4, *SHAPE), np.float32)
    images[1, 2, 3] = images[3, 2, 3] = 1
    images[2, 2, 3] = np.nextafter(np.float32(1), np.float32(0))
    hashes = cache.image_hashes(StoredImages(images))
    assert hashes[0] == hashlib.sha256(bytes(4 * 6 * 5)).hexdigest()
    assert hashes[1] == hashes[3]
    assert len(set(hashes)) == 3


def test_the_manifest_describes_a_set():
    pixels = np.ones((4, 2, 2, 1), np.float32)
    pixels[0] = 0
    integers = np.array([7, 7, 9, 7])
    images = cache.ImageSet(StoredImages(pixels), integers, np.array([1, 2, 3, 4]), integers == 9)
    entry = cache.describe(images)
    raw = b"".join(array.tobytes() for array in (pixels, integers, images.characters, images.seen))
    assert entry == {
        "images": 4,
        "image_shape": [2, 2, 1],
        "held_in": "float32",
        "labels": 2,
        "characters": 4,
        "seen": 1,
        "lowest": 0.0,
        "highest": 1.0,
        "mean": 0.75,
        "deviation": 0.433013,
        "content_sha256": hashlib.sha256(raw).hexdigest(),
    }


@pytest.mark.parametrize("which", [slice(2, 5), np.array([4, 0]), np.arange(9) % 2 == 0])
def test_a_selection_keeps_fields_together(make_images, which):
    images = make_images(9, shape=SHAPE)
    selected = images.select(which)
    assert len(selected) == len(np.arange(9)[which])
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(selected, name), getattr(images, name)[which])


@pytest.fixture
def sets(make_images):
    """Three sets that share nothing, though each holds one image twice."""
    sets = {
        name: make_images(8, seed=seed, shape=SHAPE)
        for seed, name in enumerate(("target", "attacker", "evaluation"))
    }
    for images in sets.values():
        images.images.stored[7] = images.images[6]
    return sets


def find_overlaps(sets):
    return overlap.find_overlaps(
        sets, {name: [f"{name}/{k}.png" for k in range(len(one))] for name, one in sets.items()}
    )


def share(sets, name, index, other, other_index):
    sets[other].images.stored[other_index] = sets[name].images[index]


def test_sets_that_share_nothing_have_no_overlaps(sets):
    found = find_overlaps(sets)
    assert found.empty
    assert list(found) == [
        "sha256",
        "set",
        "index",
        "name",
        "other_set",
        "other_index",
        "other_name",
    ]
    overlap.refuse_overlaps(found, allowed=False, in_folders=True)
    marked = overlap.mark_seen(sets["evaluation"], found)
    assert marked.seen.tolist() == [False] * 8


def test_overlaps_are_found_between_every_two_sets(sets):
    shared = [
        ("target", 0, "attacker", 5),
        ("target", 1, "evaluation", 1),
        ("attacker", 2, "evaluation", 0),
        ("attacker", 2, "evaluation", 3),  # one image, twice in the other set
    ]
    for one in shared:
        share(sets, *one)
    found = find_overlaps(sets)
    pairs = found[["set", "index", "other_set", "other_index"]].itertuples(index=False, name=None)
    assert sorted(pairs) == sorted(shared)
    for row in found.itertuples():
        assert (row.name, row.other_name) == (
            f"{row.set}/{row.index}.png",
            f"{row.other_set}/{row.other_index}.png",
        )
        assert row.sha256 == cache.image_hashes(sets[row.set].images)[row.index]


def test_an_evaluation_image_is_seen_where_the_attacker_has_it(sets):
    share(sets, "attacker", 2, "evaluation", 0)
    share(sets, "attacker", 6, "evaluation", 5)  # twice in the attacker's set
    share(sets, "target", 1, "evaluation", 4)
    evaluation = sets["evaluation"]
    marked = overlap.mark_seen(evaluation, find_overlaps(sets))
    assert np.flatnonzero(marked.seen).tolist() == [0, 5]
    np.testing.assert_array_equal(marked.images, evaluation.images)
    assert np.flatnonzero(evaluation.seen).tolist() == [0, 3, 6]  # as it was made


def test_overlaps_of_attacker_and_evaluation_are_refused_unless_allowed(sets):
    share(sets, "attacker", 2, "evaluation", 0)
    share(sets, "attacker", 3, "evaluation", 1)
    found = find_overlaps(sets)
    with pytest.raises(UserError, match=r"allow_overlap is false.*\(2 of attacker and evaluation"):
        overlap.refuse_overlaps(found, allowed=False, in_folders=False)
    overlap.refuse_overlaps(found, allowed=True, in_folders=False)


@pytest.mark.parametrize("other", ["attacker", "evaluation"])
@pytest.mark.parametrize("allowed", [True, False])
def test_the_targets_images_may_never_be_shared(sets, other, allowed):
    share(sets, "target", 4, other, 0)
    with pytest.raises(UserError, match=f"the target's may share none.*1 of target and {other}"):
        overlap.refuse_overlaps(find_overlaps(sets), allowed, in_folders=False)


@pytest.mark.parametrize(
    ("in_folders", "mend"),
    [(True, "remove them from one of the folders"), (False, "choose splits that share none")],
)
@pytest.mark.parametrize(("one", "other"), [("target", "evaluation"), ("attacker", "evaluation")])
def test_a_refused_overlap_names_a_pair_and_what_its_user_can_do(
    sets, intercept_log, one, other, in_folders, mend
):
    share(sets, one, 4, other, 0)
    share(sets, one, 3, other, 2)
    with intercept_log.at_level("DEBUG", logger="intercept"), pytest.raises(UserError) as refused:
        overlap.refuse_overlaps(find_overlaps(sets), False, in_folders)
    said = str(refused.value)
    assert f"2 of {one} and {other}, such as {one}/3.png and {other}/2.png" in said
    assert mend in said
    assert ("split" in said) != in_folders
    logged = [record.getMessage() for record in intercept_log.records]
    assert logged == [
        f"pixel-identical: {one}/3.png ({one}), {other}/2.png ({other})",
        f"pixel-identical: {one}/4.png ({one}), {other}/0.png ({other})",
    ]
