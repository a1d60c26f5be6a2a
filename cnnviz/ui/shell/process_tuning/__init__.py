"""Tune a server process once, so that every later run is quick; measured in docs/decisions.md."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

HEAVY = ("numpy", "PIL.Image", "PIL.ImageDraw", "safetensors.numpy")
"""Imported before the freeze, because a page needs them sooner or later and their objects never die."""

SETTINGS_SECONDS = 5.0
"""How often Streamlit looks whether its settings have changed on disk; its own 0.2 s keep four threads busy."""

_once = threading.Lock()
_settled = False


def tune_process() -> None:
    """Freeze what is loaded and switch off Nagle's algorithm, the first time a page runs in this process.

    A garbage collection walks every object that was ever imported; frozen ones are left out, which takes a
    full collection from some 100 ms to a few.
    """
    global _settled  # one fact about the process, not about a visitor
    with _once:
        if not _settled:
            _settled = True
            for name in HEAVY:
                importlib.import_module(name)
            send_at_once()
            _freeze()


@cache
def import_once(*names: str) -> None:
    """Import modules that only some visitors need, once, and freeze them too."""
    for name in names:
        importlib.import_module(name)
    _freeze()


def _freeze() -> None:
    gc.collect()
    gc.freeze()


def remember_theme() -> bool:
    """Build the theme once instead of at the beginning of every script run; return whether it worked.

    Streamlit sends the theme with each run, and for that reads some 250 settings one by one. It is built again when the
    settings have been read anew.
    """
    try:
        from streamlit import config
        from streamlit.proto.NewSession_pb2 import CustomThemeConfig
        from streamlit.runtime import app_session
    except ImportError:
        return False
    build: Any = vars(app_session).get("_populate_theme_msg")
    if build is None:
        return False
    if not hasattr(build, "cache_clear"):
        built = _RememberedTheme(build, CustomThemeConfig)
        config.on_config_parsed(built.cache_clear, force_connect=True)
        vars(app_session)["_populate_theme_msg"] = built
    return True


class _RememberedTheme:
    """Fills a message of Streamlit's with a section of the theme, as `build` does, which is called once a section."""

    def __init__(self, build: Callable[[Any, str], None], make_message: Callable[[], Any]) -> None:
        self._build, self._make_message = build, make_message
        self._built: dict[str, Any] = {}

    def __call__(self, message: Any, section: str = "theme") -> None:
        built = self._built.get(section)
        if built is None:
            built = self._make_message()
            self._build(built, section)
            self._built[section] = built
        if built.ByteSize():  # else merging would make an empty section of one that is not there
            message.MergeFrom(built)

    def cache_clear(self) -> None:
        """Build everything anew from now on."""
        self._built = {}


def look_for_settings_rarely() -> bool:
    """Have Streamlit look for changed settings every `SETTINGS_SECONDS`; return whether it does."""
    try:
        from streamlit.watcher import polling_path_watcher
    except ImportError:
        return False
    period = "_POLLING_PERIOD_SECS"
    if period not in vars(polling_path_watcher):
        return False
    vars(polling_path_watcher)[period] = SETTINGS_SECONDS
    return True


def take_over_only_news() -> bool:
    """Have a run begin without a look at each value of its session that has not changed; return whether it does.

    Streamlit writes all of them into the same place again, some 200 here, which takes half a millisecond.
    """
    try:
        from streamlit.runtime.state.session_state import SessionState
    except ImportError:
        return False
    known = {field.name for field in dataclasses.fields(SessionState)}
    methods = {"_compact_state", "_get_widget_id"}
    if not known >= {"_old_state", "_new_session_state", "_new_widget_state", "_key_id_mapper"}:
        return False
    if not vars(SessionState).keys() >= methods:
        return False
    SessionState._compact_state = _take_over_news  # type: ignore[method-assign, assignment]
    return True


def _take_over_news(state: Any) -> None:
    """Do what `SessionState._compact_state` does: all other values would be replaced by themselves."""
    old, new, widgets = state._old_state, state._new_session_state, state._new_widget_state
    keys = {state._get_widget_id(key) for key in new}
    keys.update(widgets)
    # A widget may have got its value under its key before it was known, and may present it in another form.
    keys.update(each for each, key in state._key_id_mapper.id_key_mapping.items() if each in old or key in old)
    keys.update(each for each in widgets.widget_metadata if each in old)
    for key in keys:
        with contextlib.suppress(KeyError):  # of a widget that nothing is known of
            old[key] = state[key]
    new.clear()
    widgets.clear()


def send_at_once() -> int:
    """Set TCP_NODELAY on this process's TCP sockets; return how many were changed.

    Streamlit binds its socket in a way that keeps asyncio from doing so, and every small answer then waits
    about 40 ms for the acknowledgement of the one before. Connections that are accepted later inherit it
    from the listening socket. Where file descriptors cannot be listed (Windows) nothing is changed.
    """
    changed = 0
    for number in _descriptors():
        with contextlib.suppress(OSError):
            changed += _set_no_delay(number)
    return changed


def _descriptors() -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from (int(path.name) for path in Path("/dev/fd").iterdir() if path.name.isdecimal())


def _set_no_delay(number: int) -> bool:
    copy = _socket(number)
    with copy:
        if copy.family not in (socket.AF_INET, socket.AF_INET6) or copy.type != socket.SOCK_STREAM:
            return False
        copy.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return True


def _socket(number: int) -> socket.socket:
    """Return a socket for a copy of descriptor `number`; raises OSError, with nothing left open, if it is none."""
    copy = os.dup(number)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)  # with a forgotten copy open, a reader of the pipe would never see its end
        raise
