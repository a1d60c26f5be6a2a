"""The filter over three channels: what its component sends, what it takes from a browser, and its modules."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
import streamlit as st

from cnnviz.core.lessons.convolution.colour_sum import EXAMPLES, NUMBERS, ColourSum
from cnnviz.ui.components import colour_sum as module
from cnnviz.ui.components.colour_sum import LABELS, colour_sum, typed
from tests.ui.components import browser_modules

PICTURE = np.random.default_rng(1).random((6, 5, 3), dtype=np.float32)
SHOWN = ColourSum(PICTURE, EXAMPLES["edge"][1])
TEXTS = ["1"] * NUMBERS


class Browser:
    """Stands for the session and the browser in it."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.arrays = np.zeros(0, np.int32)

    def says(self, value: object) -> None:
        self.state["c"] = {"typed": value}

    def mount(self, _: str, **arguments: Any) -> None:
        data: bytes = arguments["data"]
        length = int.from_bytes(data[:4], "little")
        assert length % 4 == 0
        self.header = json.loads(data[4 : 4 + length])
        self.arrays = np.frombuffer(data[4 + length :], np.int32)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    made = Browser()
    monkeypatch.setattr(st, "session_state", made.state)
    monkeypatch.setattr(module, "mount", made.mount)
    return made


def test_the_browser_gets_the_pixels_and_what_each_channel_gives(browser: Browser) -> None:
    colour_sum("c", SHOWN)
    assert (browser.header["rows"], browser.header["columns"]) == (6, 5)
    pixels, partial = browser.arrays[: 3 * 30], browser.arrays[3 * 30 :]
    np.testing.assert_array_equal(pixels.reshape(3, 6, 5), SHOWN.pixels)
    np.testing.assert_array_equal(partial.reshape(3, 4, 3), SHOWN.partial)
    assert browser.header["kernel"] == SHOWN.kernel.ravel().tolist()
    assert browser.header["problem"] is None


def test_what_was_typed_is_heard_once(browser: Browser) -> None:
    assert typed("c") is None
    browser.says({"texts": TEXTS, "seq": 1})
    assert typed("c") == tuple(TEXTS)
    colour_sum("c", SHOWN, problem=(3, "no"))
    assert browser.header["ack"] == 1
    assert browser.header["problem"] == {"place": 3, "text": "no"}
    assert typed("c") is None
    browser.says({"texts": TEXTS, "seq": 2})
    assert typed("c") is not None


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        [],
        {"texts": TEXTS},
        {"texts": TEXTS, "seq": True},
        {"texts": TEXTS, "seq": 0},
        {"texts": TEXTS[1:], "seq": 1},
        {"texts": "1" * NUMBERS, "seq": 1},
        {"seq": 1},
        {"texts": [*TEXTS[1:], 1], "seq": 1},
        {"texts": [*TEXTS[1:], "1" * 99], "seq": 1},
    ],
)
def test_nonsense_from_a_browser_is_not_heard(browser: Browser, value: object) -> None:
    browser.says(value)
    assert typed("c") is None
    colour_sum("c", SHOWN)
    assert browser.header["ack"] == 0


def test_the_browser_is_given_every_text_that_it_shows() -> None:
    text = browser_modules.text("colour_sum")
    assert set(re.findall(r"labels\.(\w+)", text)) <= set(LABELS)
    assert [key for key in LABELS if not re.search(rf"\b{key}\b", text)] == []
