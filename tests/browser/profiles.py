"""Browser profiles that are used again: a visitor's traces are taken away, the app's files and a process stay.

A visit takes the processor half as long where the browser has the app's 160 files and has compiled them. So each
profile has a page of its own that nobody uses, and the browser is started with `ARGUMENTS`: all pages of a profile
then share one process, which keeps what it has compiled.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Browser, BrowserContext

ARGUMENTS = ("--process-per-site",)
"""Of Chromium: pages of one profile and one site share a process."""

SITE = "http://127.0.0.1/"
"""Address of the page that stays open: ports make no difference to what a site is."""

LEFT_BY_VISITORS = "cookies,local_storage,indexeddb,cache_storage,service_workers"
"""What a profile keeps of a visitor besides the app's files."""


class Profiles:
    """Browser profiles of a module, each of one visitor at a time."""

    def __init__(self, browser: Browser, patience: float) -> None:
        self._browser = browser
        self._patience = patience
        self._free: dict[str, list[BrowserContext]] = {}
        self._taken: dict[BrowserContext, str] = {}

    def take(self, options: dict[str, Any]) -> BrowserContext:
        """Return a profile with Playwright's context options that nobody uses, a new one if there is none."""
        key = repr(sorted(options.items()))
        free = self._free.setdefault(key, [])
        profile = free.pop() if free else self._make(options)
        self._taken[profile] = key
        return profile

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
        self._free[self._taken.pop(profile)].append(profile)

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
