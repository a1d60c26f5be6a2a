"""Draw strokes in Chromium with real mouse events and read from the page when their effects were painted."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, CDPSession, Page, Playwright

from scripts import browser as installed

CLEAR = re.compile("^Clear( Shortcut .*)?$")  # beside its word the button may name its key

Surface = Literal["pad", "canvas"]
Point = tuple[float, float]

WATCH = Path(__file__).with_name("watch.js")
PAPER = {"pad": 'canvas[data-role="pad"]', "canvas": "canvas.upper-canvas"}
QUIET = 700.0
"""Milliseconds without any news after which an answer is complete; the canvas waits 200 before it sends."""
PATIENCE = 120_000.0

DIGITS: Sequence[Sequence[Point]] = (
    ((0.25, 0.22), (0.75, 0.22), (0.60, 0.50), (0.45, 0.82)),
    ((0.28, 0.35), (0.45, 0.18), (0.68, 0.30), (0.55, 0.55), (0.27, 0.80), (0.75, 0.80)),
    ((0.30, 0.22), (0.68, 0.25), (0.45, 0.46), (0.70, 0.62), (0.52, 0.82), (0.28, 0.74)),
    ((0.50, 0.18), (0.28, 0.40), (0.32, 0.75), (0.58, 0.82), (0.72, 0.55), (0.66, 0.25), (0.50, 0.18)),
    ((0.62, 0.18), (0.38, 0.45), (0.33, 0.75), (0.60, 0.80), (0.66, 0.60), (0.40, 0.55)),
)
"""Digits in one stroke, corners in shares of the paper."""
MOVES = 40
PACE = 1 / 60
"""Seconds between two moves: what mice and screens report."""


@dataclass(frozen=True)
class Stroke:
    """One stroke as the page saw it; times in milliseconds; `maps` is None where there are none."""

    prediction: float
    """Until the answer that stands was painted."""
    confirmed: float
    """Until the server's answer was painted, also where it was on the screen already."""
    maps: float | None
    updates: float
    """Answers painted a second while the pen was down."""
    map_updates: float | None
    """Complete sets of the maps in or near the window painted a second while the pen was down."""
    digit: str
    messages: int
    bytes: int
    runs: int
    """Messages that the page sent: script runs that it asked for."""


def launched(playwright: Playwright) -> AbstractAsyncContextManager[Browser]:
    """Return the browser that the tests use, to be entered with `async with`."""
    path = installed.find()
    if path is None:
        raise SystemExit(installed.NONE_FOUND)
    return _Launched(playwright, path)


class _Launched(AbstractAsyncContextManager["Browser"]):
    def __init__(self, playwright: Playwright, path: str) -> None:
        self.playwright, self.path = playwright, path

    async def __aenter__(self) -> Browser:
        arguments = list(installed.ARGUMENTS)
        self.browser = await self.playwright.chromium.launch(executable_path=self.path, args=arguments)
        return self.browser

    async def __aexit__(self, *_: object) -> None:
        await self.browser.close()


