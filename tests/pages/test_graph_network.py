"""Layers with a network that has branches, without a browser: its cards, diagram, ledger and links."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.explanations.methods import METHODS
from cnnviz.core.layers import Add, Concatenate, Conv2D, Dense, Flatten, MaxPooling2D
from cnnviz.core.networks.architecture import PICTURE, Architecture
from tests.pages import stored_network


def conv(name: str, filters: int = 3) -> Conv2D:
    return Conv2D(name=name, filters=filters, kernel_size=(3, 3), padding="same", activation="relu")


GRAPH = Architecture(
    "graph",
    (
        conv("stem"),
        conv("inner"),
        Add(name="add"),
        MaxPooling2D(name="pool", pool_size=(4, 4)),
        conv("side", 2),
        Concatenate(name="together"),
        Flatten(name="flatten"),
        Dense(name="answer", units=10, activation="softmax"),
    ),
    inputs=(
        (PICTURE,),
        ("stem",),
        ("stem", "inner"),
        ("add",),
        ("pool",),
        ("pool", "side"),
        ("together",),
        ("flatten",),
    ),
)
"""A residual block, and maps of two branches side by side."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the graph, and the network that the app begins with as it is, for caches may hold it."""
    return stored_network.keep(GRAPH, tmp_path_factory.mktemp("models"))


@pytest.fixture(autouse=True)
def _of_the_store(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_MODELS", str(store))


def opened(page: str, **query: str) -> AppTest:
    return stored_network.open_page(GRAPH.name, page, **query)


def test_a_card_says_which_layers_it_reads() -> None:
    headings = [each.label for each in opened("Layers").expander if " · " in each.label]
    assert len(headings) == len(GRAPH.layers)
    assert "**Addition** · add · 28 × 28 × 3, 28 × 28 × 3 → 28 × 28 × 3 · reads stem, inner" in headings
    assert sum("reads" in heading for heading in headings) == 2


@pytest.mark.parametrize("cell", ["add.1.5.7", "together.4.2.3", "add.1", "together"])
def test_a_link_leads_into_a_merge(cell: str) -> None:
    app = opened("Layers", cell=cell)
    assert app.session_state["cell_path"][0].layer == cell.partition(".")[0]


@pytest.mark.parametrize("page", ["", "Filters", "Pooling", "Convolution", "Data"])
def test_other_pages_take_a_network_with_branches(page: str) -> None:
    opened(page)


@pytest.mark.parametrize("method", METHODS)
def test_its_answers_are_explained(method: str) -> None:
    assert opened("", why="1", how=method).session_state["why_method"] == method
