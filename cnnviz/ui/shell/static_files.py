"""Compress the files of the page: each once in a process, and sent again only when it has changed.

Streamlit leaves its own files uncompressed, because it would have to compress them anew for every visitor, and reads
components' files anew without telling the browser how to ask whether they have changed. The page itself gets its
skeleton here.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

STATIC = "/static/"
"""Part of the addresses of Streamlit's own files, whose names hold a hash of their content."""

COMPONENTS = "/_stcore/bidi-components/"
"""Part of the addresses of components' files."""

VERSION_LENGTH = 16
"""Characters of the hash of all files in the components' names (`components.mount`)."""

VERSIONED = re.compile(re.escape(COMPONENTS) + rf"[\w.]+-[0-9a-f]{{{VERSION_LENGTH}}}/")
"""Part of the addresses of components whose name holds that hash."""

NEVER_FILES = ("/_stcore/", "/media/", "/component/")
"""Parts of the addresses of answers that are made for one visitor, or are none of the page's files."""

COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
"""Beginnings of the types that are worth compressing; pictures and fonts are compressed as they are."""

FOR_GOOD = b"public, max-age=31536000, immutable"
"""What browsers are told of a file whose address changes with its content: keep it, and ask no more."""

MIN_SIZE = 500
"""Bytes from which on a file is compressed."""

LEVEL = 9
"""Of gzip; each file is compressed once, so that the smallest result is the cheapest."""

SUFFIX = b'-gzip"'
"""End of the entity tag of the compressed file, which must differ from that of the file itself."""


@dataclass
class _Answer:
    """What the app answered to a request.

    Attributes:
        status: of HTTP.
        headers: name in small letters -> value, both as bytes.
        body: all of it.
    """

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


class CompressedFiles:
    """Middleware that answers requests for files of the page with the compressed file, kept in memory.

    A request for a part of a file, or of a browser that reads no gzip, is left to the app. Nothing of a websocket, an
    upload or Streamlit's own answers passes through here.
    """

    def __init__(self, app: Application) -> None:
        self._app = app
        self._compressed: dict[str, tuple[bytes, asyncio.Future[bytes]]] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and _is_file(scope["path"]):
            await self._serve(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        asked = dict(scope["headers"])
        if b"range" in asked:
            await self._app(drop_headers(scope, b"accept-encoding"), receive, _adding_vary(send))
            return
        # The app is asked for the headers alone where they tell whether the file is the one that is kept.
        tells = STATIC in scope["path"]
        inner = drop_headers(scope, b"accept-encoding", b"if-none-match", b"if-modified-since")
        found = await self._ask(inner, "HEAD" if tells else "GET")
        if found.status != 200 or not found.headers.get(b"content-type", b"").decode().startswith(COMPRESSIBLE):
            await self._app(scope, receive, send)
            return
        if not tells:
            found.headers[b"etag"] = make_entity_tag(found.body)
            found.headers[b"cache-control"] = FOR_GOOD if VERSIONED.search(scope["path"]) else b"no-cache"
        found.headers[b"vary"] = b"Accept-Encoding"
        large = int(found.headers[b"content-length"]) >= MIN_SIZE
        if large and accepts_gzip(asked.get(b"accept-encoding", b"").decode("latin-1")):
            found.body = await self._compress(inner, found)
            found.headers[b"content-encoding"] = b"gzip"
            found.headers[b"content-length"] = str(len(found.body)).encode()
            found.headers[b"etag"] = found.headers[b"etag"][:-1] + SUFFIX
            found.headers.pop(b"accept-ranges", None)
        elif not found.body and scope["method"] == "GET":
            found.body = (await self._ask(inner, "GET")).body
        if _is_known(found.headers[b"etag"], asked.get(b"if-none-match", b"")):
            await _send(send, 304, {name: found.headers[name] for name in KEPT if name in found.headers}, b"")
        else:
            await _send(send, 200, found.headers, found.body if scope["method"] == "GET" else b"")

    async def _compress(self, inner: Message, found: _Answer) -> bytes:
        """Return the compressed file; whoever asks for one that is being compressed waits for it."""
        etag = found.headers[b"etag"]
        # All addresses that are no file's get one of a few pages.
        name = f"page {etag.decode()}" if _is_page(found) else inner["path"]
        known, compressed = self._compressed.get(name, (b"", None))
        if known != etag or compressed is None or (compressed.done() and compressed.exception() is not None):
            compressed = asyncio.ensure_future(self._read_and_compress(inner, found))
            self._compressed[name] = etag, compressed
        return await asyncio.shield(compressed)

    async def _read_and_compress(self, inner: Message, found: _Answer) -> bytes:
        body = found.body or (await self._ask(inner, "GET")).body
        return await asyncio.to_thread(gzip.compress, body, LEVEL, mtime=0)

    async def _ask(self, scope: Message, method: str) -> _Answer:
        """Return what the app answers to a request, whether or not the browser stays until then."""
        answer = _Answer()
        parts: list[bytes] = []
        bodies = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Message:
            for body in bodies:
                return body
            return await asyncio.Future()  # the browser neither sends more nor leaves

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {bytes(name).lower(): bytes(value) for name, value in message["headers"]}
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self._app({**scope, "method": method}, receive, take)
        answer.body = b"".join(parts)
        return answer


KEPT = (b"etag", b"cache-control", b"vary", b"last-modified")
"""Headers that also stand in the answer that a file has not changed."""


def make_entity_tag(body: bytes) -> bytes:
    """Return the entity tag of a file, made of what is in it."""
    return b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'


def drop_headers(scope: Message, *names: bytes) -> dict[str, Any]:
    """Return a request without the headers of these names."""
    return dict(scope) | {"headers": [(name, value) for name, value in scope["headers"] if name not in names]}


def accepts_gzip(accepted: str) -> bool:
    """Return whether a header `Accept-Encoding` allows gzip (RFC 9110, section 12.5.3)."""
    shares = {"gzip": 0.0, "*": 0.0}
    for each in accepted.lower().split(","):
        name, _, quality = each.strip().partition(";")
        name, quality = name.strip(), quality.strip()
        try:
            share = float(quality.removeprefix("q=")) if quality else 1.0
        except ValueError:
            share = 0.0
        if name == "gzip":
            return share > 0
        shares[name] = share
    return shares["*"] > 0


def _is_file(path: str) -> bool:
    """Return whether a path may be that of a file of the page, or of the page itself."""
    return COMPONENTS in path or STATIC in path or not any(part in path for part in NEVER_FILES)


def _is_page(found: _Answer) -> bool:
    return found.headers[b"content-type"].startswith(b"text/html")


def _is_known(etag: bytes, known: bytes) -> bool:
    """Return whether a header `If-None-Match` names `etag` (weak comparison, RFC 9110, section 13.1.2)."""
    names = [each.strip().removeprefix(b"W/") for each in known.split(b",")]
    return b"*" in names or etag.removeprefix(b"W/") in names


def _adding_vary(send: Send) -> Send:
    async def send_with_vary(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message["headers"] if name.lower() != b"vary"]
            message["headers"] = [*headers, (b"vary", b"Accept-Encoding")]
        await send(message)

    return send_with_vary


async def _send(send: Send, status: int, headers: dict[bytes, bytes], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers.items())})
    await send({"type": "http.response.body", "body": body})
