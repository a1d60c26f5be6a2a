"""Wait for and read page content. Nothing here waits for a number of seconds: always for something visible."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Locator, Page, expect

from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.inference import samples

A_DIGIT = re.compile(r"^[0-9]$")


def settled(page: Page) -> None:
    """Wait until no script runs."""
    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_visible()


def whole(page: Page) -> None:
    """Wait until the last part of a page is there, the one that puts the digit into the address bar."""
    link_when(page, lambda carried: not carried.keys().isdisjoint({"s", "d", "p"}))


def still(page: Page) -> None:
    """Wait until a page that loads in parts is stable: no part of it has moved or grown for twelve frames."""
    page.wait_for_function(
        """() => {
            const places = [...document.querySelectorAll('[data-testid="stElementContainer"]')]
                .map(element => element.getBoundingClientRect()).map(({ top, height }) => `${top} ${height}`).join()
            const before = window.still
            window.still = { places, frames: before?.places === places ? before.frames + 1 : 0 }
            return window.still.frames >= 12
        }"""
    )


def opened(page: Page, address: str, title: str = "Draw") -> Page:
    """Open `address` and wait until the page of this title has its answer."""
    page.goto(address)
    arrived(page, title)
    return page


def arrived(page: Page, title: str) -> None:
    """Wait until the page of this title has its answer, and until it stands."""
    expect(heading(page, title)).to_be_visible()
    expect(page.locator(".st-key-answer .row")).to_have_count(10)
    settled(page)
    still(page)


def stand(page: Page, title: str) -> None:
    """Wait until all of the page of this title is there; not all pages have an answer."""
    expect(heading(page, title)).to_be_visible()
    whole(page)
    still(page)


def heading(page: Page, title: str) -> Locator:
    return page.get_by_role("heading", name=title, exact=True)


def digit(page: Page) -> Locator:
    """Return the place of the predicted digit."""
    return page.locator(".st-key-predicted-digit")


def shares(page: Page) -> list[str]:
    """Return the ten probabilities as they are written."""
    return page.locator(".st-key-answer .share").all_inner_texts()


def exact_shares(page: Page) -> list[str]:
    """Return all digits of the ten probabilities, from their tooltips."""
    told = page.locator('.st-key-answer [data-role="exact"]')
    shares = []
    for row in page.locator(".st-key-answer .row").all():
        row.hover()
        expect(told).not_to_be_empty()
        shares.append(told.inner_text())
    page.mouse.move(0, 0)
    return shares


def painted(canvas: Locator) -> int:
    """Return how often a component of ours has painted itself."""
    return int(canvas.get_attribute("data-painted") or 0)


def painted_more_than(canvas: Locator, before: int) -> None:
    """Wait until a component has painted itself more than `before` times."""
    canvas.page.wait_for_function(
        "([element, before]) => Number(element.dataset.painted) > before",
        arg=[canvas.element_handle(), before],
    )


def bars(page: Page) -> Locator:
    return page.locator(".st-key-answer .bars")


def link(page: Page) -> dict[str, str]:
    """Return what the address bar carries."""
    search: str = page.evaluate("location.search")
    return dict(parse_qsl(urlsplit(search).query, keep_blank_values=True))


def link_when(page: Page, fits: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """Wait until what the address bar carries fits, and until the page has come to rest."""
    while True:
        search: str = page.evaluate("location.search")
        carried = dict(parse_qsl(search.removeprefix("?"), keep_blank_values=True))
        if fits(carried):
            settled(page)
            return carried
        page.wait_for_function("seen => location.search !== seen", arg=search)


def carries(name: str, value: str | None) -> Callable[[dict[str, str]], bool]:
    """Return whether a link has this value under `name`; None stands for no such name, which means the default."""
    return lambda carried: carried.get(name) == value


def drawing_when(page: Page, strokes: int) -> Drawing:
    """Wait until the address bar carries a drawing of so many strokes, not a new visitor's, and return it."""

    def fits(carried: dict[str, str]) -> bool:
        drawing = drawing_of(carried) if "d" in carried else Drawing()
        return len(drawing.strokes) == strokes and not samples.is_first(drawing)

    return drawing_of(link_when(page, fits))


def drawing_of(carried: dict[str, str]) -> Drawing:
    return url_codec.decode(carried["d"])


def maps(page: Page, place: int, block: str = "after") -> Locator:
    """Return the canvas with the maps of the layer at `place`."""
    return page.locator(f'.st-key-maps-{place} canvas[data-role="mosaic"][data-block="{block}"]')


def readout(page: Page, place: int) -> Locator:
    """Return where the layer at `place` says what is pointed at."""
    return page.locator(f'.st-key-maps-{place} [data-role="readout"]')


def centre(canvas: Locator, cell: tuple[int, int, int]) -> tuple[float, float]:
    """Return where on the screen the middle of the cell (map, row, column) is, scrolled into view."""
    where: dict[str, Any] = canvas.evaluate(
        """(canvas, cell) => {
            const { x, y } = canvas.cellCentre(...cell)
            const box = () => canvas.getBoundingClientRect()
            const main = document.querySelector('[data-testid="stMain"]')
            main.scrollBy(0, box().top + y - innerHeight / 2)
            return { x: box().left + x, y: box().top + y }
        }""",
        list(cell),
    )
    return where["x"], where["y"]


def shown(canvas: Locator) -> Locator:
    """Bring maps near the window, wait until they are painted there, and return them."""
    canvas.scroll_into_view_if_needed()
    canvas.page.wait_for_function("element => !('due' in element.dataset)", arg=canvas.element_handle())
    return canvas


def pixels(canvas: Locator, cells: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return the colours in the middles of cells, once they are painted."""
    colours = shown(canvas).evaluate(
        """(canvas, cells) => {
            const ratio = canvas.width / canvas.getBoundingClientRect().width
            const paper = canvas.getContext("2d")
            return cells.map(cell => {
                const { x, y } = canvas.cellCentre(...cell)
                return [...paper.getImageData(x * ratio, y * ratio, 1, 1).data].slice(0, 3)
            })
        }""",
        [list(cell) for cell in cells],
    )
    return [(red, green, blue) for red, green, blue in colours]


def pixel(canvas: Locator, cell: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return the colour in the middle of a cell, once it is painted."""
    return pixels(canvas, [cell])[0]


def measuring(name: str) -> str:
    """Return `measure` of the module `name` of this folder as one function for a page, with what the module imports."""
    parts = [Path(__file__).with_name(f"{part}.js").read_text(encoding="utf-8") for part in ("colours", name)]
    return "() => {" + re.sub(r"^(import .*|export )", "", "".join(parts), flags=re.MULTILINE) + "return measure() }"
