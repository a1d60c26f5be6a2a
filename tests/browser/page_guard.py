"""Collect forbidden page activity: errors in the console, exceptions, requests to other hosts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

PROBE = re.compile(r"/[A-Z]\w*/_stcore/(health|host-config)")
"""Requests of Streamlit itself that fail: it does not know below which path it is served.

On /Layers its browser code first asks /Layers/_stcore/health and /Layers/_stcore/host-config whether /Layers is that
path, receives 404, and goes on with /_stcore. The browser logs each answer as an error; neither is one of the app.
"""
MISSING = "Failed to load resource: the server responded with a status of 404"

HOSTS = {"127.0.0.1", "localhost"}


@dataclass
class PageGuard:
    """Collect forbidden page activity.

    Attributes:
        violations: errors in the console, exceptions, and requests to other hosts, in the order in which they came.
        origins: scheme, host and port of every document that was asked for.
    """

    violations: list[str] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)

    def watch(self, context: BrowserContext) -> None:
        """Watch all pages of a browser profile, also later ones."""
        context.on("console", self._check_console)
        context.on("weberror", self._note_exception)
        context.on("request", self._check_request)
        context.on("page", self._watch_page)

    def leave(self, context: BrowserContext) -> None:
        """Watch a browser profile no longer."""
        context.remove_listener("console", self._check_console)
        context.remove_listener("weberror", self._note_exception)
        context.remove_listener("request", self._check_request)
        context.remove_listener("page", self._watch_page)

    def _note_exception(self, error: WebError) -> None:
        self.violations.append(f"exception: {error.error}")

    def _check_request(self, request: Request) -> None:
        if request.is_navigation_request():
            address = urlsplit(request.url)
            self.origins.add(f"{address.scheme}://{address.netloc}")
        self._check_host(request.url)

    def _watch_page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._check_host(socket.url))

    def _check_console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        probing = message.text.startswith(MISSING) and PROBE.fullmatch(urlsplit(url).path)
        if message.type == "error" and not probing:
            self.violations.append(f"console: {message.text} ({url})")

    def _check_host(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in HOSTS:
            self.violations.append(f"request to another host: {url}")
