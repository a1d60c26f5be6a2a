"""What the server puts into Streamlit's HTML: a skeleton of the page, and the style sheet of all pages.

That HTML is empty until a megabyte of scripts is there. The skeleton covers the page while its parts arrive, and is
taken away when the first script run has ended and nothing moves any more. The style sheet would come after the first
elements are painted if it were an element of the page, and move them all.
"""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path

from cnnviz.figures import theme
from cnnviz.ui.shell.static_files import (
    COMPONENTS,
    NEVER_FILES,
    STATIC,
    Application,
    Message,
    Receive,
    Send,
    drop_headers,
    make_entity_tag,
)
from cnnviz.ui.shell.style import make_sheet

SKELETON = Path(__file__).with_name("skeleton.html")

PAGES = Path(__file__).parents[4] / "pages"

FIRST_PAGE = "Draw"

STILL_MS = 300
"""Milliseconds for which nothing may have moved before the page is shown."""

PATIENCE_MS = 10_000
"""Milliseconds after the first element until a page that is not whole yet is shown all the same."""

FONT_PRELOAD = re.compile(rb"<link\s+rel=\"preload\"[^>]*?as=\"font\"[^>]*>")
"""Streamlit's request for 170 kB of a font before all else; the theme's fonts are those of the system."""

NAME = b"<title>Streamlit</title>"

ROOT = b'<div id="root"></div>'

END = b"</body>"
"""Where the style sheet goes: after Streamlit's own, so that it wins where both say something."""

OF_FILE = frozenset({b"last-modified", b"accept-ranges", b"etag", b"content-length"})
"""Headers about the file as it is on disk."""


CONDITIONAL = (b"range", b"if-none-match", b"if-modified-since", b"accept-encoding")
"""Headers of a request that ask for less than the whole page as it is."""


class CompletedPage:
    """Middleware that completes Streamlit's HTML; everything else passes as it is."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not _may_be_page(scope["path"]):
            await self._app(scope, receive, send)
            return
        start: Message = {}
        parts: list[bytes] = []

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    await _send(send, start, b"".join(parts), scope)

        await self._app({**drop_headers(scope, *CONDITIONAL), "method": "GET"}, receive, take)


def add_skeleton(page: bytes, path: str) -> bytes:
    """Return Streamlit's HTML with the skeleton and name of the page at `path`, and without a font that comes first.

    HTML of another form, as a later version of Streamlit may have, is returned with what fits of these.
    """
    title = find_title(path)
    page = FONT_PRELOAD.sub(b"", page)
    page = page.replace(NAME, f"<title>{html.escape(title)} · cnnviz</title>".encode(), 1)
    return page.replace(ROOT, ROOT + _fill_skeleton(title), 1)


def find_title(path: str) -> str:
    """Return the title of the page at a path of the server, the first page's for any that is not known."""
    name = path.rstrip("/").rpartition("/")[2]
    return name if name in _titles() else FIRST_PAGE


@cache
def _titles() -> frozenset[str]:
    return frozenset(re.sub(r"^\d+[_ -]*", "", each.stem) for each in PAGES.glob("*.py"))


@cache
def _fill_skeleton(title: str) -> bytes:
    values = {
        "kind": "first" if title == FIRST_PAGE else "inside",
        "title": html.escape(title),
        "font": theme.font(),
        "paper": ", ".join(theme.pair("backgroundColor")),
        "ink": ", ".join(theme.pair("textColor")),
        "still": str(STILL_MS),
        "patience": str(PATIENCE_MS),
    }
    text = SKELETON.read_text(encoding="utf-8").strip()
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text.encode()


def _may_be_page(path: str) -> bool:
    return not any(part in path for part in (*NEVER_FILES, STATIC, COMPONENTS))


async def _send(send: Send, start: Message, body: bytes, scope: Message) -> None:
    headers = [(bytes(name).lower(), bytes(value)) for name, value in start["headers"]]
    if dict(headers).get(b"content-type", b"").startswith(b"text/html") and END in body:
        body = add_skeleton(body, scope["path"]).replace(END, f"<style>{make_sheet()}</style>".encode() + END)
        headers = [each for each in headers if each[0] not in OF_FILE]
        headers += [(b"etag", make_entity_tag(body)), (b"content-length", str(len(body)).encode())]
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
