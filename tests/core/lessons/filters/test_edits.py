"""A filter that is off or changed: on a copy, with what it does to answers worked out again from scratch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.core.data import bundled_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace
from cnnviz.core.layers import Conv2D, Dense, DepthwiseConv2D, Flatten
from cnnviz.core.lessons.filters import edits, kernels
from cnnviz.core.lessons.filters.initial_weights import make_initial_network
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    images, labels, _ = bundled_digits.read()
    return images[:250].astype(np.float32) / np.float32(255), labels[:250]


@pytest.fixture(scope="module")
def network() -> Network:
    return model_store.load("pool-max")


def test_a_filter_that_is_off_has_a_map_of_zeros_and_the_network_stays_as_it_is(
    network: Network, digits: tuple[np.ndarray, np.ndarray]
) -> None:
    before = {(layer, name): array.copy() for layer, each in network.weights.items() for name, array in each.items()}
    off = edits.switch_off(network, "conv2d_1", 7)
    changed = edits.apply_edits(network, [off])
    assert off.is_off
    made = next(o for o in trace.trace(changed, digits[0][0]).layers if o.name == "conv2d_1")
    assert not made.after[..., 7].any()
    assert made.after[..., 6].any()
    for (layer, name), array in before.items():
        assert np.array_equal(network.weights[layer][name], array)
        assert not network.weights[layer][name].flags.writeable
        assert not changed.weights[layer][name].flags.writeable
    assert changed.card is None


def test_changes_follow_one_another_and_the_newest_counts(network: Network) -> None:
    found = edits.read_filter(network, "conv2d", 3)
    first, second = replace(found, bias=2.5), replace(found, kernel=np.full((3, 3, 1), 0.5, np.float32), bias=1.0)
    changed = edits.apply_edits(network, [first, second])
    assert changed.weights["conv2d"]["bias"][3] == 1.0
    assert (changed.weights["conv2d"]["kernel"][..., 3] == 0.5).all()
    assert np.array_equal(changed.weights["conv2d"]["kernel"][..., 4], network.weights["conv2d"]["kernel"][..., 4])
    again = edits.apply_edits(network, [second, found])
    assert np.array_equal(again.weights["conv2d"]["kernel"], network.weights["conv2d"]["kernel"])


def test_right_digits_are_counted_as_predict_has_them(network: Network, digits: tuple[np.ndarray, np.ndarray]) -> None:
    told = list(edits.count_right(network, *digits))
    assert [done for done, _ in told] == [100, 200, 250]
    answers = trace.predict(network, digits[0]).argmax(axis=1)
    assert told[-1][1] == (answers == digits[1]).sum()


@pytest.mark.parametrize("name", ["pool-max", "cnn-rgb"])
def test_absences_are_those_of_networks_with_the_filter_off(name: str, digits: tuple[np.ndarray, np.ndarray]) -> None:
    """For every filter of every convolution the network is changed, and reads the digit again."""
    from cnnviz.core.data.colour_digits import prepare_input

    whole = model_store.load(name)
    traced = trace.trace(whole, prepare_input(digits[0][5], whole.architecture.input_shape))
    found = edits.rank_absences(whole, traced, 1000)
    lead = np.sort(traced.logits)[-1] - np.sort(traced.logits)[-2]
    assert len(found) == sum(
        kernels.read_kernels(whole, each).shape[-1] for each in kernels.list_convolutions(whole.architecture)
    )
    for each in found:
        changed = edits.apply_edits(whole, [edits.switch_off(whole, each.layer, each.filter)])
        again = trace.trace(changed, traced.digit)
        others = np.delete(again.logits, traced.answer)
        assert each.change == pytest.approx(again.logits[traced.answer] - others.max() - lead, abs=1e-3)
        assert each.answer == again.answer
        assert each.share == pytest.approx(again.probabilities.max(), abs=1e-4)
    sizes = [abs(each.change) for each in found]
    assert sizes == sorted(sizes, reverse=True)
    assert edits.rank_absences(whole, traced) == found[:10]


def test_a_filter_without_bias_has_none_and_other_kinds_are_refused_in_words() -> None:
    layers = (
        Conv2D(name="plain", filters=3, kernel_size=(3, 3), use_bias=False),
        DepthwiseConv2D(name="depthwise", kernel_size=(3, 3)),
        Flatten(name="flatten"),
        Dense(name="dense", units=10, activation="softmax"),
    )
    network = make_initial_network(Architecture(name="two", input_shape=(9, 9, 1), layers=layers), 1)
    changed = edits.apply_edits(network, [edits.switch_off(network, "plain", 1)])
    assert not changed.weights["plain"]["kernel"][..., 1].any()
    assert "bias" not in changed.weights["plain"]
    with pytest.raises(Refusal, match="shares weights among its maps"):
        edits.read_filter(network, "depthwise", 0)
    with pytest.raises(Refusal, match="finite"):
        edits.apply_edits(network, [replace(edits.read_filter(network, "plain", 0), kernel=np.full((3, 3, 1), np.inf))])
