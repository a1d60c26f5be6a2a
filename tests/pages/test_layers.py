"""Layers without a browser: which layers are shown, what is said of each, and where colours and files are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Expander

from cnnviz.core.networks import model_store
from cnnviz.ui.components import layer_list
from cnnviz.ui.components.layer_list import Choice

ROOT = Path(__file__).parents[2]
NETWORK = "cnn-32-64-64"
LAYERS = [layer.name for layer in model_store.load(NETWORK).architecture.layers]


def opened(**query: str) -> AppTest:
    """Follow a link to Layers."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["net"] = NETWORK
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page("pages/Layers.py").run()
    assert not app.exception
    assert not app.error
    return app


def shown(app: AppTest) -> list[str]:
    """Return the names of the layers whose cards are on the page."""
    return [each.label.split(" · ")[1] for each in cards(app)]


def cards(app: AppTest) -> list[Expander]:
    return [each for each in app.expander if " · " in each.label]


def sent(app: AppTest, component: str) -> list[dict[str, Any]]:
    """Return what the elements of a component got as JSON."""
    return [
        json.loads(each.proto.json)[0]
        for each in app.get("bidi_component")
        if each.proto.component_name.endswith(f"/{component}")
    ]


def published(app: AppTest) -> dict[str, Any]:
    """Return the header of the values that went to the cards."""
    for header in map(read_header, app.get("bidi_component")):
        if header.get("mode") == "publish":
            return header
    raise AssertionError("nothing is published")


def read_header(element: Any) -> dict[str, Any]:
    """Return the header of what a viewer or a publisher of maps got; empty for other components."""
    data = element.proto.bytes
    if not element.proto.component_name.endswith("/feature_maps") or not data:
        return {}
    header: dict[str, Any] = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
    return header


def test_all_layers_are_shown_and_listed_at_first() -> None:
    app = opened()
    assert shown(app) == LAYERS
    (listed,) = sent(app, "layer_list")
    assert [line["name"] for line in listed["lines"]] == LAYERS
    assert (listed["kind"], listed["only"]) == ("all", "")
    assert listed["lines"][0] | {"card": ""} == {
        "name": "conv2d",
        "title": "Convolution 1",
        "shape": "26×26×32",
        "card": "",
        "block": "conv2d/after",
    }


@pytest.mark.parametrize(
    ("kind", "begins"), [("convolution", "conv2d"), ("pooling", "max_pooling"), ("dense", "dense")]
)
def test_a_link_shows_layers_of_one_kind(kind: str, begins: str) -> None:
    app = opened(layers=kind)
    assert shown(app) == [name for name in LAYERS if name.startswith(begins)]
    assert shown(app)
    assert f"layers={kind}" in app.session_state["query"]


def test_a_kind_that_the_network_lacks_is_said_to_be_missing() -> None:
    app = opened(layers="convolution", net="dense-64")
    assert shown(app) == []
    assert any("no layer of this kind" in each.value for each in app.info)


def test_a_link_shows_one_layer_alone_and_open() -> None:
    app = opened(only="dropout", net="cnn-32-64")
    assert shown(app) == ["dropout"]
    assert cards(app)[0].proto.expanded
    assert "only=dropout" in app.session_state["query"]
    assert sent(app, "layer_list")[0]["only"] == "dropout"


def test_in_place_of_a_layer_that_is_not_there_stands_the_first() -> None:
    assert shown(opened(only="gone")) == LAYERS[:1]
    assert shown(opened(only="conv2d", layers="pooling")) == ["max_pooling2d"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(kinds="dense"), [name for name in LAYERS if name.startswith("dense")]),
        (Choice(one=True, layer="conv2d_1"), ["conv2d_1"]),
        (Choice(layer="flatten"), ["flatten"]),
        (Choice(layer="gone"), LAYERS),
        (Choice(kinds="gone"), LAYERS),
        (Choice(one=False), LAYERS),
    ],
)
def test_what_is_chosen_in_the_list_is_shown(
    monkeypatch: pytest.MonkeyPatch, choice: Choice, expected: list[str]
) -> None:
    app = opened()
    monkeypatch.setattr(layer_list, "read_choice", lambda _: choice)
    monkeypatch.setattr(layer_list, "mount", lambda *_, on_chosen_change, **__: on_chosen_change())
    app.run()
    monkeypatch.undo()
    assert shown(app.run()) == expected


def test_every_layer_has_sentences_about_the_digit() -> None:
    texts = published(opened(net="cnn-32-64"))["texts"]
    assert list(texts) == [layer.name for layer in model_store.load("cnn-32-64").architecture.layers]
    assert "responds most, up to" in texts["conv2d"]
    assert texts["dropout"].startswith("Here it does nothing")
    assert texts["dense_1"].startswith("3 gets ")
    assert not any("{" in text for text in texts.values())


@pytest.mark.parametrize(("detail", "brief"), [("essentials", True), ("everything", False)])
def test_readers_are_told_few_digits_among_the_essentials(detail: str, brief: bool) -> None:
    app = opened(show=detail, only="conv2d")
    headers = [header for header in map(read_header, app.get("bidi_component")) if header.get("cells")]
    assert [header["brief"] for header in headers] == [brief]


def test_while_the_pen_is_down_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened()
    monkeypatch.setattr("cnnviz.ui.input.surfaces._pad", lambda _: True)
    assert published(app.run())["texts"] == {}


def popovers(app: AppTest) -> list[str]:
    return [each.proto.popover.label for each in app.get("popover")]


def test_colours_and_files_are_in_one_place_that_experts_have() -> None:
    assert "Colours and files" not in popovers(opened())
    for query in ({"show": "everything"}, {"colours": "grey"}, {"range": "map"}):
        assert popovers(opened(**query)).count("Colours and files") == 1
