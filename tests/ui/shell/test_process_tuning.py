"""One-time tuning of a server process, on real sockets of this process."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
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
