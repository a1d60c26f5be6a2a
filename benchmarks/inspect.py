"""Time from choosing a cell on Layers to its account on the screen: `python -m benchmarks.inspect [OUT.json]`.

Chromium walks from an answer down to the drawing, each step a click; then it clicks two cells of a map in turn and
types two numbers into "Row". The page itself notes when the account of the next cell was painted. In turn with each
of these the same page runs again with nothing changed, which is what they are compared with: from the message that
asks for it to the last message of its answer, before anything is painted. The ratio is what to compare between
machines.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from benchmarks.measuring import report
from benchmarks.measuring.drawing import launched
from benchmarks.measuring.servers import APP, Server, serving, wait_until_healthy
from cnnviz.core.ledger import cells
from cnnviz.core.networks import model_store

OUT = report.RESULTS / "inspect.json"
WALKS = 6
WARM_UP = 1
GOAL = 1.5  # times an empty rerun of the same page
QUIET = 400  # milliseconds without a message after which a run is over
NETWORKS = ("cnn-32-64", "cnn-32-64-64", "cnn-16-128-256", "cnn-rgb", "pen")
CLICKED, TYPED = "a click on a map", "a typed row"
PLACES = (4, 7)
"""Rows, and columns, of the two cells that are chosen on a map and typed in turn."""

WATCH = """
window.seen = { sent: [], came: [], painted: [] }
const Real = WebSocket
window.WebSocket = class extends Real {
  constructor(...all) {
    super(...all)
    this.addEventListener("message", () => seen.came.push(performance.now()))
  }
  send(data) {
    seen.sent.push(performance.now())
    super.send(data)
  }
}
const roots = () => [...document.querySelectorAll("*")].filter((e) => e.shadowRoot?.querySelector(".ledger"))
window.ledgerOf = () => roots()[0]?.shadowRoot.querySelector(".ledger")
window.watchLedger = () => {
  const painted = () => requestAnimationFrame(() => setTimeout(() => seen.painted.push(performance.now())))
  new MutationObserver(painted).observe(ledgerOf(), { attributes: true, attributeFilter: ["data-cell"] })
}
window.forget = () => Object.assign(seen, { sent: [], came: [], painted: [] })
window.quiet = (ms) => seen.came.length && performance.now() - seen.came.at(-1) > ms
"""
"""Notes when messages go and come, and when the ledger shows another cell."""


ON_SCREEN = """(canvas, at) => {
  const { x, y } = canvas.cellCentre(0, at, at)
  const box = () => canvas.getBoundingClientRect()
  document.querySelector('[data-testid="stMain"]').scrollBy(0, box().top + y - innerHeight / 4)
  return [box().left + x, box().top + y]
}"""
"""Where on the screen the middle of a cell of the first map is, scrolled into view."""


async def opened(page: Page, server: Server, network: str) -> list[str]:
    """Open Layers with the most likely class chosen; return the texts of the breadcrumbs."""
    last = list(cells.list_shapes(model_store.load(network)))[-1]
    await page.goto(f"{server.address}/Layers?net={network}&cell={last}.3")
    await page.wait_for_function("() => window.ledgerOf()?.dataset.cell", timeout=60_000)
    await page.wait_for_function(f"() => quiet({2 * QUIET})", timeout=60_000)
    await page.evaluate("watchLedger()")
    return await page.locator(".ledger .breadcrumb").all_inner_texts()


async def empty_rerun(page: Page) -> float:
    """Return the milliseconds of a run of the page that changes nothing."""
    await page.evaluate("document.activeElement?.blur(), forget()")
    await page.keyboard.press("r")
    await page.wait_for_function(f"() => quiet({QUIET})", timeout=30_000)
    return float(await page.evaluate("seen.came.at(-1) - seen.sent[0]"))


async def painted_since(page: Page, began: float) -> float:
    """Return the milliseconds from `began` to the next account, once the page is idle."""
    await page.wait_for_function("() => seen.painted.length", timeout=30_000)
    painted = float(await page.evaluate("seen.painted[0]"))
    await page.wait_for_function(f"() => quiet({QUIET})", timeout=30_000)
    return painted - began


async def follow_breadcrumb(page: Page, place: int) -> float:
    """Time a click on a breadcrumb until its account is painted."""
    breadcrumb = page.locator(".ledger .breadcrumb").nth(place)
    await breadcrumb.scroll_into_view_if_needed()
    await page.evaluate("forget()")
    began = await breadcrumb.evaluate("breadcrumb => { const now = performance.now(); breadcrumb.click(); return now }")
    return await painted_since(page, float(began))


async def click_on_map(page: Page, at: int) -> float:
    """Time a click on a cell of the first map of the first layer that has maps."""
    canvas = page.locator('canvas[data-role="mosaic"][data-block="after"]').first
    x, y = await canvas.evaluate(ON_SCREEN, at)
    await page.mouse.move(x, y)
    await page.evaluate("forget()")
    began = await page.evaluate("performance.now()")
    await page.mouse.click(x, y)
    return await painted_since(page, float(began))


async def typed(page: Page, row: int) -> float:
    """Time Enter after another row was typed."""
    field = page.get_by_role("spinbutton", name="Row")
    await field.fill(str(row))
    await page.evaluate("forget()")
    began = await page.evaluate("performance.now()")
    await field.press("Enter")
    return await painted_since(page, float(began))


async def walked(page: Page, server: Server, network: str, walks: int) -> list[dict[str, Any]]:
    """Time every way to another cell in `walks` walks, each beside an empty rerun."""
    path = await opened(page, server, network)
    breadcrumbs = [(path[place], partial(follow_breadcrumb, page, place)) for place in (*range(1, len(path)), 0)]
    chosen = [(CLICKED, partial(click_on_map, page, at)) for at in PLACES]
    # Of the cell that was clicked last.
    numbers = [(TYPED, partial(typed, page, row)) for row in PLACES]
    found = []
    for ways in (breadcrumbs, [*chosen, *numbers]):  # a cell that is chosen anew has another way down
        for walk in range(WARM_UP + walks):
            for to, act in ways:
                rerun, took = await empty_rerun(page), await act()
                if walk >= WARM_UP:
                    found.append({"to": to, "rerun": rerun, "step": took})
            print(f"\r{network}: {walk + 1} of {WARM_UP + walks}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def summary(network: str, steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the medians of one network; `worst` is the largest ratio of any one cell's medians."""
    rerun = report.median([each["rerun"] for each in steps])
    cells_there = sorted({each["to"] for each in steps})
    each_cell = {to: report.median([each["step"] for each in steps if each["to"] == to]) / rerun for to in cells_there}
    return {
        "network": network,
        "rerun": rerun,
        "step": report.median([each["step"] for each in steps]),
        "step_p95": report.p95([each["step"] for each in steps]),
        "ratio": report.median([each["step"] for each in steps]) / rerun,
        "clicked": each_cell[CLICKED],
        "typed": each_cell[TYPED],
        "worst": max(each_cell.values()),
        "worst_cell": max(each_cell, key=each_cell.__getitem__),
        "steps": list(steps),
    }


