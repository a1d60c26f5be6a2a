"""Time `streamlit run` to the first painted page and the first answer: `python -m benchmarks.start [OUT.json]`.

Beside an empty Streamlit page with the same settings, in turn. Each start is a new server and a new browser profile.
The page opens as soon as the server answers; the clock starts with the command and runs until the page's title or the
answer has been painted in Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from benchmarks.measuring import report
from benchmarks.measuring.drawing import launched
from benchmarks.measuring.servers import APP, CONTESTANTS, serving, wait_until_healthy

OUT = report.RESULTS / "start.json"
STARTS = 7
GOAL = 1.5  # times the empty page's
PATIENCE = 120_000.0

SCRIPTS = {"empty page": CONTESTANTS / "empty.py", "cnnviz": APP}
STAGES = ("healthy", "page", "answer")

PAINTED = """(selector) => new Promise((resolve) => {
  const look = () => {
    if (!/\\S/.test(document.querySelector(selector)?.innerText ?? "")) return requestAnimationFrame(look)
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => resolve(performance.timeOrigin + performance.now())
      port2.postMessage(0)
    })
  }
  look()
})"""
"""Resolves when an element shows text and the frame after that has been drawn. `performance.timeOrigin` + the value
is the time of day, in milliseconds."""
PAGE = '[data-testid="stMainBlockContainer"]'
ANSWER = ".st-key-predicted-digit"


async def begin(browser: Browser, script: Path) -> dict[str, float]:
    """Start a server, open its page and return the seconds after the command for each of `STAGES`."""
    began = time.time()
    with serving(script) as server:
        await asyncio.to_thread(wait_until_healthy, server)
        healthy = time.time()
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(server.address, wait_until="commit")
        painted = await asyncio.gather(*(page.evaluate(PAINTED, selector) for selector in (PAGE, ANSWER)))
        await context.close()
    times = (healthy, painted[0] / 1000, painted[1] / 1000)
    return {stage: moment - began for stage, moment in zip(STAGES, times, strict=True)}


async def measure(count: int) -> dict[str, list[dict[str, float]]]:
    """Start both in turn, once for the caches of the disk and then `count` times."""
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in SCRIPTS}
    async with async_playwright() as playwright, launched(playwright) as browser:
        for number in range(count + 1):
            for name, script in SCRIPTS.items():
                times = await begin(browser, script)
                if number:
                    seen[name].append(times)
    return seen


def summary(seen: dict[str, list[dict[str, float]]]) -> list[dict[str, Any]]:
    """Return the medians of each, in seconds, and their ratios to the empty page's."""
    medians = {
        name: {stage: report.median([each[stage] for each in times]) for stage in STAGES}
        for name, times in seen.items()
    }
    floor = medians["empty page"]
    return [
        {
            "name": name,
            **figures,
            "of_floor": {stage: figures[stage] / floor[stage] for stage in STAGES},
            "starts": seen[name],
        }
        for name, figures in medians.items()
    ]


def goals(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each goal with whether it was met."""
    ours = rows[-1]["of_floor"]
    names = {"page": "first painted page", "answer": "first answer"}
    return [
        {
            "what": f"{what}, times the empty page's",
            "is": ours[stage],
            "at_most": GOAL,
            "met": ours[stage] <= GOAL,
        }
        for stage, what in names.items()
    ]


def tables(rows: Sequence[dict[str, Any]]) -> str:
    """Format both tables as Markdown."""
    head = (
        "from `streamlit run` to",
        "server answers, s",
        "page painted, s",
        "of empty",
        "answer painted, s",
        "of empty",
    )
    lines = [
        (
            row["name"],
            f"{row['healthy']:.2f}",
            f"{row['page']:.2f}",
            f"{row['of_floor']['page']:.2f}",
            f"{row['answer']:.2f}",
            f"{row['of_floor']['answer']:.2f}",
        )
        for row in rows
    ]
    second = [
        (each["what"], f"{each['is']:.2f}", f"≤ {each['at_most']:g}", report.verdict(each["met"]))
        for each in goals(rows)
    ]
    return report.table(head, lines) + "\n\n" + report.table(("goal", "measured", "asked", ""), second)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where the JSON goes")
    parser.add_argument("--starts", type=int, default=STARTS)
    asked = parser.parse_args()
    rows = summary(asyncio.run(measure(asked.starts)))
    report.write(asked.out, {"goals": goals(rows), "rows": rows})
    print(tables(rows))


if __name__ == "__main__":
    main()
