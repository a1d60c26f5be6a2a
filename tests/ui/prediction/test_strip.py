"""The strip: what its bars are drawn from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.layers import Dense, Flatten
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.ui.components.feature_maps import Block
from cnnviz.ui.prediction import colour_scale, strip
from tests.core import strategies

SEVEN = Drawing((Stroke(((60.0, 50.0), (220.0, 50.0), (130.0, 240.0)), 20.0),))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Block]]:
    """Record the blocks that the strip shows."""
    found: dict[str, list[Block]] = {}
    monkeypatch.setattr(strip, "feature_maps", lambda key, blocks, **_: found.update({key: blocks}))
    monkeypatch.setattr(colour_scale, "get_colours", lambda _: dict[str, Any]())
    return found


def last_bars(drawing: Drawing, shown: dict[str, list[Block]]) -> Block:
    network = model_store.load("cnn-32-64-64")
    strip.show(subject.read(network, InputSource(drawing=drawing), frozenset(STEPS)))
    return shown["strip"][-1]


def test_layers_are_called_in_words(shown: dict[str, list[Block]]) -> None:
    last_bars(SEVEN, shown)
    assert [block.title for block in shown["strip"]] == [
        "input",
        "Convolution 1",
        "Max pooling 1",
        "Convolution 2",
        "Max pooling 2",
        "Convolution 3",
        "Dense layer",
        "Output",
    ]
    assert [block.id for block in shown["strip"]][1:3] == ["conv2d", "max_pooling2d"]


def test_a_full_bar_of_the_last_layer_is_a_probability_of_one(shown: dict[str, list[Block]]) -> None:
    block = last_bars(SEVEN, shown)
    assert block.full == 1
    assert block.values is not None
    assert block.values.sum() == pytest.approx(1, abs=1e-5)
    assert [each.full for each in shown["strip"][:-1]] == [None] * (len(shown["strip"]) - 1)


def test_bars_of_the_last_layer_have_names_of_classes(shown: dict[str, list[Block]]) -> None:
    assert last_bars(SEVEN, shown).ticks == tuple("0123456789")
    dense = Dense(name="dense", units=3, activation="softmax")
    fruit = Architecture("fruit", (Flatten(name="flatten"), dense), classes=("kiwi", "plum", "fig"))
    strip.show(subject.read(strategies.network(fruit, 1), InputSource(drawing=SEVEN), frozenset(STEPS)))
    assert [block.ticks for block in shown["strip"]] == [(), ("kiwi", "plum", "fig")]


def test_on_empty_paper_the_last_layer_has_no_bar(shown: dict[str, list[Block]]) -> None:
    block = last_bars(Drawing(), shown)
    assert block.values is not None
    assert not np.any(block.values)
