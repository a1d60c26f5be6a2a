"""Time from lifting the pen to the three painted shift maps of Pooling, in Chromium with real mouse events.

Nothing of the grid is computed while the pen is down: once it is up the whole page runs again, and the three maps are
painted as soon as their values come. Both strokes that a visitor draws are measured: one on an empty paper, after which
the maps are made anew, and one more on a drawing, after which they change. The maps lie below what is on the screen;
painted means that their canvases were, and the frame after it.

In turn with the strokes something is computed here, which falls on the same busy or idle machine: the ratio is what to
compare.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from playwright.async_api import async_playwright

from benchmarks.measuring.drawing import DIGITS, Paper, Point, launched
from benchmarks.measuring.servers import APP, serving, wait_until_healthy
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS

WARM_UP = 1
FIRST, MORE, BESIDE = "first", "more", "beside"

WATCH = """() => {
  window.grid = []
  const note = (keys) => () => keys.forEach((key) => grid.push([key, performance.now()]))
  const afterFrame = (work) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = work
    port2.postMessage(0)
  })
  const key = ({ target }) =>
    target.getRootNode().host?.closest('[class*="st-key-shifts-"]')?.className.match(/st-key-shifts-(\\S+)/)[1]
  const observer = new MutationObserver((records) => {
    const keys = [...new Set(records.map(key).filter(Boolean))]
    if (keys.length) afterFrame(note(keys))
  })
  const wanted = { subtree: true, attributes: true, attributeFilter: ["data-painted"] }
  const observe = (root) => observer.observe(root, wanted)
  for (const { shadowRoot } of document.querySelectorAll("*")) if (shadowRoot) observe(shadowRoot)
  const attach = Element.prototype.attachShadow
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options)
    observe(root)
    return root
  }
}"""
"""Notes which grid was painted, and when, also of those that come later; evaluated in a page that `Paper` opened."""


async def strokes(count: int, beside: Callable[[], object]) -> dict[str, list[float]]:
    """Return seconds from pen up to the painted grid, and those of `beside`, `count` of each after the warm-up."""
    found: dict[str, list[float]] = {FIRST: [], MORE: [], BESIDE: []}
    with serving(APP) as server:
        wait_until_healthy(server)
        async with async_playwright() as playwright, launched(playwright) as browser:
            paper = await Paper.opened(browser, f"{server.address}/Pooling", "pad")
            await paper.page.evaluate(WATCH)
            for number in range(WARM_UP + count):
                await paper.clear()
                took = [await _stroke(paper, DIGITS[(number + more) % len(DIGITS)]) for more in range(2)]
                start = time.perf_counter()
                beside()
                took.append(time.perf_counter() - start)
                for each, second in zip(found.values(), took, strict=True):
                    each += [second] if number >= WARM_UP else []
                print(f"\r{number + 1} of {WARM_UP + count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


async def _stroke(paper: Paper, corners: Sequence[Point]) -> float:
    await paper.page.evaluate("grid.length = 0")
    await paper.draw(corners)
    seen: dict[str, Any] = await paper.page.evaluate("({ up: watch.up, painted: grid })")
    return seconds(seen["painted"], seen["up"])


def seconds(painted: Sequence[tuple[str, float]], up: float) -> float:
    """Return the seconds from `up` until the last of the three grids was painted; times in milliseconds.

    Raises:
        RuntimeError: If a grid was not painted after `up`, or one was before, which is then none of this stroke's.
    """
    after = {name: time for name, time in painted if time > up}
    if set(after) != set(POOL_NETWORKS) or any(time <= up for _, time in painted):
        raise RuntimeError(f"a stroke was not answered by three grids. Received: {painted}, pen up at {up}")
    return (max(after.values()) - up) / 1000
