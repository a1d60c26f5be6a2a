"""The first visit over a slow line: how many bytes the browser fetches, and how many at a reload."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser import eyes

MAX_FIRST = 1_400_000
"""Bytes of the first visit to Draw with all headers, 7.5 s at 1.5 Mbit/s; it was 3,230,000."""

MAX_AGAIN = 150_000
"""Bytes of a reload; most of them are headers of files that have not changed."""


def counting(page: Page) -> Callable[[], int]:
    """Return what tells how many bytes came over the line since it was asked last."""
    sizes: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))

    def count() -> int:
        total = sum(sizes)
        sizes.clear()
        return total

    return count


def test_bytes_of_the_first_visit_and_of_the_next(page: Page, address: str) -> None:
    count = counting(page)
    eyes.opened(page, address)
    eyes.whole(page)
    assert 300_000 < count() <= MAX_FIRST
    page.reload()
    eyes.arrived(page, "Draw")
    eyes.whole(page)
    assert 1_000 < count() <= MAX_AGAIN
