"""Tune a server process once, so that every later run is quick; measured in docs/decisions.md."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import socket
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HEAVY = ("numpy", "PIL.Image", "PIL.ImageDraw", "safetensors.numpy")
"""Imported before the freeze, because a page needs them sooner or later and their objects never die."""

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
