"""Normalizations of ONNX files: by operators of their own, and written out node by node."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import GroupNormalization, LayerNormalization
from tests.workers.model_files.onnx_files import node
from tests.workers.model_files.test_onnx_reader import compare, kinds, read, shaped

RANDOM = np.random.default_rng(8)


def figures(*shape: int) -> np.ndarray:
    found: np.ndarray = RANDOM.uniform(0.5, 2, shape)
    return found


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("opset", [18, 21])
def test_the_operator_for_groups_has_figures_of_groups_then_of_maps(opset: int, groups: int):
    sides = (groups if opset < 21 else 4,)
    normalized = node("GroupNormalization", "e g b", "v", num_groups=groups, epsilon=1e-3)
    widened = node("Conv", "c q", "e")
    data = shaped(
        widened, normalized, units=144, opset=opset, q=figures(4, 2, 1, 1), g=figures(*sides), b=figures(*sides)
    )
    layer = compare(data, (1, 8, 8)).architecture.layers[2]
    assert isinstance(layer, GroupNormalization)
    assert layer.groups == groups


def test_groups_that_do_not_divide_the_maps_are_refused():
    normalized = node("GroupNormalization", "c g b", "v", num_groups=3)
    with pytest.raises(Refusal, match="GroupNormalization"):
        read(shaped(normalized, units=72, opset=21, g=figures(2), b=figures(2)))


def test_a_normalization_of_each_map_is_one_of_groups_of_one_map():
    normalized = node("InstanceNormalization", "c g b", "v", epsilon=1e-3)
    layer = compare(shaped(normalized, units=72, g=figures(2), b=figures(2)), (1, 8, 8)).architecture.layers[1]
    assert isinstance(layer, GroupNormalization)
    assert layer.groups == -1


def written_out(read: str, axes: list[int], *ends: Any, power: float = 2.0, divided: str = "d") -> list[Any]:
    """Return the nodes that PyTorch writes for a layer normalization below opset 17; `ends` follow "n"."""
    nodes = [
        node("ReduceMean", read, "m", axes=axes),
        node("Sub", f"{read} m", "d"),
        node("Constant", "", "two", value_float=power),
        node("Pow", "d two", "p"),
        node("ReduceMean", "p", "variance", axes=axes),
        node("Constant", "", "epsilon", value_float=1e-3),
        node("Add", "variance epsilon", "moved"),
        node("Sqrt", "moved", "s"),
        node("Div", f"{divided} s", "n"),
        *ends,
    ]
    for each in nodes:
        if each.op_type == "Constant":
            del each.input[:]
    return nodes


SCALED = node("Mul", "n g", "f"), node("Add", "f b", "v")

WAYS: dict[str, tuple[list[int], tuple[int, ...], tuple[Any, ...]]] = {
    "all of a picture": ([-3, -2, -1], (2, 6, 6), SCALED),
    "maps alone": ([1], (2, 1, 1), SCALED),
    "rows and columns": ([2, 3], (6, 6), SCALED),
    "without figures": ([1, 2, 3], (), (node("Identity", "n", "v"),)),
    "a factor alone": ([1], (2, 1, 1), (node("Mul", "g n", "v"),)),
    "an offset alone": ([1], (2, 1, 1), (node("Add", "n b", "v"),)),
}
"""Axes, the shape of gamma and beta, and what follows the division."""


@pytest.mark.parametrize("way", WAYS)
def test_a_layer_normalization_that_is_written_out_is_one_layer(way: str):
    axes, sides, ends = WAYS[way]
    more: dict[str, Any] = {"g": figures(*sides), "b": figures(*sides)} if sides else {}
    network = compare(shaped(*written_out("c", axes, *ends), units=72, opset=13, **more), (1, 8, 8))
    assert kinds(network) == ["Conv2D", "LayerNormalization", "Flatten", "Dense", "Softmax"]


def test_a_layer_normalization_with_channels_last_and_of_units():
    """That of ConvNeXt, between two Transpose, and one behind a Flatten."""
    moved = node("Transpose", "c", "t", perm=[0, 2, 3, 1])
    back = node("Transpose", "w2", "v", perm=[0, 3, 1, 2])
    scaled = node("Mul", "n g", "w1"), node("Add", "w1 b", "w2")
    data = shaped(moved, *written_out("t", [-1], *scaled), back, units=72, opset=13, g=figures(2), b=figures(2))
    layer = compare(data, (1, 8, 8)).architecture.layers[1]
    assert layer == LayerNormalization(name=layer.name, axis=-1, epsilon=1e-3)
    flat = node("Flatten", "c", "u0"), node("MatMul", "u0 u", "u1")
    units = shaped(
        *flat, *written_out("u1", [-1], *SCALED), units=5, opset=13, u=figures(72, 5), g=figures(5), b=figures(5)
    )
    assert "LayerNormalization" in kinds(compare(units, (1, 8, 8)))


@pytest.mark.parametrize(
    "changes",
    [{"power": 3.0}, {"divided": "c"}, {"axes": [0, 1]}, {"ends": (node("Add", "n d", "v"),)}],
    ids=["another power", "another value divided", "a mean over the batch", "a value between is read"],
)
def test_nodes_that_compute_something_else_are_not_taken_for_one(changes: dict[str, Any]):
    given: dict[str, Any] = {"axes": [1], "ends": (node("Identity", "n", "v"),), **changes}
    nodes = written_out("c", given.pop("axes"), *given.pop("ends"), **given)
    with pytest.raises(Refusal, match="ReduceMean"):
        read(shaped(*nodes, units=72, opset=13))


def test_figures_of_maps_may_get_their_sides_of_1_in_the_file():
    """As PyTorch writes them where it folds no constants."""
    axes: dict[str, Any] = {"axes": np.array([1, 2])}
    wide = node("Unsqueeze", "g axes", "gamma"), node("Unsqueeze", "b axes", "beta")
    nodes = written_out("c", [1], node("Mul", "n gamma", "f"), node("Add", "f beta", "v"))
    data = shaped(*wide, *nodes, units=72, opset=13, g=figures(2), b=figures(2), **axes)
    assert "BatchNormalization" not in kinds(compare(data, (1, 8, 8)))
