"""The judge of class leakage: what it learns, and what it must not take for the character."""

import numpy as np
import pytest
import tensorflow as tf

from intercept.arrays.stored_images import StoredImages
from intercept.metrics import embedding
from intercept.metrics.embedding import (
    EPOCHS,
    EPOCHS_OF_A_FOLD,
    class_hits,
    epochs_for,
    read_embeddings,
    train_embedding,
    write_embeddings,
)
from intercept.runtime.errors import UserError

layers = tf.keras.layers


def handwriting(characters, drawings, seed, side=28):
    """Characters of three strokes each, drawn with a shaking hand; and whose drawing each is."""
    random = np.random.default_rng(seed)
    ends = random.uniform(0.15, 0.85, (characters, 1, 3, 2, 2))
    ends = ends + random.normal(0, 0.03, (characters, drawings, 3, 2, 2))
    ends = ends + random.uniform(-0.1, 0.1, (characters, drawings, 1, 1, 2))
    along = np.linspace(0, 1, 2 * side)[:, np.newaxis]
    points = ends[..., :1, :] * (1 - along) + ends[..., 1:, :] * along
    places = np.clip(points.reshape(characters * drawings, -1, 2) * side, 0, side - 1).astype(int)
    images = np.ones((characters * drawings, side, side, 1), np.float32)
    for image, place in zip(images, places, strict=True):
        image[place[:, 0], place[:, 1]] = 0
    return images, np.repeat(np.arange(characters), drawings)


def flat(shape):
    """An embedding that leaves the pixels as they are, but for the length."""
    return tf.keras.Sequential(
        [tf.keras.Input(shape), layers.Flatten(), layers.UnitNormalization()]
    )


def by_brute_force(vectors, queries, characters):
    """One query and one prototype at a time; NaN where there is none to find."""
    hits = []
    for k, query in enumerate(queries):
        nearness = {}
        for character in set(characters):
            members = (characters == character) & (np.arange(len(vectors)) != k)
            if members.any():
                mean = vectors[members].mean(axis=0)
                nearness[character] = query @ mean / np.linalg.norm(mean)
        best = max(nearness, key=nearness.get)
        hits.append(float(best == characters[k]) if characters[k] in nearness else np.nan)
    return hits


@pytest.mark.slow
def test_it_tells_characters_apart_that_it_never_saw():
    """Far better than the same network without training, which forgives shaking hands as well."""
    images, characters = handwriting(30, 10, 0)
    trained = train_embedding(StoredImages(images), characters, seed=1, epochs=15)
    images, characters = handwriting(12, 6, 1)
    hits = class_hits(trained, images, images, characters)
    tf.keras.utils.set_random_seed(1)
    untrained = class_hits(embedding._build((28, 28, 1), background=1), images, images, characters)
    assert set(hits) <= {0.0, 1.0}
    assert hits.mean() > untrained.mean() + 0.12 > 1 / 12


def test_few_characters_with_many_drawings_take_few_epochs():
    """The attacker's images of the post are 136 characters of 20; a digit of mnist_5k has 125."""
    for characters, epochs in ((136, 40), (20, 40)):
        assert epochs_for(20 * characters, characters, EPOCHS) == epochs
    assert epochs_for(50, 50, EPOCHS) == 40
    digits = 1250, 10
    assert (epochs_for(*digits, EPOCHS), epochs_for(*digits, EPOCHS_OF_A_FOLD)) == (7, 2)


def test_a_hit_owes_nothing_to_the_very_image():
    """Each drawing has nothing in common with any other: perfect answers find no character."""
    images = np.eye(12, dtype=np.float32).reshape(12, 3, 4, 1)
    hits = class_hits(flat((3, 4, 1)), images, images, np.repeat([5, 2, 9, 7], 3))
    assert hits == pytest.approx(np.full(12, 1 / 4))


def test_hits_by_hand():
    """Directions in a plane: 0° and 20°; 90°, 100° and 140°; and one drawing alone at 60°."""
    angles = np.radians([0, 20, 90, 100, 140, 60])
    images = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    characters = np.array([4, 4, 1, 1, 1, 8])
    # The other drawings' mean is at 20°, 0°, 120°, about 115°, 95°; queries at these angles:
    queries = np.radians([30, 50, 100, 70, 95, 60])
    queries = np.stack([np.cos(queries), np.sin(queries)], axis=1).astype(np.float32)
    shape = (1, 2, 1)
    hits = class_hits(
        flat(shape), queries.reshape(6, *shape), images.reshape(6, *shape), characters
    )
    # 50° and 70° are nearer to the single drawing's 60°, which no query can hit itself.
    assert hits == pytest.approx([1, 0, 1, 0, 1, np.nan], nan_ok=True)


@pytest.mark.parametrize("queries_at_a_time", [7, 1024])
def test_hits_are_the_brute_force_ones(queries_at_a_time, monkeypatch):
    random = np.random.default_rng(0)
    characters = random.integers(0, 9, 60)
    characters[17] = 15
    alike = np.eye(16, dtype=np.float32)[characters].reshape(60, 4, 4, 1)
    images = alike + random.random((60, 4, 4, 1), dtype=np.float32)
    queries = images + random.random((60, 4, 4, 1), dtype=np.float32)
    monkeypatch.setattr(embedding, "_QUERIES", queries_at_a_time)
    monkeypatch.setattr(embedding, "_EMBED_BATCH", queries_at_a_time)
    model = flat((4, 4, 1))
    hits = class_hits(model, queries, images, characters)
    vectors = model(images).numpy().astype(np.float64)
    expected = by_brute_force(vectors, queries.reshape(60, -1), characters)
    assert hits == pytest.approx(expected, nan_ok=True)
    assert np.isnan(hits[17]) and 0.2 < np.nanmean(hits) < 0.9


