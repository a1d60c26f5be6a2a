"""Time the end of a stroke to its effect on the screen: `python -m benchmarks.stroke [OUT.json]`.

Real mouse events draw digits in Chromium; the page itself notes when the answer and the maps were painted. Beside
each of our two drawing surfaces stands its floor, an empty page with the same surface and the same settings, and
beside all of them the usual way to write such an app: Keras in the process, `predict`, a Plotly subplot a map,
default settings. Everybody draws the same digit in turn, so that whatever else the machine does falls on all alike;
the ratios are what to compare between machines.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from benchmarks.measuring import report
from benchmarks.measuring.drawing import DIGITS, Paper, Stroke, Surface, launched
from benchmarks.measuring.servers import APP, CONTESTANTS, ROOT, Server, serving, wait_until_healthy
from cnnviz.core.networks import model_store

OUT = report.RESULTS / "stroke.json"
STROKES = 30
WARM_UP = 2

OURS, PAD_FLOOR, CANVAS_FLOOR, USUAL = "app", "empty pad", "empty canvas", "usual"


@dataclass(frozen=True)
class Contestant:
    """A page that is drawn on: its server, path, surface, and the baseline it is compared with."""

    name: str
    server: str
    path: str
    surface: Surface
    floor: str


CONTESTANTS_TABLE = (
    Contestant("live pad, empty page", PAD_FLOOR, "", "pad", "live pad, empty page"),
    Contestant("live pad, Draw", OURS, "", "pad", "live pad, empty page"),
    Contestant("live pad, Layers", OURS, "Layers", "pad", "live pad, empty page"),
    Contestant("editor, empty page", CANVAS_FLOOR, "", "canvas", "editor, empty page"),
    Contestant("editor, Draw", OURS, "?surface=canvas", "canvas", "editor, empty page"),
    Contestant("editor, Layers", OURS, "Layers?surface=canvas", "canvas", "editor, empty page"),
    Contestant("the usual way", USUAL, "", "canvas", "editor, empty page"),
)

PREDICTION_GOAL = 1.5  # times the floor's
MAPS_GOAL = 2.0  # times the floor's
UPDATES_GOAL = 40.0  # a second, while the pen moves
AFTER_GOAL = 60.0  # milliseconds after the stroke, median on the live pad


def summary(contestant: Contestant, strokes: Sequence[Stroke], floor: Sequence[Stroke]) -> dict[str, Any]:
    """Return the figures of one contestant beside its baseline's."""
    predictions = [stroke.prediction for stroke in strokes]
    maps = [stroke.maps for stroke in strokes if stroke.maps is not None]
    beneath = report.median([stroke.prediction for stroke in floor])
    return {
        "name": contestant.name,
        "prediction": report.median(predictions),
        "prediction_p95": report.p95(predictions),
        "prediction_of_floor": report.median(predictions) / beneath,
        "confirmed": report.median([stroke.confirmed for stroke in strokes]),
        "maps": report.median(maps) if maps else None,
        "maps_p95": report.p95(maps) if maps else None,
        "maps_of_floor": report.median(maps) / beneath if maps else None,
        "updates": report.median([stroke.updates for stroke in strokes]),
        "map_updates": report.median([stroke.map_updates or 0 for stroke in strokes]) if maps else None,
        "bytes_a_run": report.median([stroke.bytes / stroke.runs for stroke in strokes]),
        "messages_a_run": report.median([stroke.messages / stroke.runs for stroke in strokes]),
        "strokes": [asdict(stroke) for stroke in strokes],
    }


