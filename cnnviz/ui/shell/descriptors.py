"""File descriptors: how many visitors they allow, and that a server which runs out of them neither spins nor chatters.

Every visitor holds a socket, and for a few seconds those that fetched the page; Streamlit adds an event loop of three
descriptors for each session, also of visitors who have left. Measured in docs/decisions.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
from types import ModuleType
from typing import Any

LOG = logging.getLogger("cnnviz")

USUAL_LIMIT = 1_024
"""Taken where the system does not say how many descriptors a process may have (Windows)."""

MAX_LIMIT = 65_536
"""Descriptors that are asked for at most; more would be a sign of a leak."""

RESERVED = 224
"""Descriptors for everything but visitors: files, workers' pipes, exports, sessions that left."""

PER_VISITOR = 4
"""Descriptors that a visitor holds for a moment: the session's socket and those that fetch the page's files."""

MAX_LINES = 20
"""Lines of one kind that are logged within `WINDOW_SECONDS`."""

WINDOW_SECONDS = 60.0


def raise_limit() -> int:
    """Raise the soft limit of descriptors to the hard one, as far as `MAX_LIMIT`; return what it is now."""
    try:
        import resource
    except ImportError:  # Windows
        return USUAL_LIMIT
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_LIMIT if hard == resource.RLIM_INFINITY else min(hard, MAX_LIMIT)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return MAX_LIMIT if soft == resource.RLIM_INFINITY else soft


def count_visitors_allowed(limit: int) -> int:
    """Return how many visitors may be here at once with this limit of descriptors."""
    return max(1, (limit - RESERVED) // PER_VISITOR)


def share_event_loops() -> bool:
    """Give all sessions that begin from now on the same event loop, which nothing here runs; return whether it worked.

    Streamlit makes one for every session, for libraries that look for one while they are imported, and closes it when
    the session is given up: up to `disconnectedSessionTTL` after its visitor has left.
    """
    try:
        from streamlit.runtime import app_session
    except ImportError:
        return False
    close, module = (vars(app_session).get(name) for name in ("_close_script_event_loop", "asyncio"))
    if close is None or not isinstance(module, ModuleType):
        return False
    if isinstance(module, _SharedLoops):
        return True
    loops = _SharedLoops()
    vars(app_session)["asyncio"] = loops
    vars(app_session)["_close_script_event_loop"] = lambda loop: None if loop is loops.loop else close(loop)
    return True


def watch_no_files() -> bool:
    """Keep sessions whose visitor comes back from watching files where `fileWatcherType` is none.

    Streamlit asks for that setting when a session begins, and not when it is taken up again: from then on every script
    run of the session walks through all imported modules. Returns whether sessions watch none.
    """
    try:
        from streamlit import config
        from streamlit.runtime.app_session import AppSession
    except ImportError:
        return False
    if config.get_option("server.fileWatcherType") != "none" or not hasattr(AppSession, "register_file_watchers"):
        return False
    setattr(AppSession, "register_file_watchers", lambda _: None)  # noqa: B010 (it is not ours to assign, says mypy)
    return True


class _SharedLoops(ModuleType):
    """The module `asyncio` as `streamlit.runtime.app_session` sees it: a new event loop is always the same one."""

    def __init__(self) -> None:
        super().__init__("asyncio")
        self.loop = asyncio.new_event_loop()

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """Return the shared event loop."""
        return self.loop

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


def accept_one_by_one(loop: asyncio.AbstractEventLoop) -> int:
    """Have the server sockets of a running loop accept one connection a turn; return how many sockets there are.

    asyncio accepts up to 2,048 in a row. Without a free descriptor each of these attempts fails, is logged, and plans
    another row of them a second later, so that a server out of descriptors does nothing else. One attempt that fails
    pauses for that second.
    """
    changed = 0
    selector = getattr(loop, "_selector", None)
    for key in list(selector.get_map().values()) if selector is not None else ():
        reader: Any = key.data[0] if isinstance(key.data, tuple) else None
        if getattr(getattr(reader, "_callback", None), "__name__", "") == "_accept_connection":
            arguments = list(reader._args)
            if len(arguments) > BACKLOG and isinstance(arguments[BACKLOG], int):
                arguments[BACKLOG] = 1
                reader._args = tuple(arguments)
                changed += 1
    if changed:
        _keep_queue(loop)
    return changed


def _keep_queue(loop: asyncio.AbstractEventLoop) -> None:
    """Let the system hold as many connections as before after a pause: asyncio would shorten the queue to one, too."""
    start_serving = getattr(loop, "_start_serving", None)
    if start_serving is None:
        return

    def start_again(protocol_factory: Any, sock: socket.socket, *arguments: Any) -> None:
        start_serving(protocol_factory, sock, *arguments)
        sock.listen(QUEUE)

    loop._start_serving = start_again  # type: ignore[attr-defined]


QUEUE = 2_048
"""Connections that the system holds until they are accepted; uvicorn's number."""


BACKLOG = 4
"""Place of `backlog` in the arguments of `BaseSelectorEventLoop._accept_connection`."""


class RepetitionFilter(logging.Filter):
    """Let `MAX_LINES` lines of one kind pass within `WINDOW_SECONDS`; the first of the next ones says how many did not.

    Lines are of one kind if they are of one logger and template.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}  # when a window began, and its lines

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a line is written."""
        kind, now = (record.name, str(record.msg)[:200]), time.monotonic()
        with self._lock:
            began, lines = self._seen.get(kind, (now, 0))
            if now - began < WINDOW_SECONDS:
                self._seen[kind] = began, lines + 1
                return lines < MAX_LINES
            if len(self._seen) > 1_000:
                self._seen.clear()
            self._seen[kind] = now, 1
        if lines > MAX_LINES:
            record.msg = f"{record.getMessage()} ({lines - MAX_LINES} more like this were left out)"
            record.args = ()
        return True


def bound_logging() -> None:
    """Bound how often one line is logged, wherever it comes from."""
    bound = RepetitionFilter()
    for name in ("asyncio", "cnnviz", "uvicorn.error", "streamlit"):
        logging.getLogger(name).addFilter(bound)
    for handler in (*logging.getLogger().handlers, logging.lastResort):
        if handler is not None:
            handler.addFilter(bound)
