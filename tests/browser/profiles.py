"""Browser profiles that are used again: a visitor's traces are taken away, the app's files and a process stay.

A visit takes the processor half as long where the browser has the app's 160 files and has compiled them. So each
profile has a page of its own that nobody uses, and the browser is started with `ARGUMENTS`: all pages of a profile
then share one process, which keeps what it has compiled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.page_guard import PageGuard

ARGUMENTS = ("--process-per-site",)
"""Of Chromium: pages of one profile and one site share a process."""

SITE = "http://127.0.0.1/"
"""Address of the page that stays open: ports make no difference to what a site is."""

LEFT_BY_VISITORS = "cookies,local_storage,indexeddb,cache_storage,service_workers"
"""What a profile keeps of a visitor besides the app's files."""


PAGE_OPTIONS = frozenset({"viewport", "color_scheme", "reduced_motion", "forced_colors"})
"""Playwright's context options that a page can be given as well, so that visitors who differ in them alone share."""

WINDOW: ViewportSize = {"width": 1280, "height": 900}
"""Window of pages that are opened in a profile without `Profiles.open`, such as another tab."""

MOST = 60
"""Visitors of a profile: its process grows a little with each."""


class Profiles:
    """Browser profiles, each of one visitor at a time.

    Args:
        browser: Makes them.
        patience: Milliseconds that their pages wait for anything.
    """

    def __init__(self, browser: Browser, patience: float) -> None:
        self._browser = browser
        self._patience = patience
        self._free: dict[str, list[BrowserContext]] = {}
        self._taken: dict[BrowserContext, str] = {}
        self._visitors = Counter[BrowserContext]()

    def take(self, options: dict[str, Any]) -> BrowserContext:
        """Return a profile with Playwright's context options that nobody uses, a new one if there is none.

        Its pages have the `PAGE_OPTIONS` only if `open` opens them.
        """
        device = {name: value for name, value in options.items() if name not in PAGE_OPTIONS}
        device["viewport"] = options["viewport"] if options.get("is_mobile") else WINDOW
        key = repr(sorted(device.items()))
        free = self._free.setdefault(key, [])
        profile = free.pop() if free else self._make(device)
        self._taken[profile] = key
        self._visitors[profile] += 1
        return profile

    def open(self, options: dict[str, Any], guard: PageGuard | None = None) -> Page:
        """Open a page in a profile with Playwright's context options, watched by `guard`."""
        profile = self.take(options)
        if guard:
            guard.watch(profile)
        return emulate(profile.new_page(), options)

    def give_back(self, profile: BrowserContext, origins: Iterable[str]) -> None:
        """Take from a profile whatever a visitor left at `origins`, so that another can have it."""
        kept, *pages = profile.pages
        for page in pages:
            page.close()
        session = profile.new_cdp_session(kept)
        for origin in origins:
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": LEFT_BY_VISITORS})
        session.detach()
        profile.clear_cookies()
        key = self._taken.pop(profile)
        if self._visitors[profile] < MOST:
            self._free[key].append(profile)
        else:
            profile.close()

    def give_all_back(self) -> None:
        """Give back the profiles that are still taken, with what was left at the addresses of their pages."""
        for profile in tuple(self._taken):
            places = (urlsplit(page.url) for page in profile.pages)
            self.give_back(profile, {f"{each.scheme}://{each.netloc}" for each in places if each.netloc})

    def close(self) -> None:
        """Close all profiles."""
        for profile in (*self._taken, *(each for free in self._free.values() for each in free)):
            profile.close()

    def _make(self, options: dict[str, Any]) -> BrowserContext:
        profile = self._browser.new_context(**options)
        profile.set_default_timeout(self._patience)
        kept = profile.new_page()
        kept.route(SITE, lambda route: route.fulfill(body="", content_type="text/html"))
        kept.goto(SITE)
        kept.unroute_all()
        return profile


def emulate(page: Page, options: dict[str, Any]) -> Page:
    """Give a page those of Playwright's context options that a page can have, and return it."""
    if "viewport" in options:
        page.set_viewport_size(options["viewport"])
    media = {name: options[name] for name in PAGE_OPTIONS - {"viewport"} if name in options}
    if media:
        page.emulate_media(**media)
    return page
