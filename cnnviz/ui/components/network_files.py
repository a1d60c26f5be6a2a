"""Send the networks of the app to the browser, which works out the view with them while the pen moves.

Each is one file below the components' own, so that a module there finds it by a relative address. The address holds a
hash of the weights: a browser asks for it once and never again. Visitors' own networks are not sent.
"""

from __future__ import annotations

import asyncio
import gzip
import re

from cnnviz.core.errors import Refusal
from cnnviz.core.networks import browser_file, model_store
from cnnviz.core.networks.card import ModelCard
from cnnviz.ui.components.mount import folder_name
from cnnviz.ui.shell.static_files import COMPONENTS, FOR_GOOD, Application, Message, Receive, Send, accepts_gzip

FOLDER = f"{COMPONENTS}{folder_name()}/networks/"
"""Part of the addresses of all networks."""

HASH_LENGTH = 16
"""Characters of the weights' hash in an address."""

LEVEL = 6
"""Of gzip, which takes the trained weights down by a tenth at any level."""

HEADERS = (
    (b"content-type", b"application/octet-stream"),
    (b"cache-control", FOR_GOOD),
    (b"vary", b"Accept-Encoding"),
)

_ADDRESS = re.compile(re.escape(FOLDER) + f"([^/]+)/([0-9a-f]{{{HASH_LENGTH}}})$")


def make_address(card: ModelCard) -> str | None:
    """Return the address of a network below `FOLDER`; None for one that the browser cannot run."""
    if not browser_file.can_run(card.architecture):
        return None
    return f"{card.name}/{card.weights_sha256[:HASH_LENGTH]}"


class NetworkFiles:
    """Middleware that answers requests for networks, each compressed once; everything else passes as it is."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._compressed: dict[str, asyncio.Future[bytes]] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or FOLDER not in scope["path"]:
            await self._app(scope, receive, send)
            return
        body = await self._find(scope["path"])
        if body is None:
            await _send(send, 404, [(b"cache-control", b"no-store")], b"")
            return
        headers = list(HEADERS)
        asked = dict(scope["headers"])
        if accepts_gzip(asked.get(b"accept-encoding", b"").decode("latin-1")):
            headers.append((b"content-encoding", b"gzip"))
        else:
            body = await asyncio.to_thread(gzip.decompress, body)
        headers.append((b"content-length", str(len(body)).encode()))
        await _send(send, 200, headers, body if scope["method"] == "GET" else b"")

    async def _find(self, path: str) -> bytes | None:
        """Return the compressed file at a path; None if there is none."""
        match = _ADDRESS.search(path)
        if match is None:
            return None
        name, version = match.groups()
        known = self._compressed.get(version)
        if known is None or (known.done() and known.exception() is not None):
            # All who ask meanwhile wait for the same file.
            known = asyncio.ensure_future(asyncio.to_thread(_read, name, version))
            self._compressed[version] = known
        try:
            return await asyncio.shield(known)
        except Refusal:
            self._compressed.pop(version, None)
            return None


def _read(name: str, version: str) -> bytes:
    """Return the packed network, compressed. Raises `Refusal` if the model store has none with these weights."""
    network = model_store.load(name)
    card = network.card
    if card is None or make_address(card) != f"{name}/{version}":
        raise Refusal("There is no network of that name with these weights. Received: {name}.", name=name)
    return gzip.compress(browser_file.pack(network), LEVEL, mtime=0)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
