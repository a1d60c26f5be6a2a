"""Pictures that excite a filter: of a linear filter the best one there is, of deeper ones better than any patch."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.inference import trace
from cnnviz.core.lessons.filters import excitation, patches
from cnnviz.core.networks import model_store


@pytest.mark.parametrize("number", [0, 9, 31])
def test_of_a_first_convolution_it_is_ink_where_the_kernel_is_above_zero(number: int) -> None:
    network = model_store.load("cnn-32-32")
    kernel = network.weights["conv2d"]["kernel"][..., number]
    found = excitation.excite(network, "conv2d", number)
    strong = np.abs(kernel) > 0.1 * np.abs(kernel).max()
    assert np.array_equal((found.picture > 0.5)[strong], (kernel > 0)[strong])
    most = np.maximum(kernel, 0).sum() + network.weights["conv2d"]["bias"][number]
    assert found.start < found.value <= most + 1e-4
    assert found.value == pytest.approx(most, abs=0.05 * np.abs(kernel).sum())


@pytest.mark.parametrize(
    ("name", "layer"), [("pool-max", "conv2d_1"), ("cnn-32-64-64", "conv2d_2"), ("pen", "conv2d_3")]
)
def test_deeper_filters_are_excited_more_than_by_any_test_digit(name: str, layer: str) -> None:
    network = model_store.load(name)
    assert network.card is not None
    best = patches.load(name, network.card.weights_sha256).layers[layer].values[:, patches.MOST, 0]
    field = patches.find_field(network.architecture, layer)
    row, column = patches.find_middle(network.architecture, field)
    better = 0
    for number in range(4):
        found = excitation.excite(network, layer, number)
        whole = np.zeros(network.architecture.input_shape, np.float32)
        top, left = (field.first[side] + cell * field.step[side] for side, cell in enumerate((row, column)))
        whole[top : top + field.size[0], left : left + field.size[1]] = found.picture
        made = next(o for o in trace.trace(network, whole).layers if o.name == layer)
        assert made.before[row, column, number] == pytest.approx(found.value, abs=1e-3)
        assert found.value > found.start
        better += found.value > best[number]
    assert better >= 3
