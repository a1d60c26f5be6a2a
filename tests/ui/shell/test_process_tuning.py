"""One-time tuning of a server process, on real sockets of this process."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import SessionState
from streamlit.watcher import polling_path_watcher

from cnnviz.ui.shell import process_tuning

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="file descriptors cannot be listed on Windows")


def no_delay(connection: socket.socket) -> bool:
    return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_connections_accepted_later_do_not_wait(listener):
    process_tuning.send_at_once()
    with socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        with accepted:
            assert no_delay(accepted)
            assert not no_delay(client)


def test_connections_that_are_there_already_do_not_wait(listener):
    with socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        with accepted:
            assert not no_delay(accepted)
            assert process_tuning.send_at_once() >= 3
            assert no_delay(accepted)
            assert no_delay(client)


def test_no_descriptor_is_left_open() -> None:
    reading, writing = os.pipe()
    before = len(list(Path("/dev/fd").iterdir()))
    process_tuning.send_at_once()
    assert len(list(Path("/dev/fd").iterdir())) == before
    os.close(writing)
    assert os.read(reading, 1) == b"", "somebody else still holds the writing end"
    os.close(reading)


def test_other_descriptors_are_left_alone_and_open(tmp_path, listener):
    left, right = socket.socketpair()
    with left, right, (tmp_path / "file").open("w") as file:
        process_tuning.send_at_once()
        left.send(b"x")
        assert right.recv(1) == b"x"
        file.write("still open")
    assert listener.fileno() >= 0


def theme_of_all_sections(populate: Callable[..., None]) -> CustomThemeConfig:
    """Return the theme as Streamlit puts it together for the browser."""
    message = CustomThemeConfig()
    populate(message)
    for section, part in {
        "theme.light": message.light,
        "theme.dark": message.dark,
        "theme.sidebar": message.sidebar,
        "theme.light.sidebar": message.light.sidebar,
        "theme.dark.sidebar": message.dark.sidebar,
    }.items():
        populate(part, section)
    return message


def test_theme_is_the_same_and_its_settings_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    build: Any = app_session._populate_theme_msg
    expected = theme_of_all_sections(build)
    monkeypatch.setattr(app_session, "_populate_theme_msg", build)
    assert process_tuning.remember_theme()
    remembered: Any = vars(app_session)["_populate_theme_msg"]
    assert process_tuning.remember_theme()
    assert vars(app_session)["_populate_theme_msg"] is remembered is not build
    assert theme_of_all_sections(remembered) == expected

    def fail(_: str) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(config, "get_options_for_section", fail)
        assert theme_of_all_sections(remembered) == expected
    config.set_option("theme.light.linkColor", "#123456")
    try:
        remembered.cache_clear()
        assert theme_of_all_sections(remembered).light.link_color == "#123456"
    finally:
        config.set_option("theme.light.linkColor", expected.light.link_color or None)


def test_settings_are_looked_for_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling_path_watcher, "_POLLING_PERIOD_SECS", 0.2)
    assert process_tuning.look_for_settings_rarely()
    assert polling_path_watcher._POLLING_PERIOD_SECS == process_tuning.SETTINGS_SECONDS


STATES = (
    "a field that was set",
    "a field that was set again",
    "a field that was set before its widget came",
    "a widget that the browser has changed",
    "a widget with a form of its own for those who ask",
    "a widget that is unknown",
)


def make_state(random: Random) -> SessionState:
    """Make a session as some runs may leave it: what is old, what code has set, and what the browser has said."""
    state = SessionState()
    for name in "abcdef":
        widget = f"$$ID-{name}-{name}"
        kind = random.choice(STATES)
        if kind != "a field that was set":
            state._old_state[random.choice([name, widget])] = random.random()
        if kind in {"a field that was set", "a field that was set again"}:
            state._new_session_state[name] = random.random()
        if "widget" in kind and kind != "a widget that is unknown":
            state._key_id_mapper[name] = widget
            presenter = (lambda value, _: [value]) if "form" in kind else None
            state._set_widget_metadata(
                WidgetMetadata(widget, lambda x: x, lambda x: x, "double_value", presenter=presenter)
            )
        if kind in {"a widget that the browser has changed", "a widget that is unknown"}:
            state._new_widget_state.set_from_value(widget, random.random())
    return state


def test_a_run_begins_with_the_values_that_streamlit_would_take_over(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Any = SessionState._compact_state
    monkeypatch.setattr(SessionState, "_compact_state", whole)
    assert process_tuning.take_over_only_news()
    assert SessionState._compact_state is not whole
    differ = 0
    for seed in range(300):
        expected, found = make_state(Random(seed)), make_state(Random(seed))
        before = dict(found._old_state)
        whole(expected)
        found._compact_state()
        assert found._old_state == expected._old_state
        assert not found._new_session_state
        assert not list(found._new_widget_state)
        differ += found._old_state != before
    assert differ > 200


def test_values_that_have_not_changed_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SessionState, "_compact_state", SessionState._compact_state)
    process_tuning.take_over_only_news()
    state = SessionState()
    state._old_state.update({f"field {number}": number for number in range(100)})
    state._new_session_state["field 5"] = "new"
    seen: list[str] = []
    look_up = SessionState.__getitem__

    def look(self: SessionState, key: str) -> Any:
        seen.append(key)
        return look_up(self, key)

    monkeypatch.setattr(SessionState, "__getitem__", look)
    state._compact_state()
    assert seen == ["field 5"]
    assert state._old_state["field 5"] == "new"


def test_a_streamlit_that_keeps_its_values_otherwise_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Any = SessionState._compact_state
    monkeypatch.setattr(SessionState, "_get_widget_id", SessionState._get_widget_id)
    monkeypatch.delattr(SessionState, "_get_widget_id")
    assert not process_tuning.take_over_only_news()
    assert SessionState._compact_state is whole
