"""Names of classes are shown as they are written on every page: no Markdown, HTML, LaTeX, glossary, or format."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from cnnviz.core.data.labelled_set import MAX_CLASS_LENGTH, LabelledSet
from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.jobs.own_networks.store import NetworkStore
from cnnviz.jobs.own_sets.store import SetStore
from cnnviz.jobs.sandbox.model_upload import OpenedNetwork
from cnnviz.ui.shell import visitor
from cnnviz.ui.shell.page import escape_markdown
from tests.core import strategies

ROOT = Path(__file__).parents[2]
OWNER = "0" * 32

NAMES = (
    "qx1 <img src=x onerror=e()> [[pooling]] {digit} %s $x$ a -> b",
    "**qx2** :red[x] [fig](http://x) | ~~a~~ &lt; `c` {target}",
    "_qx3_ {0} <b>b</b> ![p](//x) :material/home: www.x.org {",
)
SHORT = tuple(name[:MAX_CLASS_LENGTH].strip() for name in NAMES)
"""As a set of pictures may have them."""

TRACE = re.compile("qx[123]")
"""Stands in each of them, and in nothing else that pages say."""

PLAIN = {"selectbox": "/options", "text_area": "/default"}
"""Elements that show some of their texts as they are -> where these stand. Of all others Markdown is made."""

MARKED = re.compile("/(sentence|code_line|conv_grid)$")
"""Components whose texts are Markdown: that of links to terms, see `shared/terms.js`. Of others no text is."""

ARCHITECTURE = Architecture(
    "hostile",
    (
        Conv2D(name="conv", filters=3, kernel_size=(3, 3), activation="relu"),
        MaxPooling2D(name="pool", pool_size=(4, 4)),
        Flatten(name="flatten"),
        Dense(name="dense", units=3, activation="softmax"),
    ),
    classes=NAMES,
)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder of what visitors keep."""
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    monkeypatch.setattr(visitor, "owner", lambda: OWNER)
    monkeypatch.setattr(visitor, "is_known", lambda: True)
    return tmp_path


@pytest.fixture
def kept(home: Path) -> str:
    """Return the name of a network of the visitor's own, which answers with the first of `NAMES`."""
    made = strategies.network(ARCHITECTURE, 1)
    weights = {layer: dict(arrays) for layer, arrays in made.weights.items()}
    weights["dense"]["bias"] = np.array([9, 6, 3], np.float32)
    return NetworkStore(OWNER, home).keep(OpenedNetwork(Network(ARCHITECTURE, weights)), "net.keras")


def open_page(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["own-network-box"] = True
    for name, value in query.items():
        app.query_params[name] = value
    return (app.switch_page(f"pages/{page}.py") if page else app).run()


def walk(data: Any) -> Iterator[tuple[str, str]]:
    """Yield every text in plain data, with where it stands."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from ((f"/{key}{path}", text) for path, text in walk(value))
    elif isinstance(data, list):
        for value in data:
            yield from walk(value)
    elif isinstance(data, str):
        yield "", data


def read_data(proto: Any) -> Any:
    """Return what a component is given: JSON, or bytes that begin with the length of their header."""
    if proto.json:
        return json.loads(proto.json)
    return json.loads(proto.bytes[4 : 4 + int.from_bytes(proto.bytes[:4], "little")] or "null")


def list_texts(app: AppTest) -> Iterator[tuple[str, Callable[[str], str]]]:
    """Yield every text that a page sends, with how a name is written in it."""
    nodes: list[Any] = list(app._tree.children.values())
    while nodes:
        node = nodes.pop()
        nodes += getattr(node, "children", {}).values()
        proto = getattr(node, "proto", None)
        if not isinstance(proto, Message):
            continue
        if node.type == "bidi_component":
            write = escape_markdown if MARKED.search(proto.component_name) else str
            yield from ((text, write) for _, text in walk(read_data(proto)))
            continue
        for path, text in walk(MessageToDict(proto)):
            plain = path.startswith(PLAIN.get(node.type, "-"))
            yield text, html.escape if node.type == "html" else str if plain else escape_markdown


def find_names(app: AppTest, names: tuple[str, ...] = NAMES) -> set[str]:
    """Return the names of classes that a page shows; all that is shown of them is as they are written."""
    found = set()
    for text, write in list_texts(app):
        rest = text
        for name in names:
            if write(name) in rest:
                found.add(name)
            rest = rest.replace(write(name), "")
        cut = any(name.startswith(rest) for name in names)  # below the small pictures of a sheet
        assert cut or not TRACE.search(rest), text
    return found


@pytest.mark.parametrize("page", ["", "Layers", "Filters", "Pooling", "Convolution", "Data", "Compare", "Train"])
def test_names_of_classes_are_shown_as_they_are_written(kept: str, page: str) -> None:
    app = open_page(page, net=kept, show="everything", why="1")
    assert not app.exception
    assert not app.error
    assert NAMES[0] in find_names(app)


@pytest.fixture
def own_set(home: Path) -> str:
    """Return the id of a set of the visitor's own."""
    pictures = np.random.default_rng(1).integers(0, 256, (60, 28, 28, 1), np.uint8)
    labels = (np.arange(60) % 3).astype(np.uint8)
    return SetStore(OWNER, home).keep(LabelledSet("signs", pictures, labels, SHORT))


def test_those_of_a_set_of_one_s_own_are_on_the_page_data(own_set: str) -> None:
    app = open_page("Data", show="everything")
    app.session_state["data_set"] = own_set
    app = app.run()
    assert not app.exception
    assert find_names(app, SHORT) == set(SHORT)


def test_and_on_the_page_train(own_set: str) -> None:
    app = open_page("Train", bench="build", show="everything")
    app = app.button_group(key="choose-plan_set").set_value(own_set).run()
    assert not app.exception
    assert find_names(app, SHORT) == set(SHORT)