class Paper:
    """A page with a drawing surface, in a browser profile of its own."""

    def __init__(self, page: Page, mouse: CDPSession, surface: Surface) -> None:
        self.page, self.mouse, self.surface = page, mouse, surface

    @classmethod
    async def opened(cls, browser: Browser, address: str, surface: Surface) -> Paper:
        """Open `address` and wait until it shows its paper and is at rest."""
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        await page.add_init_script(path=WATCH)
        await page.goto(address)
        paper = cls(page, await context.new_cdp_session(page), surface)
        await page.locator(PAPER[surface]).wait_for(timeout=PATIENCE)
        await paper.rest(-1)
        await page.wait_for_function("watch.ready()", timeout=PATIENCE)
        return paper

    async def rest(self, since: float) -> None:
        """Wait until everything that was sent after `since`, in the page's milliseconds, is answered and painted."""
        await self.page.wait_for_function(
            "([since, quiet]) => watch.idle(since, quiet)", arg=[since, QUIET], timeout=PATIENCE
        )

    async def clear(self) -> None:
        """Clear the paper as a visitor would."""
        button = self.page.locator('button[data-role="clear"]')
        if self.surface == "canvas":
            button = self.page.get_by_role("button", name=CLEAR)
        if await button.is_enabled():
            now = await self.page.evaluate("performance.now()")
            await button.click()
            await self.rest(now)

    async def stroke(self, corners: Sequence[Point]) -> Stroke:
        """Draw one stroke and return what the page painted during and after it."""
        await self.draw(corners)
        return _stroke(await self.page.evaluate("({...watch, digitNow: watch.digit(), after: watch.mosaics()})"))

    async def draw(self, corners: Sequence[Point]) -> None:
        """Draw one stroke and wait until the page is at rest again; what it did is noted in its `watch`."""
        path = await self._path(corners)
        await self.page.evaluate("watch.begin()")
        await self._mouse("mouseMoved", path[0], held=False)
        await self._mouse("mousePressed", path[0])
        for point in path[1:-1]:
            await asyncio.gather(self._mouse("mouseMoved", point), asyncio.sleep(PACE))
        # A hand moves until it lifts: both in one go, or a quick page would have answered before the end.
        await asyncio.gather(self._mouse("mouseMoved", path[-1]), self._mouse("mouseReleased", path[-1]))
        await self.rest(await self.page.evaluate("watch.up"))

    async def _path(self, corners: Sequence[Point]) -> list[Point]:
        box = await self.page.locator(PAPER[self.surface]).bounding_box()
        if box is None:
            raise RuntimeError("the paper is gone")
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in spread(corners, MOVES)]

    async def _mouse(self, kind: str, point: Point, held: bool = True) -> None:
        event = {"type": kind, "x": point[0], "y": point[1], "clickCount": 1}
        event |= {"button": "left", "buttons": 0 if kind == "mouseReleased" else 1} if held else {"button": "none"}
        await self.mouse.send("Input.dispatchMouseEvent", event)


def spread(corners: Sequence[Point], count: int) -> list[Point]:
    """Return `count` points at equal distances along the line through `corners`."""
    lengths = [math.dist(a, b) for a, b in pairwise(corners)]
    points: list[Point] = []
    for number in range(count):
        left = sum(lengths) * number / (count - 1)
        piece = 0
        while piece < len(lengths) - 1 and left > lengths[piece]:
            left -= lengths[piece]
            piece += 1
        (x0, y0), (x1, y1) = corners[piece], corners[piece + 1]
        share = left / lengths[piece]
        points.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
    return points


def _stroke(seen: dict[str, Any]) -> Stroke:
    """Read the page's notes; a page that painted nothing after the stroke has not answered, and that is an error."""
    up, seconds = seen["up"], (seen["up"] - seen["down"]) / 1000
    after = {kind: [time - up for name, time in seen["marks"] if name == kind and time > up] for kind in _KINDS}
    during = [time for name, time in seen["marks"] if name == "update" and seen["down"] < time <= up]
    # Maps far from the window are not painted before they come near.
    mosaics = [now - before for now, before in zip(seen["after"], seen["mosaicsBefore"], strict=True) if now]
    missing = bool(seen["after"]) and not (mosaics and all(mosaics))
    if not after["update"] or seen["digitNow"] in ("", "–") or missing:
        raise RuntimeError(f"a stroke was not answered. Received: {seen}")
    return Stroke(
        # Where nothing that can be read has changed since the pen was up, what was painted first stands.
        prediction=after["prediction"][-1] if after["prediction"] else after["update"][0],
        confirmed=after["update"][-1],
        maps=after["maps"][-1] if after["maps"] else None,
        updates=len(during) / seconds,
        map_updates=_least(seen) / seconds if mosaics else None,
        digit=seen["digitNow"],
        messages=seen["messages"],
        bytes=seen["bytes"],
        runs=seen["outgoing"],
    )


_KINDS = ("prediction", "update", "maps")


def _least(seen: dict[str, Any]) -> int:
    painted = zip(seen["atUp"], seen["mosaicsBefore"], strict=True)
    return min((int(now - before) for now, before in painted if now), default=0)
