"""One map as a sum: what its component sends, and its modules."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from cnnviz.core.inference.trace import trace
from cnnviz.core.lessons.convolution.map_sum import MapSum, find_convolution, take_apart
from cnnviz.core.networks import model_store
from cnnviz.ui.components import map_sum as module
from cnnviz.ui.components.map_sum import LABELS, map_sum
from tests.core.networks import small_network
from tests.ui.components import browser_modules
from tests.ui.components.fake_browser import Browser


@pytest.fixture
def browser(stand_in: Callable[..., Browser]) -> Browser:
    return stand_in("m", "", module)


@pytest.fixture(scope="module")
def shown() -> MapSum:
    network = model_store.load("cnn-32-64-64")
    layer = find_convolution(network)
    assert layer is not None
    return take_apart(network, trace(network, small_network.digit(1)), layer)


def test_the_browser_gets_the_shown_maps_and_all_that_adds_up(browser: Browser, shown: MapSum) -> None:
    map_sum("m", shown, ["a", "b", "c", "d"], decimals=3)
    header, floats = browser.header, browser.arrays.view(np.float32)
    assert (header["reads"], header["out"]) == ([13, 13], [11, 11])
    assert (header["names"], header["others"], header["decimals"]) == (["a", "b", "c", "d"], 28, 3)
    assert tuple(header["strongest"]) == shown.strongest
    assert header["bias"] == shown.bias
    assert header["window"] == {"spans": [3, 3], "strides": [1, 1], "margins": [0, 0]}
    sizes = [4 * 13 * 13, 4 * 11 * 11, 11 * 11, 11 * 11, 11 * 11]
    read, partial, rest, before, after = np.split(floats, np.cumsum(sizes)[:-1])
    for i, place in enumerate(shown.shown):
        np.testing.assert_array_equal(read.reshape(4, 13, 13)[i], shown.reads[..., place])
        np.testing.assert_allclose(header["kernels"][i], shown.kernel[..., place], atol=1e-6)
    total = partial.reshape(4, 11, 11).sum(axis=0) + rest.reshape(11, 11) + header["bias"]
    np.testing.assert_allclose(total, before.reshape(11, 11), atol=1e-5)
    np.testing.assert_array_equal(after.reshape(11, 11), np.maximum(before.reshape(11, 11), 0))


def test_the_browser_is_given_every_text_that_it_shows() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in browser_modules.modules("map_sum") if path.parent.name == "map_sum"
    )
    assert set(re.findall(r"labels\.(\w+)", text)) == set(LABELS)
