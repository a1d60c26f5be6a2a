"""The map that keeps neighbours together: stored for the present weights, refused for others, and true to the layer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import embedding, neighbour_map
from cnnviz.core.evaluation.neighbour_map import NeighbourMap
from cnnviz.core.networks import model_store

MADE = NeighbourMap("weights", "data", "dense", np.linspace(-1, 1, 40, dtype=np.float32).reshape(20, 2))


@pytest.mark.parametrize("name", model_store.names())
def test_every_network_has_the_map_of_its_present_weights(name: str) -> None:
    found = neighbour_map.load(name, model_store.card(name).weights_sha256)
    assert found is not None
    assert found.layer == neighbour_map.find_layer(model_store.load(name))
    assert found.places.shape == (embedding.MAX_DIGITS, 2)
    assert not found.places.flags.writeable


def test_neighbours_on_the_map_are_neighbours_in_the_layer(mnist: Dataset) -> None:
    """Share of neighbours on the map that are neighbours in the layer too, by scikit-learn; by chance it is 0.5."""
    network, card = model_store.load("dense-64"), model_store.card("dense-64")
    found = neighbour_map.load("dense-64", card.weights_sha256)
    assert found is not None
    assert found.data_sha256 == mnist.sha256
    values = embedding.read_digits(network, mnist.x_test[: embedding.MAX_DIGITS])[found.layer]
    assert trustworthiness(values, found.places, n_neighbors=10) > 0.95
    assert trustworthiness(values, found.places[::-1], n_neighbors=10) < 0.6


def test_a_map_comes_back_as_it_was_saved_but_for_rounding(tmp_path: Path) -> None:
    neighbour_map.save(MADE, neighbour_map.find_path("net", tmp_path))
    found = neighbour_map.load("net", "weights", tmp_path)
    assert found is not None
    assert (found.weights_sha256, found.data_sha256, found.layer) == ("weights", "data", "dense")
    np.testing.assert_allclose(found.places, MADE.places, atol=5e-4)
    np.testing.assert_allclose(found.place(np.array([0, 2])), found.places[[0, 2]].mean(axis=0))


def test_a_network_without_a_map_has_none(tmp_path: Path) -> None:
    assert neighbour_map.load("net", "weights", tmp_path) is None


def test_the_map_of_other_weights_is_refused_in_words(tmp_path: Path) -> None:
    neighbour_map.save(MADE, neighbour_map.find_path("net", tmp_path))
    with pytest.raises(Refusal, match="Received: that of other weights"):
        neighbour_map.load("net", "others", tmp_path)


@pytest.mark.parametrize(
    "places", [np.zeros((0, 2)), np.zeros((5, 3)), np.zeros(4), np.full((5, 2), 7.0), np.full((5, 2), np.nan)]
)
def test_places_that_are_none_are_refused_in_words(tmp_path: Path, places: np.ndarray) -> None:
    neighbour_map.save(replace(MADE, places=places), neighbour_map.find_path("net", tmp_path))
    with pytest.raises(Refusal, match="damaged"):
        neighbour_map.load("net", "weights", tmp_path)


def test_damaged_files_are_refused_in_words(tmp_path: Path) -> None:
    path = neighbour_map.find_path("net", tmp_path)
    neighbour_map.save(MADE, path)
    content = path.read_bytes()
    for damaged in (b"", b"PK", content[: len(content) // 2], content + b"\0" * neighbour_map.MAX_BYTES):
        path.write_bytes(damaged)
        with pytest.raises(Refusal, match="damaged"):
            neighbour_map.load("net", "weights", tmp_path)
