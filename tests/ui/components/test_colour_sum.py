"""The filter over three channels: what its component sends, what it takes from a browser, and its modules."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from cnnviz.core.lessons.convolution.colour_sum import EXAMPLES, NUMBERS, ColourSum
from cnnviz.ui.components import browser_state
from cnnviz.ui.components import colour_sum as module
from cnnviz.ui.components.colour_sum import LABELS, colour_sum, read_edit
from tests.ui.components import browser_modules
from tests.ui.components.fake_browser import Browser

PICTURE = np.random.default_rng(1).random((6, 5, 3), dtype=np.float32)
SHOWN = ColourSum(PICTURE, EXAMPLES["edge"][1])
NOW = SHOWN.numbers
BEFORE, TEXTS = ["0"] * NUMBERS, ["1"] * NUMBERS


@pytest.fixture
def browser(stand_in: Callable[..., Browser]) -> Browser:
    return stand_in("c", "typed", module)


def test_the_browser_gets_the_pixels_and_what_each_channel_gives(browser: Browser) -> None:
    colour_sum("c", SHOWN)
    assert (browser.header["rows"], browser.header["columns"]) == (6, 5)
    pixels, partial = browser.arrays[: 3 * 30], browser.arrays[3 * 30 :]
    np.testing.assert_array_equal(pixels.reshape(3, 6, 5), SHOWN.pixels)
    np.testing.assert_array_equal(partial.reshape(3, 4, 3), SHOWN.partial)
    assert browser.header["kernel"] == SHOWN.kernel.ravel().tolist()
    assert browser.header["problem"] is None


def test_fewer_decimals_shorten_what_is_seen_and_not_what_is_edited(browser: Browser) -> None:
    numbers = (0.1234567, -0.00049, *EXAMPLES["edge"][1][2:])
    colour_sum("c", ColourSum(PICTURE, numbers), decimals=3)
    assert browser.header["shown"] == 3
    assert browser.header["numbers"][:2] == ["0.123457", "−0.00049"]
    assert browser.header["texts"][:2] == ["0.123", "0"]
    colour_sum("c", ColourSum(PICTURE, numbers))
    assert browser.header["texts"] == browser.header["numbers"]


def test_typed_value_is_reported_once(browser: Browser) -> None:
    assert read_edit("c", NOW) is None
    browser.says({"texts": TEXTS, "shown": BEFORE, "seq": 1})
    assert read_edit("c", NOW) == tuple(TEXTS)
    colour_sum("c", SHOWN, problem=(3, "no"))
    assert browser.header["ack"] == 1
    assert browser.header["problem"] == {"place": 3, "text": "no"}
    assert read_edit("c", NOW) is None
    browser.says({"texts": TEXTS, "shown": BEFORE, "seq": 2})
    assert read_edit("c", NOW) is not None


def test_what_is_typed_as_another_filter_is_chosen_brings_no_number_of_the_last_one_back(browser: Browser) -> None:
    browser.says({"texts": ["5", *BEFORE[1:]], "shown": BEFORE, "seq": 1})
    assert read_edit("c", (0.25, *(-1.0,) * 27)) == ("5", *("−1",) * 27)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        [],
        {"texts": TEXTS, "shown": BEFORE},
        {"texts": TEXTS, "shown": BEFORE, "seq": True},
        {"texts": TEXTS, "shown": BEFORE, "seq": 0},
        {"texts": TEXTS[1:], "shown": BEFORE, "seq": 1},
        {"texts": "1" * NUMBERS, "shown": BEFORE, "seq": 1},
        {"seq": 1},
        {"texts": [*TEXTS[1:], 1], "shown": BEFORE, "seq": 1},
        {"texts": [*TEXTS[1:], "1" * 99], "shown": BEFORE, "seq": 1},
        {"texts": TEXTS, "seq": 1},
        {"texts": TEXTS, "shown": BEFORE[1:], "seq": 1},
    ],
)
def test_invalid_browser_values_are_ignored(browser: Browser, value: object) -> None:
    browser.says(value)
    assert read_edit("c", NOW) is None
    colour_sum("c", SHOWN)
    assert browser.header["ack"] == browser_state.get_sequence(value)


def test_the_browser_is_given_every_text_that_it_shows() -> None:
    text = browser_modules.text("colour_sum")
    assert set(re.findall(r"labels\.(\w+)", text)) <= set(LABELS)
    assert [key for key in LABELS if not re.search(rf"\b{key}\b", text)] == []
