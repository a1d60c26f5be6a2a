"""No page scrolls sideways in any width, with everything that it has; what is wider scrolls by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.browser import eyes, hands
from tests.browser.conftest import LAYERS_NETWORK, Visitor
from tests.browser.profiles import Profiles
from tests.browser.walk import Walk
from tests.server_process import Server

WIDTHS = (1920, 1400, 768, 390, 320)
STATES: dict[str, tuple[str, str, str | None]] = {
    "Draw": ("", "Draw", ""),
    "Draw, why this answer": ("?why=1", "Draw", None),
    "Layers": (f"Layers?net={LAYERS_NETWORK}", "Layers", None),
    "account of a cell": (f"Layers?net={LAYERS_NETWORK}&cell=conv2d_1.1.5.5", "Layers", None),
    "summary": (f"Layers?net={LAYERS_NETWORK}&view=summary", "Layers", "summary"),
    "program": (f"Layers?net={LAYERS_NETWORK}&view=program", "Layers", "program"),
    "Filters": ("Filters", "Filters", None),
    "Convolution": ("Convolution", "Convolution", ""),
    "Convolution, large grids": ("Convolution?around=same&dilation=2", "Convolution", None),
    "Pooling": ("Pooling", "Pooling", ""),
    "Pooling, rotated": ("Pooling?disturb=rotate", "Pooling", None),
    "Data": ("Data?set=colour", "Data", None),
    "Train": ("Train", "Train", ""),
    "builder": ("Train?bench=build", "Train", "Build your own"),
    "runs": ("Train?bench=watch", "Train", "Watch and compare"),
    "Compare": ("Compare", "Compare", ""),
    "Glossary": ("Glossary", "Glossary", ""),
}
"""State -> its address, the title of its page, and what is chosen there; None: only the address leads to it."""

BEYOND = """() => [document.scrollingElement.scrollWidth - innerWidth,
    ...[...document.querySelectorAll('[data-testid="stMain"]')].map(main => main.scrollWidth - main.clientWidth)]"""
"""Returns by how many pixels the document, and the part of it that scrolls, are wider than what is seen."""


@pytest.fixture(scope="module")
def whole_visit(profiles: Profiles, browser_context_args: dict[str, Any], server: Server) -> Walk:
    """Begin a visit of pages with everything that they have."""
    page = profiles.open(browser_context_args)
    return Walk(page, server.address, "show=everything")


@pytest.fixture
def walk(whole_visit: Walk) -> Iterator[Walk]:
    """Hand out the visit, and fail a test that left errors."""
    yield whole_visit
    assert whole_visit.take_violations() == []


@pytest.mark.parametrize("state", STATES.values(), ids=list(STATES))
def test_nothing_scrolls_sideways(walk: Walk, state: tuple[str, str, str | None]) -> None:
    place, title, option = state
    walk.resize(WIDTHS[0], 900)
    page = walk.open(place, title) if option is None or not walk.stands else walk.come(title)
    if option:
        hands.choose(page, option)
        for name, value in parse_qsl(place.partition("?")[2]):
            eyes.link_when(page, eyes.carries(name, value))
    beyond = {}
    for width in WIDTHS:
        walk.resize(width, 900)
        eyes.still(page)
        beyond[width] = max(page.evaluate(BEYOND))
    assert {width: by for width, by in beyond.items() if by > 0} == {}
    walk.go_on()


def test_tables_and_orders_of_channels_scroll_by_themselves(visitor: Visitor, address: str) -> None:
    place, title, _ = STATES["Convolution"]
    page = Walk(visitor(viewport={"width": 320, "height": 900}), address, "show=everything").open(place, title)
    outer = page.locator('.stHtml:has(> .channel-order), [data-testid="stMarkdownContainer"]:has(> table)')
    assert outer.count() >= 4
    assert set(outer.evaluate_all("each => each.map(e => getComputedStyle(e).overflowX)")) == {"auto"}
    inside = outer.evaluate_all(
        "each => each.map(e => e.getBoundingClientRect()).map(({ left, right }) => left >= 0 && right <= innerWidth)"
    )
    assert all(inside)
