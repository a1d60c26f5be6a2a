"""Robustness to perturbations: batched against single passes, and in cases with a known outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.inference import robustness, trace
from cnnviz.core.inference.perturbations import OFFSETS, PERTURBATIONS, UNMOVED, shift, shift_grid
from cnnviz.core.inference.robustness import compute_distances, find_strides, react, react_to_amounts, react_to_shifts
from cnnviz.core.layers import AveragePooling2D, Conv2D, Dense, Flatten, GlobalMaxPooling2D, MaxPooling2D
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies
from tests.core.networks import small_network

CONV = Conv2D(name="conv2d", filters=4, kernel_size=(3, 3), padding="same", activation="relu")
ANSWER = (Flatten(name="flatten"), Dense(name="dense", units=10, activation="softmax"))


def network(*layers: Any, seed: int = 0) -> Network:
    return strategies.network(Architecture(name="made", layers=(*layers, *ANSWER)), seed)


def inked(margin: int = 8) -> np.ndarray:
    """Return random ink with an empty margin, so that no shift up to it loses anything."""
    digit = np.zeros((28, 28), np.float32)
    digit[margin:-margin, margin:-margin] = small_network.digit()[margin:-margin, margin:-margin]
    return digit


@pytest.mark.parametrize("name", POOL_NETWORKS)
def test_one_batched_pass_gives_what_single_passes_give(name: str) -> None:
    tested = strategies.network(POOL_NETWORKS[name][0], 3)
    digit = small_network.digit()
    reaction = react_to_shifts(tested, digit)
    original = trace.trace(tested, digit)
    assert reaction.original == original.answer
    for place in (0, 1, 40, UNMOVED, 130, 168):
        single = trace.trace(tested, shift(digit, *OFFSETS[place]))
        assert reaction.confidence[place] == pytest.approx(single.probabilities[original.answer], abs=1e-6)
        assert reaction.answers[place] == single.answer
        for before, after in zip(original.layers, single.layers, strict=True):
            if before.kind != "Flatten":
                dense = before.kind == "Dense"  # its shares are saturated, so its sums are compared
                a, b = ((each.before if dense else each.after).ravel().astype(float) for each in (before, after))
                expected = 1 - a @ b / np.sqrt((a @ a) * (b @ b))
                assert reaction.moved[before.name][place] == pytest.approx(expected, abs=1e-6)
    assert reaction.confidence.shape == reaction.answers.shape == (169,)
    assert reaction.kept[UNMOVED]
    assert all(values[UNMOVED] < 1e-6 for values in [*reaction.moved.values(), *reaction.moved_back.values()])


def test_a_convolution_is_equivariant_and_not_invariant() -> None:
    reaction = react_to_shifts(network(replace(CONV, use_bias=False)), inked())
    assert reaction.moved["conv2d"].max() > 0.1
    np.testing.assert_allclose(reaction.moved_back["conv2d"], 0, atol=1e-6)


def test_saturated_shares_do_not_hide_that_the_sums_differ() -> None:
    """One sum so large that the answer is always sure: the shares stay the same, the sums do not."""
    dense = Dense(name="dense", units=10, activation="softmax")
    architecture = Architecture(name="made", layers=(Flatten(name="flatten"), dense))
    kernel = np.random.default_rng(0).normal(0, 5, (784, 10)).astype(np.float32)
    kernel[:, 3] = 5
    weights = {"dense": {"kernel": kernel, "bias": np.zeros(10, np.float32)}}
    reaction = react_to_shifts(Network(architecture, weights), inked())
    assert (reaction.original, reaction.confidence.min()) == (3, 1)
    assert reaction.moved["dense"].max() > 0.01


def test_global_pooling_makes_the_network_shift_invariant() -> None:
    architecture = Architecture(
        name="made",
        layers=(CONV, GlobalMaxPooling2D(name="pool"), Dense(name="dense", units=10, activation="softmax")),
    )
    reaction = react_to_shifts(strategies.network(architecture, 0), inked())
    for name in ("pool", "dense"):
        np.testing.assert_allclose(reaction.moved[name], 0, atol=1e-6)
    np.testing.assert_allclose(reaction.confidence, reaction.confidence[UNMOVED], rtol=1e-5)
    assert "pool" not in reaction.moved_back


@pytest.mark.parametrize("kind", [MaxPooling2D, AveragePooling2D])
def test_pooling_follows_whole_windows_and_only_these(kind: Any) -> None:
    reaction = react_to_shifts(network(CONV, kind(name="pool")), inked())
    whole = np.array([down % 2 == 0 and right % 2 == 0 for down, right in OFFSETS])
    np.testing.assert_allclose(reaction.moved_back["pool"][whole], 0, atol=1e-6)
    assert reaction.moved_back["pool"][~whole].min() > 1e-4
    assert (reaction.moved_back["pool"] <= reaction.moved["pool"] + 1e-6)[whole].all()


def test_moving_back_takes_the_better_of_the_neighbouring_cells() -> None:
    tested = network(CONV, MaxPooling2D(name="pool"))
    reaction = react_to_shifts(tested, inked())
    place = OFFSETS.index((3, 2))
    still = trace.trace(tested, inked()).layers[1].after
    shifted_too = trace.trace(tested, shift(inked(), 3, 2)).layers[1].after
    tried = [
        compute_distances(shifted_too[np.newaxis, down:, 1:], still[: 14 - down, :13])[0] for down in (1, 2)
    ]  # 1.5 cells down, 1 cell right
    assert reaction.moved_back["pool"][place] == pytest.approx(min(tried), abs=1e-6)


def test_a_map_that_is_smaller_than_the_shift_cannot_be_moved_back() -> None:
    layers = (MaxPooling2D(name="pool", pool_size=(24, 24), strides=(1, 1)),)
    reaction = react_to_shifts(network(*layers), inked())
    there = np.array([abs(down) < 5 and abs(right) < 5 for down, right in OFFSETS])
    np.testing.assert_array_equal(np.isfinite(reaction.moved_back["pool"]), there)


def test_strides_multiply_from_layer_to_layer() -> None:
    assert [*find_strides(strategies.network(POOL_NETWORKS["pool-max"][0], 0)).values()] == [
        (1, 1),
        (2, 2),
        (2, 2),
        (4, 4),
    ]
    assert [*find_strides(strategies.network(POOL_NETWORKS["pool-stride"][0], 0)).values()] == [(2, 2), (4, 4)]
    assert find_strides(network()) == {}


def test_distances_of_known_vectors() -> None:
    one = np.array([1.0, 0.0], np.float32)
    rows = np.array([[2, 0], [0, 3], [-1, 0], [0, 0], [1, 1]], np.float32)
    np.testing.assert_allclose(compute_distances(rows, one), [0, 1, 2, 1, 1 - np.sqrt(0.5)], atol=1e-6)
    np.testing.assert_array_equal(compute_distances(rows[3:4], np.zeros(2, np.float32)), [0])


@given(st.floats(0.01, 100), st.integers(0, 2**31))
def test_distance_is_symmetric_and_blind_to_size(factor: float, seed: int) -> None:
    one, other = np.random.default_rng(seed).random((2, 3, 4), dtype=np.float32)
    there = compute_distances(one[np.newaxis], other)[0]
    assert 0 <= there <= 1
    assert compute_distances(other[np.newaxis], one)[0] == pytest.approx(there, abs=1e-6)
    assert compute_distances(np.float32(factor) * one[np.newaxis], other)[0] == pytest.approx(there, abs=1e-5)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_every_perturbation_is_read_in_one_pass(name: str) -> None:
    tested, digit, perturbation = small_network.network(), small_network.digit(), PERTURBATIONS[name]
    reaction = react_to_amounts(tested, digit, perturbation)
    for place in (0, perturbation.start, len(perturbation.amounts) - 1):
        single = trace.trace(tested, perturbation.apply(digit, perturbation.amounts[place]))
        assert reaction.confidence[place] == pytest.approx(single.probabilities[reaction.original], abs=1e-6)
    assert reaction.moved_back == {}
    assert set(reaction.moved) == {"conv2d", "max_pooling2d", "dense"}


def test_digit_that_the_network_cannot_read_is_refused() -> None:
    with pytest.raises(Refusal, match="reads numbers of shape"):
        react(small_network.network(), np.zeros((3, 8, 8), np.float32), 0)


def test_layers_can_be_looked_through_in_batches() -> None:
    tested, digits = small_network.network(), shift_grid(small_network.digit())
    last = tested.architecture.layers[-1]
    parts = [(part, output.after) for part, layer, output in trace.run(tested, digits) if layer is last]
    assert [part.start for part, _ in parts] == list(range(0, 169, trace.MAX_BATCH))
    np.testing.assert_array_equal(np.concatenate([after for _, after in parts]), trace.predict(tested, digits))
    assert list(trace.run(tested, digits[:0])) == []


@given(st.integers(0, 2**31), st.sampled_from([(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]))
def test_comparing_two_equals_comparing_many(seed: int, sizes: tuple[float, float]) -> None:
    one, other = np.random.default_rng(seed).random((2, 3, 4), dtype=np.float32)
    one, other = np.float32(sizes[0]) * one, np.float32(sizes[1]) * other
    assert robustness._compute_distance(one, other) == pytest.approx(
        compute_distances(one[np.newaxis], other)[0], abs=1e-6
    )
