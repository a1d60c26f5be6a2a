"""From a click to a point on the curve, from a batch to its paint: `python -m benchmarks.first_point [OUT.json]`.

A server of its own trains the network that Train offers first. Warm: the page has been open until its worker was ready.
Cold: the click comes as soon as the button is there, on a server that has just started. A point is on the curve when
the frame after the chart's newest value changed has been drawn. A batch is over on the worker when the server has
its event on disk, and painted with the next change of the chart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from benchmarks.measuring import report
from benchmarks.measuring.drawing import launched
from benchmarks.measuring.servers import APP, serving, wait_until_healthy

OUT = report.RESULTS / "first_point.json"
ROUNDS = 5
PATIENCE = 120_000.0
WARM, COLD, PAINT = 2.0, 10.0, 0.7
WARMING = 20.0
BETWEEN_LOOKS = 0.005

CHART = ".st-key-learning-curves .curves"

WATCH = """(chart) => {
  window.painted = []
  const note = () => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => window.painted.push(performance.timeOrigin + performance.now())
    port2.postMessage(0)
  })
  new MutationObserver(note).observe(chart, { subtree: true, attributes: true, attributeFilter: ["aria-label"] })
}"""
"""Notes the time of day, in milliseconds, of every frame that was drawn after the chart had new values."""


async def one(browser: Browser, warm: bool) -> dict[str, Any]:
    """Train on a new server; return seconds from the click to the first point, and from each batch to its paint."""
    with tempfile.TemporaryDirectory() as runs, serving(APP, environment={"CNNVIZ_RUNS": runs}) as server:
        await asyncio.to_thread(wait_until_healthy, server)
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(f"{server.address}/Train?bench=build")
        button = page.get_by_role("button", name="Train it")
        await button.wait_for()
        if warm:
            await asyncio.sleep(WARMING)
        told = asyncio.create_task(events(Path(runs)))
        clicked = time.time()
        await button.click()
        await page.mouse.move(2, 2)  # over a curve it would read that instead of the newest value
        await page.locator(CHART).first.wait_for()
        await page.locator(CHART).first.evaluate(WATCH)
        await page.get_by_text("· done ·").first.wait_for()
        painted = [moment / 1000 for moment in await page.evaluate("window.painted")]
        moments = await told
        await context.close()
    return {"first": painted[0] - clicked, "latencies": latencies(moments, painted)}


async def events(runs: Path) -> list[float]:
    """Return the time of day at which the server had each event with batches, until the result."""
    seen, moments = 0, []
    while True:
        for path in runs.glob("*/*/events.jsonl"):
            lines = path.read_text(encoding="utf-8").splitlines()
            moments += [time.time() for line in lines[seen:] if '"batches"' in line[:20]]
            seen = len(lines)
            if lines and kind(lines[-1]) in ("result", "ended"):
                return moments
        await asyncio.sleep(BETWEEN_LOOKS)


def kind(line: str) -> str:
    try:
        return str(json.loads(line)["kind"])
    except ValueError:  # it is being written
        return ""


def latencies(moments: Sequence[float], painted: Sequence[float]) -> list[float]:
    """Return the seconds from each moment to the next paint; leave out moments after the last paint."""
    later = ([paint - moment for paint in painted if paint > moment] for moment in moments)
    return [found[0] for found in later if found]


async def measure(rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Measure warm and cold in turn."""
    seen: dict[str, list[dict[str, Any]]] = {"warm": [], "cold": []}
    async with async_playwright() as playwright, launched(playwright) as browser:
        for _ in range(rounds):
            for name, found in seen.items():
                found.append(await one(browser, warm=name == "warm"))
    return seen


def goals(seen: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return each goal with whether it was met."""
    late = [each for rows in seen.values() for row in rows for each in row["latencies"]]
    figures = (
        ("click to first point, warm worker, s", report.median([row["first"] for row in seen["warm"]]), WARM),
        ("click to first point, cold, s", report.median([row["first"] for row in seen["cold"]]), COLD),
        ("batch to paint, median, s", report.median(late), PAINT),
        ("batch to paint, p95, s", report.p95(late), PAINT),
    )
    return [{"what": what, "is": is_, "at_most": most, "met": is_ <= most} for what, is_, most in figures]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_point", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where the JSON goes: OUT.json")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    seen = asyncio.run(measure(asked.rounds))
    found = goals(seen)
    report.write(asked.out, {"goals": found, "rounds": seen})
    rows = [(g["what"], f"{g['is']:.2f}", f"≤ {g['at_most']:g}", report.verdict(g["met"])) for g in found]
    print(report.table(("goal", "measured", "asked", ""), rows))


if __name__ == "__main__":
    main()
