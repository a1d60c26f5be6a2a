"""Compare the cost of an update of live curves in four charts: `python -m benchmarks.curves [OUT.json]`.

The component of the app, `st.line_chart`, `st.echarts_chart` and `st.plotly_chart` draw the same points into two
panels. Each page is updated in turn, so that whatever else the machine does falls on all alike. Measured: Python's
milliseconds for the chart, bytes to the browser, milliseconds of the browser's main thread, milliseconds from the
first message to the last stroke, and whether the chart is made anew, which loses zoom and flickers.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from benchmarks.measuring import report
from benchmarks.measuring.drawing import launched
from benchmarks.measuring.servers import CONTESTANTS, Server, serving, wait_until_healthy

OUT = report.RESULTS / "curves.json"
NAMES = ("component", "line_chart", "echarts", "plotly")
WATCH = Path(__file__).parent / "measuring" / "redraw.js"
UPDATES = 20
WARM_UP = 3
QUIET = 600
"""Milliseconds without a stroke after which an update is drawn."""
PATIENCE = 60_000


@dataclass(frozen=True)
class Update:
    """One update: milliseconds, bytes, and how many canvases or pictures were put into the page."""

    python: float
    bytes: int
    browser: float
    painted: float
    made: int


class Chart:
    """A page that shows the growing curves."""

    def __init__(self, page: Page, devtools: CDPSession) -> None:
        self.page, self.devtools = page, devtools

    @classmethod
    async def opened(cls, browser: Browser, server: Server, name: str) -> Chart:
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        await page.add_init_script(path=WATCH)
        await page.goto(f"{server.address}/?chart={name}")
        devtools = await context.new_cdp_session(page)
        await devtools.send("Performance.enable")
        await page.wait_for_function("redraw.over(2000)", timeout=PATIENCE, polling=100)
        return cls(page, devtools)

    async def update(self) -> Update:
        """Press the button and wait until the chart stands still again."""
        await self.page.bring_to_front()
        before = await self._busy()
        await self.page.evaluate("redraw.begin()")
        await self.page.get_by_role("button", name="Update").click()
        await self.page.wait_for_function(f"redraw.over({QUIET})", timeout=PATIENCE, polling=100)
        seen = await self.page.evaluate("({ ...redraw })")
        took = await self.page.locator(".st-key-took").inner_text()
        busy = await self._busy() - before
        return Update(float(took), seen["bytes"], busy, seen["drawn"] - seen["first"], seen["made"])

    async def _busy(self) -> float:
        """Return how many milliseconds the page's main thread has worked."""
        metrics = await self.devtools.send("Performance.getMetrics")
        return 1000 * next(float(each["value"]) for each in metrics["metrics"] if each["name"] == "TaskDuration")


async def run(server: Server, count: int) -> dict[str, list[Update]]:
    """Update every chart in turn, `count` times after the warm-up."""
    updates: dict[str, list[Update]] = {name: [] for name in NAMES}
    async with async_playwright() as playwright, launched(playwright) as browser:
        charts = {name: await Chart.opened(browser, server, name) for name in NAMES}
        for number in range(WARM_UP + count):
            for name, chart in charts.items():
                update = await chart.update()
                if number >= WARM_UP:
                    updates[name].append(update)
            print(f"\r{number + 1} of {WARM_UP + count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return updates


def summary(updates: Mapping[str, Sequence[Update]]) -> list[dict[str, Any]]:
    """Return the medians of each chart."""
    fields = ("python", "bytes", "browser", "painted", "made")
    return [
        {"name": name} | {field: report.median([getattr(one, field) for one in each]) for field in fields}
        for name, each in updates.items()
    ]


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Format the medians as Markdown."""
    head = ("an update", "Python, ms", "kB", "browser, ms", "to the last stroke, ms", "made anew")
    return report.table(
        head,
        [
            (
                row["name"],
                f"{row['python']:.1f}",
                f"{row['bytes'] / 1000:.1f}",
                f"{row['browser']:.0f}",
                f"{row['painted']:.0f}",
                "yes" if row["made"] else "no",
            )
            for row in rows
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curves", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where the JSON goes")
    parser.add_argument("--updates", type=int, default=UPDATES)
    asked = parser.parse_args()
    with serving(CONTESTANTS / "growing_curves.py") as server:
        wait_until_healthy(server)
        updates = asyncio.run(run(server, asked.updates))
    rows = summary(updates)
    every = {name: [asdict(one) for one in each] for name, each in updates.items()}
    report.write(asked.out, {"rows": rows, "updates": every})
    print(table(rows))


if __name__ == "__main__":
    main()
