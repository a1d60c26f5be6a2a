"""Digits on a map: the axes are scikit-learn's principal components, and nothing depends on how digits are batched."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import KDTree
from sklearn.decomposition import PCA

from cnnviz.core.evaluation import embedding
from cnnviz.core.inference import trace
from tests.core.networks import small_network


@pytest.mark.parametrize(("rows", "columns"), [(120, 40), (30, 200), (20, 5)])
def test_axes_are_the_principal_components_of_scikit_learn(rows: int, columns: int) -> None:
    generator = np.random.default_rng(rows)
    values = (generator.normal(size=(rows, columns)) * np.linspace(9, 1, columns)).astype(np.float32)
    found = embedding.fit(values)
    kept = min(embedding.AXES, rows, columns)
    oracle = PCA(n_components=kept, svd_solver="full").fit(values.astype(np.float64))
    assert found.axes.shape == (columns, kept)
    count = min(kept, 4)
    cosines = np.abs((found.axes.T[:count] * oracle.components_[:count]).sum(axis=1))
    np.testing.assert_allclose(cosines, 1, atol=1e-3)
    np.testing.assert_allclose(found.explained, oracle.explained_variance_ratio_, atol=1e-4)
    np.testing.assert_allclose(found.place(values), found.places, atol=1e-3)


def test_nearest_digits_are_those_of_scipys_tree() -> None:
    values = np.random.default_rng(4).normal(size=(200, 30)).astype(np.float32)
    found = embedding.fit(values)
    place = found.place(values[7:8])[0]
    oracle = KDTree(found.places).query(place, 6)[1]
    assert found.find_nearest(place, 6).tolist() == oracle.tolist()
    assert found.find_nearest(place, 1).tolist() == [7]


def test_equal_digits_have_a_map_without_axes_to_speak_of() -> None:
    found = embedding.fit(np.ones((5, 8), np.float32))
    assert np.isfinite(found.places).all()
    assert (found.explained == 0).all()


def test_every_layer_that_changes_values_has_a_map_after_the_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "FITTED", 30)
    monkeypatch.setattr(embedding, "PART", 7)
    images = np.random.default_rng(1).integers(0, 256, (45, 28, 28)).astype(np.uint8)
    network, fractions = small_network.network(), list[float]()
    maps = embedding.make(network, images, lambda fraction, _: fractions.append(fraction))
    assert next(iter(maps)) == embedding.INPUT
    assert list(maps)[1:] == [layer.name for layer in network.architecture.layers if layer.changes_values]
    assert fractions[-1] == 1
    digit = images[40].astype(np.float32) / np.float32(255)
    values = embedding.read_digit(trace.trace(network, digit), digit)
    for name, each in maps.items():
        assert each.places.shape[0] == 45
        np.testing.assert_allclose(each.place(values[name])[0], each.places[40], atol=1e-3)


@pytest.mark.parametrize("shape", [(3, 26, 26, 32), (2, 7, 7, 256), (1, 5, 9, 2), (4, 10)])
def test_maps_are_averaged_over_blocks_until_their_values_fit(shape: tuple[int, ...]) -> None:
    outputs = np.random.default_rng(2).random(shape, dtype=np.float32)
    found = embedding.reduce_values(outputs)
    assert found.shape[0] == shape[0]
    assert found.shape[1] <= embedding.MAX_VALUES
    if np.prod(shape[1:]) <= embedding.MAX_VALUES:
        np.testing.assert_array_equal(found, outputs.reshape(shape[0], -1))
    if shape == (3, 26, 26, 32):  # blocks of 4 x 4, the last ones of 2
        np.testing.assert_allclose(found[1].reshape(7, 7, 32)[6, 6, 5], outputs[1, 24:, 24:, 5].mean(), rtol=1e-5)
        np.testing.assert_allclose(found[1].reshape(7, 7, 32)[0, 1, 5], outputs[1, :4, 4:8, 5].mean(), rtol=1e-5)
