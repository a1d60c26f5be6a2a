"""Forward and backward passes through networks with branches, against simpler networks and finite differences."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.explanations.contributions import compute_contributions
from cnnviz.core.inference import trace as tracing
from cnnviz.core.inference.gradients import compute_gradient, run_forward
from cnnviz.core.inference.trace import forward, predict, trace
from cnnviz.core.layers import (
    Add,
    Average,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Multiply,
)
from cnnviz.core.networks.architecture import PICTURE, Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies


def conv(name: str, filters: int = 3, activation: str = "tanh") -> Conv2D:
    return Conv2D(name=name, filters=filters, kernel_size=(3, 3), padding="same", activation=activation)


ANSWER = Dense(name="answer", units=10, activation="softmax")

BRANCHED = Architecture(
    name="branched",
    layers=(
        conv("first"),
        conv("second"),
        Add(name="add"),
        MaxPooling2D(name="pool"),
        conv("left", 2),
        conv("right", 4),
        Concatenate(name="together"),
        GlobalAveragePooling2D(name="mean", keepdims=True),
        Multiply(name="scaled"),
        Flatten(name="flatten"),
        ANSWER,
    ),
    input_shape=(8, 6, 2),
    inputs=(
        (PICTURE,),
        ("first",),
        ("first", "second", "first"),
        ("add",),
        ("pool",),
        ("pool",),
        ("left", "pool", "right"),
        ("together",),
        ("together", "mean"),
        ("scaled",),
        ("flatten",),
    ),
)
"""A residual block that reads one layer twice, an inception block, and channels that are scaled by their means."""


def picture(architecture: Architecture, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(architecture.input_shape, dtype=np.float32)


def test_every_layer_is_traced_with_what_it_reads() -> None:
    network, digit = strategies.network(BRANCHED, 1), picture(BRANCHED)
    found = trace(network, digit)
    assert [layer.name for layer in found.layers] == [layer.name for layer in BRANCHED.layers]
    assert {layer.name: layer.sources for layer in found.layers} == dict(BRANCHED.sources_by_layer)
    assert [layer.after.shape for layer in found.layers] == [*BRANCHED.shapes()[1:]]
    first, second = found.get_values("first"), found.get_values("second")
    np.testing.assert_array_equal(found.get_values("add"), first + second + first)
    np.testing.assert_array_equal(found.get_values("together")[..., 2:5], found.get_values("pool"))
    np.testing.assert_array_equal(found.get_values(PICTURE), digit)
    np.testing.assert_allclose(predict(network, digit[np.newaxis])[0], found.probabilities, atol=1e-6)


def test_a_branch_of_zeros_leaves_the_chain_as_it_is() -> None:
    stack: tuple[Layer, ...] = (conv("first"), Flatten(name="flatten"), ANSWER)
    chain = strategies.network(Architecture("chain", stack, (8, 6, 2)), 4)
    graph = Architecture(
        "graph",
        (stack[0], conv("zero"), Add(name="add"), *stack[1:]),
        (8, 6, 2),
        ((PICTURE,), ("first",), ("first", "zero"), ("add",), ("flatten",)),
    )
    zero = {name: np.zeros(shape, np.float32) for name, shape in graph.weight_shapes()["zero"].items()}
    branched = Network(graph, {**chain.weights, "zero": zero})
    digit = picture(graph)
    np.testing.assert_array_equal(trace(branched, digit).probabilities, trace(chain, digit).probabilities)
    weighting = np.eye(10, dtype=np.float32)[3]
    one, other = (compute_gradient(run_forward(network, digit[np.newaxis]), weighting) for network in (branched, chain))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("at", ["", "first", "second", "add", "pool", "left", "right", "together", "mean", "flatten"])
def test_gradients_of_all_paths_are_summed(at: str) -> None:
    network, x = strategies.network(BRANCHED, 2), picture(BRANCHED, 5)[np.newaxis]
    rng = np.random.default_rng(3)
    weighting = rng.normal(size=10).astype(np.float32)
    run = run_forward(network, x)
    found = compute_gradient(run, weighting, at=at)
    assert found.shape == run.get_values(at).shape
    along = rng.normal(size=found.shape)
    ends = [float(continue_from(network, run, at, step * along) @ weighting.astype(float)) for step in (1e-6, -1e-6)]
    slope, predicted = (ends[0] - ends[1]) / 2e-6, float((found * along).sum())
    assert abs(slope - predicted) <= 1e-4 * float(np.abs(found * along).sum())


def continue_from(network: Network, run: Any, at: str, moved: np.ndarray) -> np.ndarray:
    """Return the logits in float64 where the values of `at` are `moved`."""
    architecture = network.architecture
    values = {PICTURE: run.get_values().astype(float)}
    if at == PICTURE:
        values[at] = values[at] + moved
    for layer in architecture.layers:
        xs = [values[source] for source in architecture.sources(layer.name)]
        weights = {name: array.astype(float) for name, array in network.weights_of(layer.name).items()}
        output = layer.merge(xs) if hasattr(layer, "merge") else layer.forward(xs[0], weights)
        values[layer.name] = output.after + moved if layer.name == at else output.after
    logits: np.ndarray = output.before[0]
    return logits


def test_a_branch_that_an_ended_pass_does_not_read_has_no_gradient() -> None:
    network, x = strategies.network(BRANCHED, 2), picture(BRANCHED)[np.newaxis]
    run = run_forward(network, x, "right")
    found = compute_gradient(run, np.ones(run.steps[-1].output.before.shape, np.float32), at="left")
    assert not found.any()
    assert found.shape == run.get_values("left").shape


def test_outputs_live_only_as_long_as_they_are_read() -> None:
    network, x = strategies.network(BRANCHED, 1), picture(BRANCHED)[np.newaxis]
    alive: dict[str, weakref.ref[Any]] = {}
    seen = {}
    for layer, output in forward(network, x):
        alive[layer.name] = weakref.ref(output)
        values = weakref.ref(output.after) if output.after.base is None else weakref.ref(output.after.base)
        seen[layer.name] = values
        del output, values
        if layer.name == "left":
            assert [name for name, each in seen.items() if each() is not None] == ["pool", "left"]


def test_large_pictures_are_read_in_smaller_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    network = strategies.network(BRANCHED, 1)
    assert tracing.choose_batch(network) == tracing.MAX_BATCH
    digits = np.stack([picture(BRANCHED, seed) for seed in range(5)])
    expected = predict(network, digits)
    monkeypatch.setattr(tracing, "MAX_BATCH_VALUES", 2 * 8 * 6 * 3)
    assert tracing.choose_batch(network) == 2
    np.testing.assert_allclose(predict(network, digits), expected, atol=1e-6)


def heads() -> Sequence[tuple[Architecture, str]]:
    """Return networks with the layer that their last weighted sums begin at."""
    linear = conv("linear", activation="linear")
    joined = Architecture(
        "joined",
        (conv("first"), linear, Average(name="both"), GlobalAveragePooling2D(name="mean"), ANSWER),
        (8, 6, 2),
        ((PICTURE,), ("first",), ("first", "linear"), ("both",), ("mean",)),
    )
    apart = Architecture(
        "apart",
        (conv("one"), conv("two"), Concatenate(name="both"), GlobalAveragePooling2D(name="mean"), ANSWER),
        (8, 6, 2),
        ((PICTURE,), (PICTURE,), ("one", "two"), ("both",), ("mean",)),
    )
    return (joined, "first"), (apart, "both"), (BRANCHED, "scaled")


@pytest.mark.parametrize(("architecture", "read"), heads(), ids=lambda each: getattr(each, "name", ""))
def test_contributions_of_a_graph_add_up_to_the_contrast(architecture: Architecture, read: str) -> None:
    network, digit = strategies.network(architecture, 7), picture(architecture)
    contrast = Contrast(3, 5)
    found = compute_contributions(network, digit, contrast)
    logits = trace(network, digit).logits
    assert found.layer == read
    assert found.values.sum() + found.constant == pytest.approx(found.total, abs=1e-9)
    assert found.total == pytest.approx(float(logits[3] - logits[5]), abs=1e-5)
