"""Weights made again from a seed; that they are Keras's own, number by number, is tested where Keras is."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.lessons.filters import kernels
from cnnviz.core.networks import initial_weights, model_store

NETWORKS = [name for name in model_store.names() if model_store.card(name).architecture.convolutions]


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_known_answers_of_its_authors(
    counter: tuple[int, ...], key: tuple[int, int], words: tuple[int, ...]
) -> None:
    """From `kat_vectors` of Random123."""
    found = initial_weights._philox(np.array(counter, np.uint64)[:, np.newaxis], np.array(key, np.uint64))
    assert tuple(found[:, 0].tolist()) == words


def test_uniform_numbers_are_uniform_and_depend_on_the_seed_alone() -> None:
    drawn = initial_weights.draw_uniform(100_001, 7)
    assert drawn.dtype == np.float32
    assert 0 <= drawn.min() < drawn.max() < 1
    assert np.abs(np.histogram(drawn, 10, (0, 1))[0] / len(drawn) - 0.1).max() < 0.005
    assert np.array_equal(initial_weights.draw_uniform(5, 7), drawn[:5])
    assert not np.array_equal(initial_weights.draw_uniform(5, 8), drawn[:5])


@pytest.mark.parametrize("name", NETWORKS)
def test_every_stored_network_began_with_the_weights_of_its_seed(name: str) -> None:
    """Training moves weights little by little, so the first kernels still resemble what they were; others do not."""
    network = model_store.load(name)
    assert network.card is not None
    layer = network.architecture.convolutions[0]
    now = kernels.read_kernels(network, layer).ravel()

    def resemblance(seed: int) -> float:
        begun = initial_weights.make_initial_network(network.architecture, seed)
        return float(np.corrcoef(now, kernels.read_kernels(begun, layer).ravel())[0, 1])

    assert resemblance(network.card.seed) > 0.6
    assert abs(resemblance(network.card.seed + 1)) < 0.3
