"""The small grid's Python side: what it sends, and what it takes from a browser."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from cnnviz.core.lessons.number_grid import to_grid
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL, PoolWorkedExample
from cnnviz.ui.components import pool_grid as module
from cnnviz.ui.components.pool_grid import describe, pool_grid, read_edit
from tests.ui.components.fake_browser import Browser

CELLS = [["1", "2"], ["7", "abc"]]
SHOWN = [["0", "0"], ["0", "0"]]
SMALL = PoolWorkedExample(((1.0, 2.0), (7.0, 1.0)))


@pytest.fixture
def browser(stand_in: Callable[..., Browser]) -> Browser:
    return stand_in("g", "typed", module)


def test_typed_value_is_reported_once(browser: Browser) -> None:
    assert read_edit("g", SMALL.values) is None
    browser.says({"cells": CELLS, "shown": SHOWN, "seq": 1})
    assert read_edit("g", SMALL.values) == (("1", "2"), ("7", "abc"))
    pool_grid("g", SMALL, guess=True)
    assert browser.data["ack"] == 1
    assert read_edit("g", SMALL.values) is None
    browser.says({"cells": CELLS, "shown": SHOWN, "seq": 2})
    assert read_edit("g", SMALL.values) is not None


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        [],
        {"cells": CELLS, "shown": SHOWN},
        {"cells": CELLS, "shown": SHOWN, "seq": True},
        {"cells": CELLS, "shown": SHOWN, "seq": -1},
        {"cells": [["1", "2"]], "shown": SHOWN, "seq": 1},
        {"cells": [["1"], ["2"]], "shown": SHOWN, "seq": 1},
        {"cells": [["1", 2], ["3", "4"]], "shown": SHOWN, "seq": 1},
        {"cells": ["12", 34], "shown": SHOWN, "seq": 1},
        {"cells": [["1", "2" * 99], ["3", "4"]], "shown": SHOWN, "seq": 1},
        {"cells": CELLS, "seq": 1},
        {"cells": CELLS, "shown": [["1"]], "seq": 1},
        {"seq": 1},
    ],
)
def test_invalid_values_are_ignored(browser: Browser, value: object) -> None:
    browser.says(value)
    assert read_edit("g", SMALL.values) is None
    pool_grid("g", SMALL, guess=False)


def test_what_is_typed_as_the_grid_is_filled_anew_brings_no_old_number_back(browser: Browser) -> None:
    """The click that fills it comes in the same run as the text that it takes the focus from."""
    browser.says({"cells": [["5", "0"], ["0", "0"]], "shown": SHOWN, "seq": 1})
    assert read_edit("g", SMALL.values) == (("5", "2"), ("7", "1"))


def test_texts_for_a_grid_of_another_side_are_answered_but_not_taken(browser: Browser) -> None:
    browser.says({"cells": CELLS, "shown": SHOWN, "seq": 4})
    assert read_edit("g", ((0.0,) * 4,) * 4) is None
    pool_grid("g", PoolWorkedExample(TUTORIAL), guess=True)
    assert browser.data["ack"] == 4


def test_everything_is_worked_out_before_it_is_sent(browser: Browser) -> None:
    pool_grid("g", PoolWorkedExample(TUTORIAL), guess=True, problem=(0, 1, "no"))
    data = json.loads(json.dumps(browser.data))
    assert data["out"] == [2, 2]
    assert data["problem"] == {"row": 0, "column": 1, "text": "no"}
    first = data["windows"][0]
    assert first["box"] == [0, 0, 1, 1]
    assert first["winners"] == [[1, 0]]
    hints = {kind: first[kind].pop("hint") for kind in ("max", "mean")}
    assert first["max"] == {"value": 7, "text": "7", "work": "max(1, 2, 7, 1) = 7"}
    assert first["mean"] == {"value": 2.75, "text": "2.75", "work": "(1 + 2 + 7 + 1) / 4 = 2.75"}
    assert hints == {
        "max": "Compare the 4 numbers of the window: 1, 2, 7, 1. Which is the largest?",
        "mean": "Add the 4 numbers of the window, 1 + 2 + 7 + 1, and divide by 4.",
    }


def test_padding_and_skipped_numbers_are_described() -> None:
    padded = describe(PoolWorkedExample(TUTORIAL, (3, 3), (2, 2), "same"))
    assert padded["margins"] == [0, 1, 0, 1]
    assert [window["outside"] for window in padded["windows"]] == [0, 3, 3, 5]
    skipping = describe(PoolWorkedExample(to_grid([[1] * 3] * 3), (1, 1), (2, 2)))
    assert skipping["read"] == [[1, 0, 1], [0, 0, 0], [1, 0, 1]]
