"""The player's Python side: whose moment counts, the visitor's or the caller's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cnnviz.ui.components import player as module
from cnnviz.ui.components.player import player
from tests.ui.components.fake_browser import Browser

NAMES = ("start", "batch 1", "batch 2", "epoch 1")


@pytest.fixture
def browser(stand_in: Callable[..., Browser]) -> Browser:
    return stand_in("p", "place", module)


def shown(index: int, names: tuple[str, ...] = NAMES) -> int:
    return player("p", names, index, label="Moments")


def test_the_callers_moment_is_shown_until_the_visitor_moves(browser: Browser):
    assert shown(2) == browser.data["index"] == 2
    assert browser.data["ack"] == 0
    browser.says({"index": 3, "seq": 1})
    assert shown(2) == browser.data["index"] == 3
    assert browser.data["ack"] == 1


def test_a_message_counts_once(browser: Browser):
    browser.says({"index": 3, "seq": 1})
    assert [shown(2), shown(3), shown(0)] == [3, 3, 0]
    browser.says({"index": 3, "seq": 2})
    assert shown(0) == 3
    assert browser.data["ack"] == 2


def test_interrupted_script_run_consumes_no_message(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    browser.says({"index": 3, "seq": 1})
    monkeypatch.setattr(module, "mount", interrupted)
    with pytest.raises(InterruptedError):
        shown(2)
    monkeypatch.setattr(module, "mount", browser.mount)
    assert shown(2) == 3


def interrupted(*_: object, **__: object) -> None:
    raise InterruptedError


@pytest.mark.parametrize(("index", "at"), [(-1, 0), (4, 3), (99, 3)])
def test_a_moment_beyond_the_ends_is_the_nearest(index: int, at: int, browser: Browser) -> None:
    assert shown(index) == at
    if index > 0:
        browser.says({"index": index, "seq": 1})
        assert shown(0) == at


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        [],
        {},
        {"index": 1},
        {"index": -1, "seq": 1},
        {"index": 1, "seq": 0},
        {"index": True, "seq": 1},
        {"index": 1, "seq": True},
        {"index": 1.0, "seq": 1},
        {"index": "1", "seq": 1},
        {"index": 2**40, "seq": 1},
        {"index": 1, "seq": 2**60},
    ],
)
def test_invalid_browser_values_move_nothing(value: object, browser: Browser) -> None:
    browser.says(value)
    assert shown(2) == 2
    assert browser.data["ack"] == 0


@pytest.mark.usefixtures("browser")
def test_player_needs_a_moment():
    with pytest.raises(ValueError, match=r"`labels` must name at least one moment\. Received: none"):
        shown(0, ())
    assert shown(0, ("only one",)) == 0


def test_playing_at_once_is_told_to_the_browser(browser: Browser) -> None:
    shown(0)
    assert browser.data["plays"] is False
    player("p", NAMES, 0, label="Moments", plays=True)
    assert browser.data["plays"] is True
