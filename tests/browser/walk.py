"""A visit that the tests of a module share: its window stays open, and each test walks to its page.

To walk to a page takes the processor a quarter of what opening it takes.
"""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser import eyes, hands
from tests.browser.page_guard import PageGuard


class Walk:
    """A visit in one window, from page to page.

    Args:
        page: Its window.
        address: The server's.
        query: What every address of the visit carries, without its question mark.

    Attributes:
        stands: Whether the page is as the last test should leave it.
    """

    def __init__(self, page: Page, address: str, query: str) -> None:
        self._guard = PageGuard()
        self._guard.watch(page.context)
        self._page, self._address, self._query = page, address, query
        self.stands = False

    def open(self, place: str, title: str) -> Page:
        """Open a place of the app, an address without the server, and wait until the page of this title stands."""
        path, _, more = place.partition("?")
        self._page.goto(f"{self._address}/{path}?{'&'.join(filter(None, (more, self._query)))}")
        return self._wait(title)

    def come(self, title: str) -> Page:
        """Come to a page by the navigation, and to its beginning; by its address where no page is as it should be."""
        if not self.stands:
            return self.open("" if title == "Draw" else title, title)
        self.stands = False
        if not eyes.heading(self._page, title).is_visible():
            hands.go_to(self._page, title)
        self._wait(title)
        self._page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        eyes.still(self._page)
        return self._page

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self._page.set_viewport_size({"width": width, "height": height})

    def go_on(self) -> None:
        """Note that the page is as it should be, so that the next test can walk on from it."""
        self.stands = True

    def take_violations(self) -> list[str]:
        """Return what pages did since the last call that no page may do."""
        found, self._guard.violations[:] = list(self._guard.violations), []
        return found

    def _wait(self, title: str) -> Page:
        self.stands = False
        eyes.heading(self._page, title).wait_for()
        eyes.settled(self._page)
        eyes.still(self._page)
        return self._page
