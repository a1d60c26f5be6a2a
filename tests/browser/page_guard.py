"""Notes everything that a page should not do: errors in the console, exceptions, questions to other hosts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

#: Streamlit does not know below which path it is served. On /Layers its browser code first asks
#: /Layers/_stcore/health and /Layers/_stcore/host-config whether /Layers is that path, is told 404, and goes on
#: with /_stcore. The browser notes each answer as an error; it is none of ours.
PROBE = re.compile(r"/[A-Z]\w*/_stcore/(health|host-config)")
MISSING = "Failed to load resource: the server responded with a status of 404"

HOSTS = {"127.0.0.1", "localhost"}


@dataclass
class Witness:
    """What was seen in a browser's pages; `complaints` are the things that must not happen."""

    complaints: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"exception: {error.error}"))
        context.on("request", lambda request: self._asked(request.url))
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._asked(socket.url))

    def _console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        probing = message.text.startswith(MISSING) and PROBE.fullmatch(urlsplit(url).path)
        if message.type == "error" and not probing:
            self.complaints.append(f"console: {message.text} ({url})")

    def _asked(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in HOSTS:
            self.complaints.append(f"asked another host: {url}")
