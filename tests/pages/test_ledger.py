"""One cell, accounted for, on Layers without a browser: the widgets, the link, other networks and other drawings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.inference.subject import InputSource
from cnnviz.core.ledger import INPUT, Cell, is_path
from cnnviz.core.networks import model_store

ROOT = Path(__file__).parents[2]
ONE = Drawing((Stroke(((140.0, 40.0), (138.0, 240.0)), 20.0),))


def opened(**query: str) -> AppTest:
    """Follow a link to Layers, complete."""
    query = {"show": "everything"} | query
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page("pages/Layers.py").run()
    assert not app.exception
    assert not app.error
    return app


def here(app: AppTest) -> Cell | None:
    path = app.session_state["cell_path"]
    return path[app.session_state["cell_index"]] if path else None


def numbers(app: AppTest) -> dict[str, int]:
    return {each.label: int(each.value or 0) for each in app.number_input}


def test_nothing_is_accounted_for_until_a_cell_is_chosen() -> None:
    app = opened(net="cnn-32-64-64")
    assert here(app) is None
    assert any("One cell, accounted for" in each.value for each in app.markdown)
    assert "cell=" not in app.session_state["query"]


def test_a_link_opens_a_cell_with_the_whole_path_down() -> None:
    app = opened(cell="conv2d_1.5.3.7", net="cnn-32-64-64")
    assert here(app) == Cell("conv2d_1", 5, 3, 7)
    assert numbers(app) == {"Map": 5, "Row": 3, "Column": 7}
    path = app.session_state["cell_path"]
    assert [cell.layer for cell in path] == ["conv2d_1", "max_pooling2d", "conv2d", INPUT]
    assert "cell=conv2d_1.5.3.7" in app.session_state["query"]


def test_each_change_of_the_link_has_a_later_time() -> None:
    app = opened(cell="conv2d_1.5.3.7", net="cnn-32-64-64")
    first = app.session_state["query_written"]
    assert first > 0
    assert app.run().session_state["query_written"] == first
    next(each for each in app.number_input if each.label == "Row").set_value(4).run()
    assert "cell=conv2d_1.5.4.7" in app.session_state["query"]
    assert app.session_state["query_written"] > first


def test_a_unit_has_one_number() -> None:
    app = opened(cell="dense.5", net="cnn-32-64-64")
    assert numbers(app) == {"Unit": 5}
    app.number_input[0].set_value(7).run()
    assert here(app) == Cell("dense", 7)
    assert "cell=dense.7" in app.session_state["query"]


def test_widgets_move_to_another_cell_and_another_layer() -> None:
    app = opened(cell="conv2d_1.5.3.7", net="cnn-32-64-64")
    next(each for each in app.number_input if each.label == "Column").set_value(0).run()
    assert here(app) == Cell("conv2d_1", 5, 3, 0)
    next(each for each in app.selectbox if each.label == "Layer").set_value("max_pooling2d_1").run()
    cell = here(app)
    assert cell is not None
    assert cell.layer == "max_pooling2d_1"
    assert not app.exception
    next(each for each in app.button if each.label == "Close").click().run()
    assert here(app) is None


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("conv2d_1.5.99.7", Cell("conv2d_1", 5, 10, 7)),
        ("dense_1.10", Cell("dense_1", 9)),
        ("conv2d_1.5.3", None),
        ("conv2d_1.a.b.c", None),
        ("conv2d_1.-1.0.0", None),
        ("no-such-layer.1.2.3", None),
        ("../../etc/passwd", None),
        ("9" * 7000, None),
        ("", None),
    ],
)
def test_a_cell_that_is_not_there_gets_a_notice_and_the_nearest_is_shown(text: str, nearest: Cell | None) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["net"] = "cnn-32-64-64"
    app.query_params["cell"] = text
    app.run()
    (said,) = [each.value for each in app.warning if "This link asked for cell" in each.value]
    assert ("the nearest is shown" in said, "ignored" in said) == (nearest is not None, nearest is None)
    app.switch_page("pages/Layers.py").run()
    assert not app.exception
    assert here(app) == nearest


def test_another_network_keeps_the_nearest_cell_or_none() -> None:
    app = opened(cell="conv2d_1.60.10.10", net="cnn-32-64-64")
    app.session_state["network"] = "cnn-32-32"
    app.run()
    assert here(app) == Cell("conv2d_1", 31, 10, 10)
    app.session_state["network"] = "dense-64"
    app.run()
    assert here(app) is None
    assert not app.exception


def test_another_network_has_a_path_of_its_own() -> None:
    """Where layers of the same names read others, the way leads through what is read there."""
    app = opened(cell="conv2d_1.5.3.7", net="cnn-32-64-64")
    app.session_state["network"] = "cnn-32-64"
    app.run()
    assert here(app) == Cell("conv2d_1", 5, 3, 7)
    assert [cell.layer for cell in app.session_state["cell_path"]] == ["conv2d_1", "conv2d", INPUT]
    assert is_path(model_store.load("cnn-32-64"), app.session_state["cell_path"])


def test_a_unit_of_another_flatten_stands_elsewhere() -> None:
    """All names are the same and every place is there, but the unit was made of another one."""
    app = opened(cell="flatten.700", net="cnn-32-32")
    assert app.session_state["cell_path"][1] == Cell("dropout", 28, 1, 9)
    app.session_state["network"] = "cnn-32-64"
    app.run()
    assert here(app) == Cell("flatten", 700)
    assert app.session_state["cell_path"][1] == Cell("dropout", 60, 0, 10)
    assert is_path(model_store.load("cnn-32-64"), app.session_state["cell_path"])


def test_another_drawing_keeps_the_cell_and_the_path() -> None:
    app = opened(cell="conv2d_1.5.3.7", net="cnn-32-64-64")
    app.session_state["subject"] = InputSource(drawing=ONE)
    app.run()
    assert here(app) == Cell("conv2d_1", 5, 3, 7)
    app.session_state["subject"] = InputSource()
    app.run()
    assert not app.exception
    assert here(app) == Cell("conv2d_1", 5, 3, 7)


def test_the_card_of_a_cell_is_opened_whenever_the_account_goes_there() -> None:
    app = opened(cell="flatten.5", net="cnn-32-64-64")
    assert card(app, "flatten").proto.expanded, "a card that begins closed"
    key = "card-2-conv2d_1"
    app.session_state[key] = False
    app.run()
    layer = next(each for each in app.selectbox if each.label == "Layer")
    layer.set_value("conv2d_1").run()
    assert card(app, "conv2d_1").proto.expanded
    app.session_state[key] = False
    app.run()
    assert not card(app, "conv2d_1").proto.expanded, "the visitor may close it"
    row = next(each for each in app.number_input if each.label == "Row")
    row.set_value((row.value or 0) + 1).run()
    assert card(app, "conv2d_1").proto.expanded
    assert not app.exception
    assert not app.warning


def card(app: AppTest, layer: str) -> Any:
    """Return the card of a layer."""
    return next(each for each in app.expander if f" · {layer} · " in each.label)


@pytest.mark.parametrize(("detail", "decimals"), [("essentials", 3), ("everything", 7)])
def test_the_essentials_have_three_decimals(detail: str, decimals: int) -> None:
    app = opened(cell="conv2d.5.3.7", net="cnn-32-64-64", show=detail)
    (view,) = [
        json.loads(each.proto.json)[0]["view"]
        for each in app.get("bidi_component")
        if each.proto.component_name.endswith("/ledger")
    ]
    assert [len(line["amount"].partition(".")[2]) for line in view["lines"]] == [decimals] * len(view["lines"])


UNLIKE = ("cnn-rgb", "dense-64", "pool-average", "pool-stride")
"""Networks that have all kinds of layers between them, with and without colours and strides."""


@pytest.mark.parametrize("name", UNLIKE)
def test_every_kind_of_layer_can_be_chosen(name: str) -> None:
    app = opened(net=name)
    for layer in model_store.load(name).architecture.layers:
        next(each for each in app.selectbox if each.label == "Layer").set_value(layer.name).run()
        assert not app.exception
        assert not app.error
        cell = here(app)
        assert cell is not None
        assert cell.layer == layer.name
        assert app.session_state["cell_path"][-1].layer == INPUT


def test_no_other_network_has_another_kind_of_layer() -> None:
    kinds = {name: {layer.kind for layer in model_store.load(name).architecture.layers} for name in model_store.names()}
    assert set().union(*kinds.values()) == set().union(*(kinds[name] for name in UNLIKE))