def goals(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each goal, the result of every network, and whether it was met."""
    return [
        {
            "what": f"{row['network']}: the slowest way to a cell, times an empty rerun",
            "is": row["worst"],
            "at_most": GOAL,
            "met": row["worst"] <= GOAL,
        }
        for row in rows
    ]


def tables(rows: Sequence[Mapping[str, Any]], asked: Sequence[Mapping[str, Any]]) -> str:
    """Format both tables as Markdown."""
    head = (
        "network",
        "empty rerun, ms",
        "a step, ms",
        "p95",
        "of a rerun",
        "clicked on a map",
        "typed",
        "slowest",
        "of a rerun",
    )
    lines = [
        (
            row["network"],
            f"{row['rerun']:.0f}",
            f"{row['step']:.0f}",
            f"{row['step_p95']:.0f}",
            f"{row['ratio']:.2f}",
            f"{row['clicked']:.2f}",
            f"{row['typed']:.2f}",
            row["worst_cell"],
            f"{row['worst']:.2f}",
        )
        for row in rows
    ]
    second = [
        (each["what"], f"{each['is']:.2f}", f"≤ {each['at_most']:g}", report.verdict(each["met"])) for each in asked
    ]
    return report.table(head, lines) + "\n\n" + report.table(("goal", "measured", "asked", ""), second)


async def measured(server: Server, networks: Sequence[str], walks: int) -> list[dict[str, Any]]:
    rows = []
    async with async_playwright() as playwright, launched(playwright) as browser:
        for network in networks:
            page = await browser.new_page(viewport={"width": 1280, "height": 900})
            await page.add_init_script(WATCH)
            rows.append(summary(network, await walked(page, server, network, walks)))
            await page.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inspect", description=__doc__)
    parser.add_argument("out", metavar="OUT.json", type=Path, nargs="?", default=OUT, help="where it goes")
    parser.add_argument("--walks", type=int, default=WALKS)
    parser.add_argument("--networks", nargs="+", default=NETWORKS)
    asked = parser.parse_args()
    with serving(APP) as server:
        wait_until_healthy(server)
        rows = asyncio.run(measured(server, asked.networks, asked.walks))
    report.write(asked.out, {"goals": goals(rows), "rows": rows})
    print(tables(rows, goals(rows)))


if __name__ == "__main__":
    main()
