"""Limits of descriptors and of log lines, without a server."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import pytest

from cnnviz.ui.shell import descriptors
from cnnviz.ui.shell.descriptors import MAX_LINES, WINDOW_SECONDS, RepetitionFilter, count_visitors_allowed


def record(template: str, *values: object, name: str = "asyncio") -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "", 0, template, values, None)


@pytest.mark.parametrize(("limit", "visitors"), [(1_024, 200), (65_536, 16_328), (10, 1)])
def test_places_follow_from_the_limit(limit: int, visitors: int) -> None:
    assert count_visitors_allowed(limit) == visitors


def test_line_is_logged_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    bound = RepetitionFilter()
    assert sum(bound.filter(record("out of %s", number)) for number in range(1_000)) == MAX_LINES
    assert bound.filter(record("another"))
    assert bound.filter(record("out of %s", 1, name="cnnviz"))
    now[0] += WINDOW_SECONDS + 1
    later = record("out of %s", "space")
    assert bound.filter(later)
    assert later.getMessage() == f"out of space ({1_000 - MAX_LINES} more like this were left out)"


def test_sessions_share_an_event_loop_that_is_never_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.runtime import app_session

    for name in ("asyncio", "_close_script_event_loop"):
        monkeypatch.setattr(app_session, name, vars(app_session)[name])
    assert descriptors.share_event_loops()
    assert descriptors.share_event_loops()
    loops = vars(app_session)["asyncio"]
    first, second = loops.new_event_loop(), loops.new_event_loop()
    assert first is second
    app_session._close_script_event_loop(first)
    assert not first.is_closed()
    other = asyncio.new_event_loop()
    app_session._close_script_event_loop(other)
    assert other.is_closed()
    assert loops.get_running_loop is asyncio.get_running_loop
    first.close()


@pytest.mark.parametrize(("setting", "watched"), [("none", 0), ("auto", 1)])
def test_sessions_that_are_taken_up_again_watch_no_files(
    monkeypatch: pytest.MonkeyPatch, setting: str, watched: int
) -> None:
    from streamlit import config
    from streamlit.runtime.app_session import AppSession

    calls: list[object] = []
    monkeypatch.setattr(AppSession, "register_file_watchers", calls.append)
    monkeypatch.setattr(config, "get_option", lambda _: setting)
    assert descriptors.watch_no_files() == (watched == 0)
    register: Callable[[object], None] = vars(AppSession)["register_file_watchers"]
    register("a session")
    assert len(calls) == watched
