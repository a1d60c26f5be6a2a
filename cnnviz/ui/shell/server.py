"""Add to Streamlit's server what it does not do itself: security headers, limits, and no figures for strangers.

`streamlit run app.py` finds the `st.App` of `app.py` and serves that; its middleware is the hook that Streamlit
documents.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from types import MappingProxyType

from starlette.middleware import Middleware

from cnnviz.core.errors import Refusal
from cnnviz.ui.components.network_files import NetworkFiles
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell import process_tuning
from cnnviz.ui.shell.descriptors import (
    USUAL_LIMIT,
    accept_one_by_one,
    bound_logging,
    count_visitors_allowed,
    raise_limit,
    share_event_loops,
    watch_no_files,
)
from cnnviz.ui.shell.first_paint import CompletedPage
from cnnviz.ui.shell.process_tuning import script_runs
from cnnviz.ui.shell.static_files import Application, CompressedFiles, Message, Receive, Send

LOG = logging.getLogger("cnnviz")

POLICY = MappingProxyType(
    {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",  # Streamlit's own page has inline scripts, Vega evaluates
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "connect-src": "'self' data: blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
)
"""Content-Security-Policy: nothing is fetched from another host, and no other site may frame the app."""


def _spell(policy: Mapping[str, str]) -> bytes:
    return "; ".join(f"{name} {value}" for name, value in policy.items()).encode()


HEADERS = (
    (b"content-security-policy", _spell(POLICY)),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # links hold drawings and choices
)

METRICS = "/_stcore/metrics"

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.*-]+(:[0-9]+)?")


EMBEDDING_VARIABLE = "CNNVIZ_EMBEDDED_IN"
"""Environment variable with the origins that may frame the app, such as https://school.example.org, with spaces."""

FULL = gettext_noop(
    "This server is full: it has places for {most} visitors, and all are taken. Please try again in some minutes."
)

SPARE_SHARE = 0.1
"""Share of the places beyond which no visitor is connected, not even to see a message in the page."""

FULL_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>cnnviz is full</title>
<body style="font: 1.1rem system-ui, sans-serif; margin: 3rem"><p>{sentence}</p></body></html>
"""

_most_visitors = count_visitors_allowed(USUAL_LIMIT)
_connected = 0


def start() -> list[Middleware]:
    """Prepare this process for many visitors; return the middleware of the server."""
    global _most_visitors  # one fact about the process
    limit = raise_limit()
    _most_visitors = count_visitors_allowed(limit)
    share_event_loops()
    watch_no_files()
    process_tuning.remember_theme()
    process_tuning.look_for_settings_rarely()
    process_tuning.take_over_only_news()
    script_runs.tune_script_runs()
    bound_logging()
    logging.getLogger("uvicorn.error").addFilter(_is_worth_logging)
    LOG.log(logging.WARNING, "%s file descriptors: places for %s visitors", limit, _most_visitors)
    files = [Middleware(NetworkFiles), Middleware(CompressedFiles), Middleware(CompletedPage)]
    return [Middleware(SecurityHeaders), Middleware(Limits), *files]


def check_places() -> None:
    """Raise `Refusal` if more visitors are connected than there are places; for visitors who have just come."""
    if _connected > _most_visitors:
        raise Refusal(FULL, most=_most_visitors)


class Limits:
    """Middleware that counts connected visitors, and turns those away for whom not even a sentence has a place."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._tamed = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        global _connected
        if not self._tamed and scope["type"] != "lifespan":  # the sockets listen now
            self._tamed = True
            accept_one_by_one(asyncio.get_running_loop())
        if scope["type"] == "websocket":
            if _is_overfull():
                await receive()
                await send({"type": "websocket.close", "code": 1013})
                return
            _connected += 1
            try:
                await self._app(scope, receive, send)
            finally:
                _connected -= 1
        elif scope["type"] == "http" and _is_overfull() and _asks_for_page(scope):
            await _send_full(send)
        else:
            await self._app(scope, receive, send)


def _is_overfull() -> bool:
    return _connected >= _most_visitors * (1 + SPARE_SHARE)


def _asks_for_page(scope: Message) -> bool:
    return any(name.lower() == b"accept" and b"text/html" in value for name, value in scope["headers"])


async def _send_full(send: Send) -> None:
    body = FULL_PAGE.format(sentence=Refusal(FULL, most=_most_visitors)).encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"retry-after", b"120"), *_headers()]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class SecurityHeaders:
    """Middleware that puts `HEADERS` on every response, and answers `METRICS` to this computer alone.

    A proxy on this computer asks for others, so a request that was forwarded is a stranger's.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""

        answered = False

        async def send_with_headers(message: Message) -> None:
            nonlocal answered
            if message["type"] == "websocket.close" and not answered and _may_answer(scope):
                answered = True
                await send({"type": "websocket.http.response.start", "status": 403, "headers": [*_headers()]})
                await send({"type": "websocket.http.response.body", "body": b""})
                return
            answered = answered or message["type"].startswith("websocket.")
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message["headers"] = _merge(message.get("headers", ()))
            await send(message)

        if scope["type"] == "http" and scope["path"].endswith(METRICS) and not _is_local(scope):
            await send_with_headers({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"Not Found"})
            return
        await self._app(scope, receive, send_with_headers)


def _merge(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return a response's headers with ours in place of its own of the same name."""
    ours = _headers()
    names = {name for name, _ in ours}
    return [*((name, value) for name, value in headers if name.lower() not in names), *ours]


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """Return False for what uvicorn reports after each websocket that was refused with a complete response."""
    return record.msg != "ASGI callable returned without completing handshake."


def _may_answer(scope: Message) -> bool:
    """Return whether the server lets a refused websocket be answered with headers of ours, rather than its own 403."""
    return "websocket.http.response" in (scope.get("extensions") or {})


@functools.cache
def _headers() -> tuple[tuple[bytes, bytes], ...]:
    """Return `HEADERS`, with the origins that may frame the app, which `X-Frame-Options` cannot name."""
    origins = [each for each in os.environ.get(EMBEDDING_VARIABLE, "").split() if _ORIGIN.fullmatch(each)]
    if not origins:
        return HEADERS
    policy = _spell({**POLICY, "frame-ancestors": " ".join(["'self'", *origins])})
    return ((b"content-security-policy", policy), *(each for each in HEADERS[1:] if each[0] != b"x-frame-options"))


def _is_local(scope: Message) -> bool:
    client, forwarded = scope.get("client"), (b"forwarded", b"x-forwarded-", b"x-real-ip")
    if client is None or any(name.lower().startswith(forwarded) for name, _ in scope["headers"]):
        return False
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:
        return False
