"""No page scrolls sideways in any width, with everything that it has; what is wider scrolls by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import eyes
from tests.browser.conftest import LAYERS_NETWORK, Visitor
from tests.server_process import Server

WIDTHS = (1920, 1400, 768, 390, 320)
STATES = {
    "Draw": ("", "Draw"),
    "Draw, why this answer": ("?why=1&", "Draw"),
    "Layers": (f"Layers?net={LAYERS_NETWORK}&", "Layers"),
    "account of a cell": (f"Layers?net={LAYERS_NETWORK}&cell=conv2d_1.1.5.5&", "Layers"),
    "summary": (f"Layers?net={LAYERS_NETWORK}&view=summary&", "Layers"),
    "program": (f"Layers?net={LAYERS_NETWORK}&view=program&", "Layers"),
    "Filters": ("Filters", "Filters"),
    "Convolution": ("Convolution", "Convolution"),
    "Convolution, large grids": ("Convolution?around=same&dilation=2&", "Convolution"),
    "Pooling": ("Pooling", "Pooling"),
    "Pooling, rotated": ("Pooling?disturb=rotate&", "Pooling"),
    "Data": ("Data?set=colour&", "Data"),
    "Train": ("Train", "Train"),
    "builder": ("Train?bench=build&", "Train"),
    "runs": ("Train?bench=watch&", "Train"),
    "Compare": ("Compare", "Compare"),
    "Glossary": ("Glossary", "Glossary"),
}
"""State -> the address and the title of its page."""

BEYOND = """() => [document.scrollingElement.scrollWidth - innerWidth,
    ...[...document.querySelectorAll('[data-testid="stMain"]')].map(main => main.scrollWidth - main.clientWidth)]"""
"""Returns by how many pixels the document, and the part of it that scrolls, are wider than what is seen."""


def visit(page: Page, address: str, state: tuple[str, str]) -> None:
    place, title = state
    joint = "" if place.endswith("&") else "?"
    page.goto(f"{address}/{place}{joint}show=everything")
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    eyes.settled(page)
    eyes.still(page)


@pytest.mark.parametrize("state", STATES.values(), ids=list(STATES))
def test_nothing_scrolls_sideways(visitor: Visitor, server_with_runs: Server, state: tuple[str, str]) -> None:
    page = visitor(viewport={"width": WIDTHS[0], "height": 900})
    visit(page, server_with_runs.address, state)
    beyond = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        eyes.still(page)
        beyond[width] = max(page.evaluate(BEYOND))
    assert {width: by for width, by in beyond.items() if by > 0} == {}


def test_tables_and_orders_of_channels_scroll_by_themselves(visitor: Visitor, address: str) -> None:
    page = visitor(viewport={"width": 320, "height": 900})
    visit(page, address, STATES["Convolution"])
    outer = page.locator('.stHtml:has(> .channel-order), [data-testid="stMarkdownContainer"]:has(> table)')
    assert outer.count() >= 4
    assert set(outer.evaluate_all("each => each.map(e => getComputedStyle(e).overflowX)")) == {"auto"}
    inside = outer.evaluate_all(
        "each => each.map(e => e.getBoundingClientRect()).map(({ left, right }) => left >= 0 && right <= innerWidth)"
    )
    assert all(inside)