@pytest.mark.parametrize("value", [1, 0])
def test_an_embedding_that_tells_nothing_apart_is_at_chance(value):
    """All embeddings are alike; or all are nothing, which has no direction."""
    images = np.full((20, 3, 3, 1), value, np.float32)
    hits = class_hits(flat((3, 3, 1)), images, images, np.arange(20) // 4)
    assert hits == pytest.approx(np.full(20, 1 / 5))


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (105, 105, 1), (5, 40, 2)])
def test_images_of_any_shape_become_64_numbers_of_length_1(shape):
    images = np.random.default_rng(0).random((4, *shape), dtype=np.float32)
    embedded = embedding._build(shape, background=1)(images).numpy()
    assert embedded.shape == (4, 64) and embedded.dtype == np.float32
    assert np.linalg.norm(embedded, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_a_seed_repeats_the_training_and_another_does_not():
    """Of images with two channels that are not square, of which one character has one."""
    images = np.random.default_rng(0).random((5, 12, 16, 2), dtype=np.float32)
    characters = np.array([3, 3, 8, 8, 100])
    first, again, other = (
        train_embedding(StoredImages(images), characters, seed, epochs=2).get_weights()
        for seed in (0, 0, 1)
    )
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_maps_turn_shear_stretch_and_move_within_bounds():
    """Where they take the corners and the middle of a wide image; unlike for any two images."""
    maps = embedding._affine_maps(np.random.default_rng(0), 1000, 21, 41)
    assert maps.shape == (1000, 8) and maps.dtype == np.float32
    assert (maps[:, 6:] == 0).all() and len(np.unique(maps, axis=0)) == 1000
    matrix = maps[:, [[0, 1], [3, 4]]]
    middle = np.array([20, 10])
    moved = matrix @ middle + maps[:, [2, 5]] - middle
    assert (np.abs(moved) <= [4.1 + 1e-4, 2.1 + 1e-4]).all()
    assert (np.abs(moved).max(axis=0) > [4.0, 2.0]).all()
    # The first column is turned and stretched; the determinant is the product of the stretches.
    turn = np.arctan2(matrix[:, 1, 0], matrix[:, 0, 0])
    across = np.linalg.norm(matrix[:, :, 0], axis=1)
    down = np.linalg.det(matrix) / across
    shear = np.sum(matrix[:, :, 0] * matrix[:, :, 1], axis=1) / across
    for found, bound in ((turn, 0.25), (np.log(across), 0.2), (np.log(down), 0.2)):
        assert bound * 0.98 < np.abs(found).max() <= bound + 1e-4
        assert abs(found.mean()) < bound / 10
    assert 0.19 < np.abs(shear).max() <= 0.2 + 1e-4


def test_an_update_is_of_moved_images_and_cosines_with_a_margin():
    """The loss of an untrained network on an image that is moved three pixels left, by hand."""
    images = handwriting(1, 1, 0)[0]
    network = embedding._build((28, 28, 1), background=1).layers[-1]
    vector = network(np.pad(images[:, :, 3:], ((0, 0), (0, 0), (0, 3), (0, 0)), "edge")).numpy()
    tf.random.set_seed(5)
    centres = tf.random.normal([64, 2]).numpy()
    cosines = vector[0] @ (centres / np.linalg.norm(centres, axis=0))
    logits = 16 * (cosines - [0, 0.2])
    tf.random.set_seed(5)
    step = embedding._train_step(network, 2, 10)
    left = np.array([[1, 0, 3, 0, 1, 0, 0, 0]], np.float32)
    loss = float(step(images, left, np.array([1])))
    assert loss == pytest.approx(np.log(np.exp(logits).sum()) - logits[1], rel=1e-4)
    assert float(step(images, left, np.array([1]))) < loss


@pytest.mark.slow
def test_embeddings_of_folds_are_kept_apart_in_one_file(tmp_path):
    """One of them has drawings on dark paper."""
    images = np.random.default_rng(0).random((5, 12, 16, 1), dtype=np.float32)
    characters = np.arange(5) % 2
    dark = train_embedding(StoredImages(images**3), characters, 2, epochs=1)
    others = (embedding._build((12, 16, 1), background=1) for _ in range(2))
    trained = dict(zip(("all", "without_0", "without_1"), (dark, *others), strict=True))
    write_embeddings(tmp_path / "embeddings.h5", trained)
    read = read_embeddings(tmp_path / "embeddings.h5", trained)
    for name in ("all", "without_1", "without_0", "all"):
        np.testing.assert_allclose(read[name](images), trained[name](images), atol=1e-6)


def test_a_damaged_file_of_embeddings_is_named(tmp_path):
    path = tmp_path / "embeddings.h5"
    path.write_bytes(b"no HDF5")
    with pytest.raises(UserError, match="is damaged or holds no such embeddings"):
        read_embeddings(path, ["all"])
    write_embeddings(path, {"all": embedding._build((8, 8, 1), background=1)})
    with pytest.raises(UserError, match="holds no such embeddings"):
        read_embeddings(path, ["without_0"])
