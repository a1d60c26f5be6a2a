"""The style sheet of all pages stands in the page that is sent, and in nothing else."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from cnnviz.ui.shell.first_paint import CompletedPage, add_skeleton
from cnnviz.ui.shell.style import make_sheet
from tests.event_loop import run_apart

PAGE = b'<!doctype html><html><body><div id="root"></div></body></html>'


def ask(path: str, kind: str = "text/html; charset=utf-8", method: str = "GET") -> tuple[dict[bytes, bytes], bytes]:
    """Return headers and body of what comes through the middleware from an app that answers everything with a page."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, _: Any, send: Any) -> None:
        assert scope["method"] == method or path == "/Layers"
        headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(PAGE)), (b"etag", b'"old"')]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": PAGE[:20], "more_body": True})
        await send({"type": "http.response.body", "body": PAGE[20:]})

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"range", b"bytes=0-3")]}
    run_apart(CompletedPage(app)(scope, receive, send))
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


def test_a_page_ends_with_the_sheet_and_says_what_it_now_is() -> None:
    headers, body = ask("/Layers")
    assert body == add_skeleton(PAGE, "/Layers").replace(b"</body>", f"<style>{make_sheet()}</style></body>".encode())
    assert headers[b"content-length"] == b"%d" % len(body)
    assert headers[b"etag"].strip(b'"').decode() == hashlib.sha256(body).hexdigest()[:32]


def test_a_request_for_the_headers_of_a_page_gets_the_same_headers() -> None:
    assert ask("/Layers", method="HEAD") == (ask("/Layers")[0], b"")


@pytest.mark.parametrize("path", ["/static/js/index.js", "/_stcore/health", "/_stcore/bidi-components/x/y.js"])
def test_what_is_no_page_passes_as_it_is(path: str) -> None:
    assert ask(path) == ({**ask(path)[0], b"etag": b'"old"'}, PAGE)


def test_another_kind_of_answer_passes_as_it_is() -> None:
    assert ask("/favicon.png", "image/png")[1] == PAGE


def test_rules_for_the_widget_of_a_field_also_hold_once_it_was_made_anew() -> None:
    """Its key then ends with a number, see `session.choose`, so that only the beginning of the class is the same."""
    assert re.findall(r"\.st-key-choose-[\w-]+", make_sheet()) == []
