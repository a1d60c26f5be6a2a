"""Who reads a drawing while the pen moves: the browser, where it can, elsewhere the server."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.drawing.preprocessing import STEPS
from cnnviz.core.networks import browser_file, model_store
from cnnviz.ui.components import relay
from cnnviz.ui.components.network_files import make_address
from cnnviz.ui.shell import page
from tests.pages.page_digit import get_sentences

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def given(app: AppTest) -> Any:
    """Return what the pad is given to read with."""
    protos = [each.proto for each in app.main]
    (pad,) = [each for each in protos if getattr(each, "component_name", "").endswith("/pad")]
    return json.loads(pad.json)[0]["live"]


def opened(app: AppTest, path: str, **query: str) -> Any:
    app.query_params.update(query)
    if path != "app.py":
        app.switch_page(path)
    app.run()
    assert not app.exception
    return given(app)


@pytest.mark.parametrize("path", ["app.py", page.PAGES["layers"].path])
def test_draw_and_layers_are_read_in_the_browser(app: AppTest, path: str) -> None:
    task = opened(app, path)
    assert task["network"] == make_address(model_store.card(model_store.DEFAULT))
    assert task["steps"] == list(STEPS)
    assert task["colours"] is None
    (said,) = [each for each in get_sentences(app) if each["reads"]]
    assert said["reads"].startswith("The network reads a {digit} and gives it a [share](#term-share ")
    assert said["reads"].endswith(") of {share}.")
    assert said["nothing"] == "Nothing drawn yet: draw a digit."


def test_the_switched_steps_and_the_colours_are_those_of_the_page(app: AppTest) -> None:
    task = opened(app, "app.py", net="cnn-rgb", off="crop fit")
    assert task["steps"] == ["ink", "antialias", "centre"]
    assert task["colours"] == ["#1d4ed8", "#ffefc2"]


@pytest.mark.parametrize("name", ["convolution", "pooling"])
def test_where_python_works_out_more_than_the_network_it_hears_every_move(app: AppTest, name: str) -> None:
    assert opened(app, page.PAGES[name].path) is None


def test_a_network_that_the_browser_does_not_know_is_read_by_the_server(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_file, "can_run", lambda _: False)
    assert opened(app, "app.py") is None


@pytest.mark.parametrize("name", ["layers", "filters", "convolution", "pooling", "data", "train", "compare"])
def test_an_answer_is_one_message_on_every_page_with_a_rail(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It brings all that the page has drawn to follow the pen: else the page would be drawn anew."""
    opened(app, page.PAGES[name].path)
    monkeypatch.setattr(relay, "get_script_run_ctx", lambda: SimpleNamespace(fragment_ids_this_run=("pad",)))
    app.run()
    assert not app.exception
    protos = [each.proto for each in app.main]
    sent = [each.bytes for each in protos if getattr(each, "component_name", "").endswith("/relay")]
    headers = [json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")]) for data in sent]
    (brought,) = [header for header in headers if not header["whole"]]
    keys = {item["key"] for item in brought["items"]}
    assert {"answer", "sentence"} <= keys
    assert brought["texts"] == {"predicted-digit": "3"}
    assert {"convolution": "unseen-filtered-pen", "pooling": "unseen-pooled-pen"}.get(name, "answer") in keys
