"""The ledger's Python side: what it accepts from a browser; each step is reported once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cnnviz.ui.components import ledger as module
from cnnviz.ui.components.ledger import Step, ledger, read_step
from tests.ui.components.fake_browser import Browser

CHOSEN = {"kind": "choose", "layer": "conv2d", "map": 3, "row": 4, "column": 5, "seq": 1}


@pytest.fixture
def browser(stand_in: Callable[..., Browser]) -> Browser:
    return stand_in("l", "step", module)


def test_step_is_reported_once(browser: Browser) -> None:
    assert read_step("l") is None
    browser.says(CHOSEN)
    assert read_step("l") == Step("choose", "conv2d", 3, 4, 5)
    ledger("l", None)
    assert (browser.data["ack"], browser.data["view"]) == (1, None)
    assert read_step("l") is None
    browser.says(CHOSEN | {"kind": "walk", "seq": 2})
    assert read_step("l") == Step("walk", "conv2d", 3, 4, 5)
    browser.says({"kind": "breadcrumb", "index": 2, "seq": 3})
    assert read_step("l") == Step("breadcrumb", index=2)
    browser.says({"kind": "close", "seq": 4})
    assert read_step("l") == Step("close")
    browser.says({"kind": "up", "seq": 5})
    assert read_step("l") == Step("up")
    browser.says({"kind": "map", "layer": "conv2d", "map": 3, "seq": 6})
    assert read_step("l") == Step("map", "conv2d", 3)
    browser.says({"kind": "layer", "layer": "conv2d", "map": 0, "seq": 7})
    assert read_step("l") == Step("layer", "conv2d")
    browser.says({"kind": "return", "text": "conv2d.3", "seq": 8})
    assert read_step("l") == Step("return", text="conv2d.3")


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        [],
        {},
        {"kind": "choose", "seq": 1},
        CHOSEN | {"seq": True},
        CHOSEN | {"seq": -1},
        CHOSEN | {"map": -1},
        CHOSEN | {"row": "4"},
        CHOSEN | {"column": 1.5},
        CHOSEN | {"layer": 3},
        CHOSEN | {"layer": "x" * 65},
        CHOSEN | {"kind": "leave"},
        {"kind": "breadcrumb", "seq": 1},
        {"kind": "breadcrumb", "index": -1, "seq": 1},
        {"kind": "map", "layer": "conv2d", "seq": 1},
        {"kind": "map", "layer": "x" * 65, "map": 1, "seq": 1},
        {"kind": "layer", "layer": "conv2d", "map": -1, "seq": 1},
        {"kind": "return", "seq": 1},
        {"kind": "return", "text": 7, "seq": 1},
        {"kind": "return", "text": "x" * 129, "seq": 1},
        {"kind": "up", "seq": 0.5},
        {"kind": "close"},
        {"kind": "close", "seq": 2**60},
    ],
)
def test_invalid_step_is_ignored(value: object, browser: Browser) -> None:
    browser.says(value)
    assert read_step("l") is None
    ledger("l", None)
