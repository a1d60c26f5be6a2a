"""Pooling, run without a browser: what its sections show, clamp, keep and say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.inference import trace
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.inference.trace import LayerOutput
from cnnviz.core.lessons.pooling.comparison import Pool, compare, rank
from cnnviz.core.lessons.pooling.sentences import describe
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL, PoolWorkedExample
from cnnviz.core.networks import model_store
from cnnviz.ui.components.feature_maps import Block, Links
from cnnviz.ui.pooling import pooled_maps
from cnnviz.ui.shell.fields import FIELDS
from tests.pages.page_digit import get_digit

ROOT = Path(__file__).parents[2]
NETWORK = "cnn-32-64-64"
Brought = list[dict[str, Any]]


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> Brought:
    """Record what is sent to the viewers of maps, message by message."""
    messages: Brought = []

    def publish(key: str, channel: str, blocks: list[Block], **more: Any) -> None:
        messages.append({"key": key, "channel": channel, "blocks": {b.id: b for b in blocks}, **more})

    monkeypatch.setattr(pooled_maps, "publish", publish)
    return messages


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return every displayed grid of small numbers, with the message about a refused text."""
    shown: list[dict[str, Any]] = []

    def show(_: str, example: PoolWorkedExample, **more: Any) -> None:
        shown.append({"example": example, **more})

    monkeypatch.setattr("cnnviz.ui.pooling.worked_example.pool_grid", show)
    return shown


def opened(**query: str) -> AppTest:
    """Open the page with everything that it has, also what only experts need."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"show": "everything", **query}.items():
        app.query_params[name] = value
    return app.switch_page("pages/Pooling.py").run()


def well(app: AppTest) -> bool:
    return not app.exception and not app.error


def types(monkeypatch: pytest.MonkeyPatch, texts: list[list[str]]) -> None:
    """Send the contents of the browser's cells once."""
    waiting = [texts]
    monkeypatch.setattr("cnnviz.ui.pooling.worked_example.read_edit", lambda *_: waiting.pop() if waiting else None)


def slide(app: AppTest, key: str, value: int) -> AppTest:
    """Move the slider of a choice, whatever its widget key on the page."""
    slider = next(each for each in app.slider if each.key and each.key.startswith(f"choose-{key}"))
    return slider.set_value(value).run()


def test_the_page_opens_with_the_tutorials_numbers(examples: list[dict[str, Any]]) -> None:
    app = opened()
    assert well(app)
    shown = examples[-1]
    assert shown["example"] == PoolWorkedExample(TUTORIAL)
    assert shown["guess"]
    facts = "\n".join(str(each.value) for each in app.markdown)
    assert "(4 − 2) / 2 + 1 = 2" in facts
    assert "= 4 / 16 = 25\N{NO-BREAK SPACE}%" in facts


