"""The style sheet of all pages, in the page that the server sends.

As an element of the page it would come after the first elements are painted, and move them all.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from cnnviz.figures import theme
from cnnviz.ui.shell.static_files import COMPONENTS, NEVER_FILES, STATIC, Application, Message, Receive, Send

SHEETS = ("page.css", "terms.css")
"""Style sheets beside this module, in the order of the page."""

CSS = "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in SHEETS)

END = b"</body>"
"""Where the sheet goes: after Streamlit's own, so that it wins where both say something."""

OF_FILE = frozenset({b"last-modified", b"accept-ranges", b"etag", b"content-length"})
"""Headers about the file as it is on disk."""


@functools.cache
def make_sheet() -> str:
    """Return the style sheet, with the theme's colours, which Streamlit gives to components alone."""
    known = {
        "link-color": theme.pair("linkColor"),
        "background-color": theme.pair("backgroundColor"),
        **{
            f"chart-categorical-color-{number}": pair
            for number, pair in enumerate(zip(*theme.pair("chartCategoricalColors"), strict=True), 1)
        },
    }
    names = " ".join(f"--st-{name}: light-dark({light}, {dark});" for name, (light, dark) in known.items())
    return f".stApp {{ {names} }} {CSS}"


class StyledPage:
    """Middleware that puts the style sheet into the page; everything else passes as it is."""

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
                    await _send(send, start, b"".join(parts), scope["method"])

        await self._app(_ask_for_all(scope), receive, take)


def _may_be_page(path: str) -> bool:
    return not any(part in path for part in (*NEVER_FILES, STATIC, COMPONENTS))


def _ask_for_all(scope: Message) -> dict[str, Any]:
    """Return the request for the whole page as it is: its headers depend on what is put in."""
    conditional = (b"range", b"if-none-match", b"if-modified-since", b"accept-encoding")
    headers = [(name, value) for name, value in scope["headers"] if name not in conditional]
    return {**scope, "method": "GET", "headers": headers}


async def _send(send: Send, start: Message, body: bytes, method: str) -> None:
    headers = [(bytes(name).lower(), bytes(value)) for name, value in start["headers"]]
    if dict(headers).get(b"content-type", b"").startswith(b"text/html") and END in body:
        body = body.replace(END, f"<style>{make_sheet()}</style>".encode() + END)
        etag = b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
        length = str(len(body)).encode()
        headers = [each for each in headers if each[0] not in OF_FILE]
        headers += [(b"etag", etag), (b"content-length", length)]
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