def goals(rows: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each goal, what was measured, and whether it was met."""
    draw, layers = rows["live pad, Draw"], rows["live pad, Layers"]
    editor, editor_layers = rows["editor, Draw"], rows["editor, Layers"]
    at_most = [
        ("live pad: prediction, times the floor", draw["prediction_of_floor"], PREDICTION_GOAL),
        ("live pad: all maps on Layers, times the floor", layers["maps_of_floor"], MAPS_GOAL),
        ("editor: prediction, times the floor", editor["prediction_of_floor"], PREDICTION_GOAL),
        ("editor: all maps on Layers, times the floor", editor_layers["maps_of_floor"], MAPS_GOAL),
        ("live pad: milliseconds to the prediction", draw["prediction"], AFTER_GOAL),
    ]
    asked = [{"what": what, "is": figure, "at_most": goal, "met": figure <= goal} for what, figure, goal in at_most]
    updates = draw["updates"]
    return [
        *asked,
        {
            "what": "live pad: updates a second during a stroke",
            "is": updates,
            "at_least": UPDATES_GOAL,
            "met": updates >= UPDATES_GOAL,
        },
    ]


def tables(rows: Mapping[str, dict[str, Any]], asked: Sequence[dict[str, Any]]) -> str:
    """Format both tables as Markdown."""
    head = (
        "after a stroke",
        "prediction, ms",
        "p95",
        "of floor",
        "by the server, ms",
        "all maps, ms",
        "p95",
        "of floor",
        "updates/s during it",
        "maps/s",
        "kB a run",
    )
    lines = [
        (
            row["name"],
            f"{row['prediction']:.0f}",
            f"{row['prediction_p95']:.0f}",
            f"{row['prediction_of_floor']:.2f}",
            f"{row['confirmed']:.0f}",
            _number(row["maps"]),
            _number(row["maps_p95"]),
            _number(row["maps_of_floor"], 2),
            f"{row['updates']:.0f}",
            _number(row["map_updates"]),
            f"{row['bytes_a_run'] / 1000:.1f}",
        )
        for row in rows.values()
    ]
    second = [(each["what"], f"{each['is']:.2f}", _asked(each), report.verdict(each["met"])) for each in asked]
    return report.table(head, lines) + "\n\n" + report.table(("goal", "measured", "asked", ""), second)


def _asked(goal: Mapping[str, Any]) -> str:
    return f"≤ {goal['at_most']:g}" if "at_most" in goal else f"≥ {goal['at_least']:g}"


def _number(value: float | None, digits: int = 0) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def start(stack: ExitStack, names: set[str], network: str) -> dict[str, Server]:
    """Start the servers that are needed."""
    environment = {}
    if USUAL in names:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cnnviz-bench-"))
        environment["CNNVIZ_BENCH_MODEL"] = _exported(network, Path(folder))
    scripts = {
        OURS: APP,
        PAD_FLOOR: CONTESTANTS / "empty_pad.py",
        CANVAS_FLOOR: CONTESTANTS / "empty_canvas.py",
        USUAL: CONTESTANTS / "usual.py",
    }
    servers = {
        name: stack.enter_context(serving(script, defaults=name == USUAL, environment=environment))
        for name, script in scripts.items()
        if name in names
    }
    for server in servers.values():
        wait_until_healthy(server)
    return servers


def _exported(network: str, folder: Path) -> str:
    """Write the network as a Keras file for the usual app, in a process of its own."""
    out = folder / "model.keras"
    command = [sys.executable, "-m", "cnnviz.workers.entry.export_cli", network, str(out)]
    subprocess.run(
        command,
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"},
    )
    return str(out)


async def draw(contestants: Sequence[Contestant], servers: Mapping[str, Server], count: int) -> dict[str, list[Stroke]]:
    """Draw in all contestants in turn, `count` times after the warm-up."""
    drawn: dict[str, list[Stroke]] = {each.name: [] for each in contestants}
    async with async_playwright() as playwright, launched(playwright) as browser:
        papers = {
            each.name: await Paper.opened(browser, f"{servers[each.server].address}/{each.path}", each.surface)
            for each in contestants
        }
        for number in range(WARM_UP + count):
            for name, paper in papers.items():
                await paper.clear()
                stroke = await paper.stroke(DIGITS[number % len(DIGITS)])
                if number >= WARM_UP:
                    drawn[name].append(stroke)
            print(f"\r{number + 1} of {WARM_UP + count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stroke", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where the JSON goes")
    parser.add_argument("--strokes", type=int, default=STROKES)
    parser.add_argument("--without-usual", action="store_true", help="leave out the usual way, which is slow")
    asked = parser.parse_args()
    contestants = [each for each in CONTESTANTS_TABLE if not (asked.without_usual and each.server == USUAL)]
    with ExitStack() as stack:
        servers = start(stack, {each.server for each in contestants}, model_store.DEFAULT)
        drawn = asyncio.run(draw(contestants, servers, asked.strokes))
    rows = {each.name: summary(each, drawn[each.name], drawn[each.floor]) for each in contestants}
    report.write(asked.out, {"goals": goals(rows), "rows": list(rows.values())})
    print(tables(rows, goals(rows)))


if __name__ == "__main__":
    main()
