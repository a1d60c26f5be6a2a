"""The first visit over a slow line: how many bytes the browser fetches, and how many at a reload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.browser import eyes, hands
from tests.browser.page_guard import PageGuard

MAX_FIRST = 1_400_000
"""Bytes of the first visit to Draw with all headers, 7.5 s at 1.5 Mbit/s; it was 3,230,000."""

MAX_AGAIN = 150_000
"""Bytes of a reload; most of them are headers of files that have not changed."""


NETWORKS = "/networks/"
"""Part of the addresses of networks, which are fetched once the page stands."""


def counting(page: Page) -> Callable[[], int]:
    """Return what tells how many bytes came over the line since it was asked last, without networks."""
    sizes: list[int] = []
    later: set[str] = set()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")

    def ask(event: dict[str, Any]) -> None:
        if NETWORKS in event["request"]["url"]:
            later.add(event["requestId"])

    def finish(event: dict[str, Any]) -> None:
        if event["requestId"] not in later:
            sizes.append(int(event["encodedDataLength"]))

    network.on("Network.requestWillBeSent", ask)
    network.on("Network.loadingFinished", finish)

    def count() -> int:
        total = sum(sizes)
        sizes.clear()
        return total

    return count


def test_bytes_of_the_first_visit_and_of_the_next(newcomer: Page, address: str) -> None:
    page = newcomer
    count = counting(page)
    eyes.opened(page, address)
    eyes.whole(page)
    assert 300_000 < count() <= MAX_FIRST
    page.reload()
    eyes.arrived(page, "Draw")
    eyes.whole(page)
    assert 1_000 < count() <= MAX_AGAIN


MAX_NETWORK = 800_000
"""Bytes of the usual network."""

FETCHES = """
window.fetched = []
const fetch = window.fetch
window.fetch = (...asked) => {
  if (String(asked[0]).includes("/networks/")) window.fetched.push(document.getElementById("skeleton") === null)
  return fetch(...asked)
}
"""
"""Notes for each network that is fetched whether the skeleton is gone."""


def test_the_network_comes_when_the_page_stands_and_is_kept(newcomer: Page, address: str) -> None:
    page = newcomer
    page.add_init_script(FETCHES)
    sizes: list[int] = []

    def note(response: Response) -> None:
        if NETWORKS in response.url:
            sizes.append(int(response.headers["content-length"]))

    page.on("response", note)
    for _ in range(2):
        eyes.opened(page, address)
        expect(page.locator('.st-key-pad .pad[data-answers="browser"]')).to_be_attached()
        assert page.evaluate("fetched") == [True]
    assert sizes
    assert max(sizes) <= MAX_NETWORK
    timing = page.evaluate(
        "performance.getEntriesByType('resource').find(({ name }) => name.includes('/networks/')).transferSize"
    )
    assert timing == 0, "from the browser's own memory"


def test_skeleton_stands_until_the_page_does(page: Page, address: str) -> None:
    held: list[Route] = []
    page.route("**/static/js/index.*.js", lambda route: held.append(route))
    page.goto(f"{address}/Layers", wait_until="commit")
    skeleton = page.locator("#skeleton")
    expect(skeleton).to_be_visible()
    assert (
        skeleton.evaluate("element => getComputedStyle(element.querySelector('.title'), '::before').content")
        == '"Layers"'
    )
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    page.wait_for_function("getComputedStyle(document.querySelector('#skeleton i')).opacity < 1")
    assert page.evaluate("document.getAnimations().length") == 0, "each frame would be composed anew"
    for route in held:
        route.continue_()
    eyes.arrived(page, "Layers")
    expect(skeleton).to_have_count(0)
    assert page.locator("#root").evaluate("element => getComputedStyle(element).visibility") == "visible"


def test_page_is_shown_without_its_server_too(page: Page, address: str, page_guard: PageGuard) -> None:
    """Streamlit says in a dialog that it cannot reach the server; the skeleton does not hide that."""
    page.route_web_socket("**/_stcore/stream", lambda socket: socket.close())
    page.route("**/_stcore/health", lambda route: route.abort())
    page.goto(address)
    expect(page.get_by_role("dialog")).to_be_visible(timeout=60_000)
    expect(page.locator("#skeleton")).to_have_count(0)
    page_guard.violations.clear()  # Streamlit writes there that it cannot reach the server


MAX_SHIFT = 0.1
"""Layout shift score of a page while it opens: good, by the web's own measure (web.dev/cls)."""

TITLES = ("Draw", "Layers", "Filters", "Convolution", "Pooling", "Data", "Train", "Compare", "Glossary")

SHIFTS = """
window.shifted = 0
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value
}).observe({ type: "layout-shift", buffered: true })
"""


WAITED_FOR = """
window.waitedFor = null
new MutationObserver(changes => changes.forEach(({ removedNodes }) => removedNodes.forEach(({ id }) => {
    if (id === "skeleton") window.waitedFor = document.querySelectorAll('[data-testid="stSkeleton"]').length
}))).observe(document, { childList: true, subtree: true })
"""
"""Counts the parts that still waited for a file when the skeleton was taken away."""

FOUR_LOOKS = "() => (window.since ??= performance.now()) + 200 < performance.now()"
"""Waits as long as the skeleton looks four times whether the page stands."""


def test_a_note_on_a_page_does_not_uncover_it(page: Page, address: str) -> None:
    """Train says that MNIST is not here, which is no error that the skeleton would hide."""
    page.add_init_script(SHIFTS + WAITED_FOR)
    held: list[Route] = []
    page.route("**/rail/rail.js", lambda route: held.append(route))
    page.goto(f"{address}/Train", wait_until="commit")
    expect(page.get_by_test_id("stAlert")).to_be_attached()
    page.wait_for_function(FOUR_LOOKS)
    for route in held:
        route.continue_()
    arrived(page, "Train")
    assert len(held) == 1
    assert page.evaluate("waitedFor") == 0
    assert page.evaluate("shifted") <= MAX_SHIFT


@pytest.mark.parametrize("title", TITLES)
def test_nothing_jumps_while_a_page_opens(page: Page, address: str, title: str) -> None:
    page.add_init_script(SHIFTS)
    page.goto(f"{address}/{'' if title == 'Draw' else title}")
    arrived(page, title)
    assert page.evaluate("shifted") <= MAX_SHIFT


def test_nothing_jumps_when_a_page_is_opened_from_another(page: Page, address: str) -> None:
    """Draw from Layers; in a window that has nothing of the others yet, each of them from Draw, and Draw from each."""
    page.add_init_script(SHIFTS)
    shifted: dict[str, list[float]] = {}
    for first, others in (("Layers", ["Draw"]), ("Draw", [way for title in TITLES[1:] for way in (title, "Draw")])):
        page.goto(f"{address}/{'' if first == 'Draw' else first}")
        arrived(page, first)
        for title in others:
            page.evaluate("shifted = 0")
            hands.go_to(page, title)
            arrived(page, title)
            shifted.setdefault(title, []).append(page.evaluate("shifted"))
    assert {title: most for title, each in shifted.items() if (most := max(each)) > MAX_SHIFT} == {}
    assert shifted.keys() == set(TITLES)


def arrived(page: Page, title: str) -> None:
    """Wait until a page stands; not all have an answer."""
    if title in ("Draw", "Layers"):
        eyes.arrived(page, title)
    else:
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        eyes.settled(page)
        eyes.still(page)