def test_what_is_typed_is_pooled_and_goes_into_the_link(
    examples: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened()
    types(
        monkeypatch,
        [["9", "2", "0", "3"], ["7", "0,5", "4", "1"], ["0", "5", "2", "2"], ["3", "0", "2", "−2"]],
    )
    app.run()
    assert examples[-1]["example"].values == ((9, 2, 0, 3), (7, 0.5, 4, 1), (0, 5, 2, 2), (3, 0, 2, -2))
    assert "grid=9~2~0~3_7~0.5~4~1_0~5~2~2_3~0~2~-2" in app.session_state["query"]


@pytest.mark.parametrize("bad", ["nan", "seven", "1000", "", " "])
def test_a_bad_text_is_reported_and_the_last_good_state_kept(
    bad: str, examples: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened()
    types(monkeypatch, [["5", bad, "0", "3"], *[list(map(str, map(int, row))) for row in TUTORIAL[1:]]])
    app.run()
    assert well(app)
    assert examples[-1]["example"].values == ((5, *TUTORIAL[0][1:]), *TUTORIAL[1:])
    row, column, words = examples[-1]["problem"]
    assert (row, column) == (0, 1)
    assert "the old value is kept" in words
    assert app.run()
    assert examples[-1]["problem"] is None


def test_window_and_stride_clamp_each_other(examples: list[dict[str, Any]]) -> None:
    app = opened()
    slide(app, "pool_stride", 3)
    assert (app.session_state["pool_window"], examples[-1]["example"].strides) == (3, (3, 3))
    slide(app, "pool_window", 2)
    assert (app.session_state["pool_stride"], examples[-1]["example"].pool_size) == (2, (2, 2))
    slide(app, "pool_side", 2)
    assert examples[-1]["example"].values == ((1, 2), (7, 1))
    slide(app, "pool_side", 6)
    assert examples[-1]["example"].shape == (6, 6)
    assert well(app)


def test_ready_numbers_fill_the_grid(examples: list[dict[str, Any]]) -> None:
    app = opened()
    app.button(key="fill-checkerboard").click().run()
    assert set(examples[-1]["example"].largest.flat) == {4}
    assert set(examples[-1]["example"].means.flat) == {2}
    app.button(key="fill-tutorial").click().run()
    assert examples[-1]["example"].values == TUTORIAL


def test_a_link_brings_everything_back(examples: list[dict[str, Any]], brought: Brought) -> None:
    query = {
        "net": NETWORK,
        "grid": "1~2~3_4~5~6_7~8~-9.5",
        "window": "2",
        "stride": "1",
        "padding": "same",
        "guess": "0",
        "conv": "conv2d_1",
        "map": "7",
        "pool": "3",
        "step": "1",
        "edges": "same",
        "moved": "100",
    }
    app = opened(**query)
    assert well(app)
    assert not app.warning
    assert examples[-1]["example"] == PoolWorkedExample(((1, 2, 3), (4, 5, 6), (7, 8, -9.5)), (2, 2), (1, 1), "same")
    assert not examples[-1]["guess"]
    assert brought[-1]["links"] == Links((3, 3), (1, 1), (1, 1), (11, 11))
    assert brought[-1]["blocks"]["map"].title == "Map 7"
    assert app.session_state["moved"] == 100
    carried = dict(pair.split("=") for pair in app.session_state["query"].split("&"))
    assert {name: carried.get(name) for name in query if name != "window"} == {
        name: value for name, value in query.items() if name != "window"
    }


IMPOSSIBLE: Mapping[str, tuple[str, ...]] = {
    "grid": ("1~2_3", "nan~1_1~1", "1", "1~1000_1~1"),
    "window": ("0", "²"),
    "stride": ("99",),
    "padding": ("full",),
    "guess": ("2",),
    "map": ("-1",),
    "pool": ("9",),
    "edges": ("",),
}
"""Name in a link -> values that it cannot have."""


@pytest.mark.parametrize("turn", range(4))
def test_what_a_link_cannot_have_is_ignored_and_named(turn: int, examples: list[dict[str, Any]]) -> None:
    query = {name: values[turn] for name, values in IMPOSSIBLE.items() if turn < len(values)}
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    said = [each.value for each in app.warning if "ignored" in each.value]
    assert [name for name in query for text in said if f"asked for {name} = " in text] == list(query)
    app.switch_page("pages/Pooling.py").run()
    assert well(app)
    assert examples[-1]["example"] == PoolWorkedExample(TUTORIAL)


def test_a_grid_in_a_link_is_the_grid_that_was_written() -> None:
    codec = FIELDS["pool_grid"].codec
    rng = np.random.default_rng(0)
    numbers = tuple(tuple(map(float, row)) for row in rng.integers(-9900, 9901, (8, 8)) / 100)
    assert codec.decode(codec.encode(numbers)) == numbers
    assert len(codec.encode(numbers)) < 500


# The same map, pooled both ways.


def convolution(app: AppTest, name: str) -> LayerOutput:
    """Compute the chosen network's output for the page's digit in this layer."""
    digit = get_digit(app)
    traced = trace.trace(model_store.load(app.session_state["network"]), digit)
    return next(layer for layer in traced.layers if layer.name == name)


def test_the_pictures_are_the_poolings_of_the_chosen_map(brought: Brought) -> None:
    app = opened(net=NETWORK)
    layer = convolution(app, "conv2d")
    order = rank(layer.after, Pool())
    found = compare(layer.after[..., order[0]], Pool())
    for message in brought:
        blocks = message["blocks"]
        shown = [np.squeeze(blocks[name].values, axis=2) for name in pooled_maps.PICTURES]
        for ours, theirs in zip(shown, (found.map, found.largest, found.means, found.difference), strict=True):
            assert np.array_equal(ours, theirs)
        assert blocks["all"].ticks == tuple(map(str, order))
        assert np.array_equal(blocks["all"].values, layer.after[..., list(order)])
        assert message["note"] == " ".join(map(str, describe(found)))
        low, high = message["network_range"]
        assert low <= min(float(each.min()) for each in shown)
        assert high >= max(float(each.max()) for each in shown)
    assert [message["turn"] for message in brought] == sorted({message["turn"] for message in brought})


def test_the_essentials_show_one_map_and_no_mosaic_of_all(brought: Brought) -> None:
    app = opened(net=NETWORK, show="essentials")
    assert well(app)
    assert set(brought[-1]["blocks"]) == set(pooled_maps.PICTURES)
    assert "All maps of this layer" not in "\n".join(str(each.value) for each in app.markdown)


def test_another_map_window_and_layer_are_followed(brought: Brought) -> None:
    app = opened(net=NETWORK)
    app.selectbox(key="choose-same_layer").select("conv2d_1").run()
    slide(app, "same_window", 3)
    slide(app, "same_stride", 1)
    next(s for s in app.selectbox if s.label == "Map").select(5).run()
    layer = convolution(app, "conv2d_1")
    found = compare(layer.after[..., 5], Pool((3, 3), (1, 1)))
    assert np.array_equal(brought[-1]["blocks"]["max"].values[..., 0], found.largest)
    app.selectbox(key="choose-same_layer").select("conv2d").run()
    assert app.session_state["same_map"] == -1


def test_a_click_on_a_map_chooses_it(brought: Brought, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.ui.components.feature_maps import Selection
    from cnnviz.ui.pooling import same_map

    app = opened(net=NETWORK)
    order = brought[-1]["blocks"]["all"].ticks
    clicked = [Selection("all", 3, 2, 1)]
    monkeypatch.setattr(
        same_map, "feature_maps", lambda key, **_: clicked.pop() if clicked and key == "pooled-all" else None
    )
    app.run()
    assert app.session_state["same_map"] == int(order[3])
    assert brought[-1]["blocks"]["map"].title == f"Map {order[3]}"


def test_maps_keep_their_places_while_the_pen_is_down(monkeypatch: pytest.MonkeyPatch, brought: Brought) -> None:
    app = opened(net=NETWORK)
    before = brought[-1]["blocks"]["all"].ticks
    monkeypatch.setattr("cnnviz.ui.input.surfaces._pad", lambda _: True)
    monkeypatch.setattr(pooled_maps, "rank", lambda maps, _: tuple(range(maps.shape[-1])))
    app.run()
    from_pen = [message for message in brought if message["key"] == "pooled-pen"]
    assert from_pen[-1]["blocks"]["all"].ticks == before
    assert from_pen[-1]["blocks"]["all"].quantise
    monkeypatch.setattr("cnnviz.ui.input.surfaces._pad", lambda _: False)
    app.run()
    assert brought[-1]["blocks"]["all"].ticks == tuple(map(str, range(32)))


def test_a_network_without_convolution_is_reported_with_others_to_choose(brought: Brought) -> None:
    app = opened(net="dense-64")
    assert well(app)
    assert not brought
    (told,) = app.info
    assert "has no convolution" in told.value
    assert NETWORK in told.value
    assert "dense-64" not in told.value.partition("Choose")[2]


def test_an_empty_drawing_is_reported(brought: Brought) -> None:
    app = opened(net=NETWORK)
    app.session_state["subject"] = InputSource()
    app.run()
    assert well(app)
    assert "Nothing is drawn" in brought[-1]["note"]


def test_a_window_larger_than_the_map_is_reported_and_the_rest_works(
    brought: Brought, examples: list[dict[str, Any]]
) -> None:
    app = opened(net=NETWORK, conv="conv2d_2", pool="5")
    assert well(app)
    assert not brought
    (told,) = app.warning
    assert "Choose a window of at most 3" in told.value
    assert examples
    slide(app, "same_window", 3)
    assert not app.warning
    assert brought


def test_one_scale_is_signed_where_a_map_has_negative_values(brought: Brought, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    whole = pooled_maps.find_layer
    monkeypatch.setattr(
        pooled_maps,
        "find_layer",
        lambda prediction: replace(made, after=made.before) if (made := whole(prediction)) else None,
    )
    opened(net=NETWORK)
    assert all(brought[-1]["blocks"][name].signed for name in pooled_maps.PICTURES)
