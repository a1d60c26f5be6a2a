"""Visitors with a browser each, whose pages must neither log an error nor ask another host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.strokes import Drawing, Stroke
from cnnviz.core.networks import model_store
from tests.browser import hands
from tests.browser.page_guard import Witness
from tests.server_process import Server

Visitor = Callable[..., Page]

PATIENCE = 45_000  # milliseconds for anything to appear on a machine that has other things to do


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser, and networks that were trained."""
    untrained = not (model_store.folder() / f"{model_store.DEFAULT}.json").is_file()
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if untrained:
                item.add_marker(pytest.mark.skip(reason=f"models/{model_store.DEFAULT}.json is not there yet"))


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def witness() -> Iterator[Witness]:
    """Whoever watches all pages of a test; the test fails if there is something to complain about."""
    seen = Witness()
    yield seen
    assert seen.complaints == []


@pytest.fixture
def context(context: BrowserContext, witness: Witness) -> BrowserContext:
    """The browser's own profile for a test, watched."""
    context.set_default_timeout(PATIENCE)
    witness.watch(context)
    return context


@pytest.fixture
def visitor(browser: Browser, witness: Witness, browser_context_args: dict[str, Any]) -> Iterator[Visitor]:
    """Make another visitor: a page in a browser profile of its own, with Playwright's context options."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        context = browser.new_context(**browser_context_args | options)
        context.set_default_timeout(PATIENCE)
        witness.watch(context)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def phone(visitor: Visitor) -> Page:
    """A page on a phone: narrow, and touched."""
    return visitor(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2)


@pytest.fixture(scope="session")
def seven() -> Drawing:
    """A seven as the link carries it."""
    return url_codec.decode(url_codec.encode(Drawing((Stroke(tuple(hands.SEVEN), 20.0),))))


@pytest.fixture(scope="session")
def seven_link(seven: Drawing) -> str:
    """The query of a page that shows the seven."""
    return f"?d={url_codec.encode(seven)}"


@pytest.fixture
def address(server: Server) -> str:
    return server.address
