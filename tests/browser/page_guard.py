"""Collect forbidden page activity: errors in the console, exceptions, requests to other hosts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, Page, Request, WebError

PROBE = re.compile(r"/[A-Z]\w*/_stcore/(health|host-config)")
"""Requests of Streamlit itself that fail: it does not know below which path it is served.

On /Layers its browser code first asks /Layers/_stcore/health and /Layers/_stcore/host-config whether /Layers is that
path, receives 404, and goes on with /_stcore. The browser logs each answer as an error; neither is one of the app.
"""
MISSING = "Failed to load resource: the server responded with a status of 404"

HOSTS = {"127.0.0.1", "localhost"}

ARGUMENTS = (f"--host-resolver-rules=MAP * ~NOTFOUND{''.join(f' , EXCLUDE {host}' for host in sorted(HOSTS))}",)
"""Of Chromium: no other host is found, and each request to one is an error in the console.

So requests need not be watched one by one, which would take as long as a tenth of each opening of a page.
"""


@dataclass
class PageGuard:
    """Collect forbidden page activity.

    Attributes:
        violations: errors in the console, exceptions, and requests to other hosts, in the order in which they came.
        origins: scheme, host and port of every document that was opened.
    """

    violations: list[str] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)

    def watch(self, context: BrowserContext, *, requests: bool = False) -> None:
        """Watch all pages of a browser profile, also later ones.

        Args:
            context: The profile.
            requests: Check the host of each request, for a browser that was started without `ARGUMENTS`.
        """
        context.on("console", self._check_console)
        context.on("weberror", self._note_exception)
        context.on("page", self._watch_page)
        if requests:
            context.on("request", self._check_request)
        for page in context.pages:
            self._watch_page(page)

    def leave(self, context: BrowserContext) -> None:
        """Watch a browser profile that was watched without its requests no longer."""
        context.remove_listener("console", self._check_console)
        context.remove_listener("weberror", self._note_exception)
        context.remove_listener("page", self._watch_page)
        for page in context.pages:
            page.remove_listener("framenavigated", self._note_document)

    def _watch_page(self, page: Page) -> None:
        page.on("framenavigated", self._note_document)

    def _note_exception(self, error: WebError) -> None:
        self.violations.append(f"exception: {error.error}")

    def _note_document(self, frame: Frame) -> None:
        address = urlsplit(frame.url)
        if frame.parent_frame is not None and address.scheme == "chrome-error":  # the console does not tell
            self.violations.append(f"frame that was not found: {frame.name or 'without a name'}")
        elif address.scheme in {"http", "https"}:
            self.origins.add(f"{address.scheme}://{address.netloc}")
            self._check_host(frame.url)

    def _check_request(self, request: Request) -> None:
        self._check_host(request.url)

    def _check_console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        probing = message.text.startswith(MISSING) and PROBE.fullmatch(urlsplit(url).path)
        if message.type == "error" and not probing:
            self.violations.append(f"console: {message.text} ({url})")

    def _check_host(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in HOSTS:
            self.violations.append(f"request to another host: {url}")
