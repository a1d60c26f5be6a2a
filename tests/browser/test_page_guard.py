"""What no page may do is found: here by a page that does it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.page_guard import PageGuard

ELSEWHERE = {
    "data": 'fetch("https://data.example/a").catch(() => {})',
    "data without an answer": 'fetch("https://mute.example/a", { mode: "no-cors" }).catch(() => {})',
    "a picture at a number": 'new Image().src = "http://192.0.2.1/a.png"',
    "a script": """document.body.append(
        Object.assign(document.createElement("script"), { src: "https://script.example/a.js" }))""",
    "a style sheet": """document.head.append(
        Object.assign(document.createElement("link"), { rel: "stylesheet", href: "https://style.example/a.css" }))""",
    "a font": 'new FontFace("a", "url(https://font.example/a.woff2)").load().catch(() => {})',
    "a beacon": 'navigator.sendBeacon("https://beacon.example/a", "1")',
    "events": 'new EventSource("https://events.example/a")',
    "a socket": 'new WebSocket("wss://socket.example/a")',
    "a frame": """document.body.append(
        Object.assign(document.createElement("iframe"), { src: "https://frame.example/" }))""",
}


@pytest.mark.parametrize("program", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_request_to_another_host_is_found(page: Page, page_guard: PageGuard, program: str) -> None:
    page.route("http://127.0.0.1/empty", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://127.0.0.1/empty")
    with page.expect_event("framenavigated") if "iframe" in program else page.expect_console_message():
        page.evaluate(f"() => {{ {program} }}")
    assert len(page_guard.violations) == 1
    page_guard.violations.clear()


def test_an_error_is_found_and_its_document_is_noted(page: Page, page_guard: PageGuard) -> None:
    page.route("http://127.0.0.1/empty", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://127.0.0.1/empty")
    with page.expect_event("pageerror"):
        page.evaluate("() => void setTimeout(() => { throw new Error('lost') })")
    assert [one for one in page_guard.violations if "lost" in one]
    assert page_guard.origins == {"http://127.0.0.1"}
    page_guard.violations.clear()
