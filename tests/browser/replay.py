"""Replay recorded pens through the real canvas: real pointer events, as fast as the browser takes them.

Playwright's synchronous pages send one event after the other was handled. Here two pages are drawn on at once, in
a browser of their own, so that one is drawn on while the other waits for its next frame; to open more costs more than
it saves. A browser that does not wait for frames paints more of them, which takes 1.5 times the processor time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import dist
from typing import Any
from urllib.parse import parse_qs

from playwright.async_api import CDPSession, Page, async_playwright

from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.strokes import Drawing, Stroke
from scripts import browser as installed
from tests.browser.hands import SIDE, Line, along
from tests.event_loop import run_apart

PATIENCE = 30_000  # milliseconds
DIGIT_SIDE = 200  # canvas pixels of a recorded digit's larger side
WIDTH = 20.0
NEAR = 3.0  # canvas pixels between where a pen was put down and where the link says that it was
EMPTY = '.st-key-predicted-digit:has-text("–")'


@dataclass(frozen=True)
class Surface:
    """A drawing surface: its link, its canvas, what clears it, and whether it takes events without a pause.

    The pad reads every event that the browser saw between two pictures. The editor reads the last of them alone, so
    each event has to be handled before the next is sent.
    """

    query: str
    paper: str
    clear: str
    without_pause: bool
    new_when_cleared: bool
    step: float


PAD = Surface("?d=", ".st-key-pad canvas", '.st-key-pad [data-role="clear"]', True, False, 30)
EDITOR = Surface(
    "?d=&surface=canvas",
    '[class*="st-key-editor-"] canvas.upper-canvas',
    "button:has-text('Clear')",
    False,
    True,
    16,
)


def drawing_of(record: dict[str, Any]) -> Drawing:
    """Return a recorded digit in the middle of the canvas."""
    points = [point for stroke in record["strokes"] for point in stroke]
    low = [min(values) for values in zip(*points, strict=True)]
    size = [max(values) - least for values, least in zip(zip(*points, strict=True), low, strict=True)]
    left, top = ((SIDE - DIGIT_SIDE * extent) / 2 for extent in size)

    def place(x: float, y: float) -> tuple[float, float]:
        return left + (x - low[0]) * DIGIT_SIDE, top + (y - low[1]) * DIGIT_SIDE

    return Drawing(tuple(Stroke(tuple(place(x, y) for x, y in line), WIDTH) for line in record["strokes"]))


def alike(one: Drawing, other: Drawing) -> bool:
    """Return whether the strokes of two drawings begin and end at the same places."""
    ends = [
        [place for stroke in drawing.strokes for place in (stroke.points[0], stroke.points[-1])]
        for drawing in (one, other)
    ]
    return len(ends[0]) == len(ends[1]) and all(dist(a, b) <= NEAR for a, b in zip(*ends, strict=True))


def answers(address: str, surface: Surface, drawings: Sequence[Drawing], pages: int = 2) -> list[int]:
    """Draw every drawing on `surface` of the app at `address`; return the digit that the page answers to each."""
    return run_apart(_answers(address, surface, drawings, pages))


async def _answers(address: str, surface: Surface, drawings: Sequence[Drawing], pages: int) -> list[int]:
    found = [-1] * len(drawings)
    left = iter(range(len(drawings)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=installed.find(), args=list(installed.ARGUMENTS))

        async def work() -> None:
            context = await browser.new_context(viewport={"width": 1280, "height": 900})
            desk = await Desk.open(await context.new_page(), address, surface)
            for index in left:
                found[index] = await desk.answer(drawings[index])

        await asyncio.gather(*(work() for _ in range(pages)))
        await browser.close()
    return found


@dataclass
class Desk:
    """A page with paper to draw on."""

    page: Page
    surface: Surface
    session: CDPSession

    @classmethod
    async def open(cls, page: Page, address: str, surface: Surface) -> Desk:
        page.set_default_timeout(PATIENCE)
        await page.goto(f"{address}/{surface.query}")
        await page.locator(".st-key-answer .row").first.wait_for()
        return cls(page, surface, await page.context.new_cdp_session(page))

    async def answer(self, drawing: Drawing) -> int:
        """Clear the paper, draw, and return the digit that the page shows once it has everything."""
        await self._clear()
        box = await self.page.locator(self.surface.paper).last.bounding_box()
        if box is None:
            raise AssertionError("there is no paper on the page")
        scale = box["width"] / SIDE
        for stroke in drawing.strokes:
            places = along(stroke.points, self.surface.step)
            await self._draw([(box["x"] + x * scale, box["y"] + y * scale) for x, y in places])
        await self._link_when(lambda drawn: alike(drawn, drawing))
        return int(await self.page.locator(".st-key-predicted-digit").inner_text())

    async def _clear(self) -> None:
        paper = self.page.locator(self.surface.paper).last
        if await self.page.locator(EMPTY).count() == 0:
            old = await paper.element_handle()
            await self.page.locator(self.surface.clear).click()
            if self.surface.new_when_cleared:
                await old.wait_for_element_state("hidden")
            await self.page.locator(EMPTY).wait_for()
        await paper.hover()  # waits until it stands still

    async def _draw(self, line: Line) -> None:
        sending = [self._mouse("mouseMoved", line[0], 0), self._mouse("mousePressed", line[0], 1)]
        sending += [self._mouse("mouseMoved", place, 1) for place in line[1:]]
        sending.append(self._mouse("mouseReleased", line[-1], 0))
        if self.surface.without_pause:
            await asyncio.gather(*sending)
        else:
            for event in sending:
                await event

    def _mouse(self, kind: str, place: tuple[float, float], buttons: int) -> Awaitable[Any]:
        button = "none" if kind == "mouseMoved" and not buttons else "left"
        event = {
            "type": kind,
            "x": place[0],
            "y": place[1],
            "button": button,
            "buttons": buttons,
            "clickCount": 1,
        }
        return self.session.send("Input.dispatchMouseEvent", event)

    async def _drawn(self) -> Drawing:
        search: str = await self.page.evaluate("location.search")
        return url_codec.decode(parse_qs(search.removeprefix("?")).get("d", [""])[0])

    async def _link_when(self, fits: Callable[[Drawing], bool]) -> None:
        while True:
            search = await self.page.evaluate("location.search")
            if fits(await self._drawn()):
                await self.page.locator('[data-test-script-state="notRunning"]').wait_for()
                return
            await self.page.wait_for_function("seen => location.search !== seen", arg=search)
