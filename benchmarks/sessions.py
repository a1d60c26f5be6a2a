"""Measure many visitors drawing at once: `python -m benchmarks.sessions [OUT.json]`.

Each visitor is a session over Streamlit's own websocket, as a browser opens it, that sends a changed drawing every
three seconds. Every answer is read: it must be the network's reading of exactly the drawing that was sent, worked out
here a second time. The time is from sending the strokes to the last message of the answer; the memory is that of the
web process and its children.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import report
from benchmarks.measuring.drawing import DIGITS, spread
from benchmarks.measuring.protocol import Answer, Session
from benchmarks.measuring.servers import APP, Server, serving, wait_until_healthy
from cnnviz.core.drawing import preprocessing as preparing
from cnnviz.core.drawing import url_codec
from cnnviz.core.drawing.strokes import SIDE, Drawing, Stroke, render
from cnnviz.core.inference.trace import predict
from cnnviz.core.networks import model_store

OUT = report.RESULTS / "sessions.json"
CROWDS = (1, 10, 50, 150)
SECONDS = 60.0
PERIOD = 3.0
PATIENCE = 30.0
DRAWINGS = 60
NEAR = 1e-4  # largest difference between a probability that was sent and the one worked out here

P95_GOAL = 0.25  # seconds, with the largest crowd
CPU_GOAL = 8.0  # milliseconds of processor time an answer, with the largest crowd
MEMORY_GOAL = 200.0  # MB, with the largest crowd


@dataclass(frozen=True)
class Sketch:
    """A drawing as the pad sends it, and the ten probabilities that must come back."""

    strokes: Sequence[Sequence[float]]
    expected: np.ndarray


def sketches(network: str, count: int) -> list[Sketch]:
    """Return `count` different drawings of digits, with their readings."""
    chance = random.Random(0)
    wires = [_wire(DIGITS[number % len(DIGITS)], chance) for number in range(count)]
    digits = np.stack([preparing.from_canvas(render(_drawing(wire))).digit for wire in wires])
    rows = predict(model_store.load(network), digits)
    return [Sketch(wire, row) for wire, row in zip(wires, rows, strict=True)]


def _wire(corners: Sequence[tuple[float, float]], chance: random.Random) -> list[list[float]]:
    """Return one stroke of a digit, moved, scaled and cut a little, to half a canvas pixel as the pad sends it."""
    scale, right, down = chance.uniform(0.7, 1.0), chance.uniform(0, 0.15), chance.uniform(0, 0.15)
    points = spread(corners, chance.randint(36, 48))[: chance.randint(28, 48)]
    return [
        [
            20.0,
            *(round(2 * SIDE * value) / 2 for x, y in points for value in (x * scale + right, y * scale + down)),
        ]
    ]


def _drawing(wire: Sequence[Sequence[float]]) -> Drawing:
    strokes = (Stroke(tuple(zip(one[1::2], one[2::2], strict=True)), one[0]) for one in wire)
    return url_codec.quantize(Drawing(tuple(strokes)))  # what is read once the pen is up


def complaint(answer: Answer, sketch: Sketch) -> str:
    """Return what is wrong with an answer, empty if nothing is."""
    if answer.error:
        return answer.error
    if answer.digit != str(sketch.expected.argmax()):
        return f"the answer was {answer.digit!r} instead of {sketch.expected.argmax()}"
    worst = np.abs(np.subtract(answer.shares, sketch.expected)).max() if len(answer.shares) == 10 else 1.0
    return "" if worst <= NEAR else f"the probabilities are off by {worst:.2g}"


async def visit(
    session: Session,
    first: Answer,
    pool: Sequence[Sketch],
    number: int,
    crowd: int,
    seconds: float,
    heard: list[tuple[Answer, str]],
) -> None:
    """Draw as one visitor every `PERIOD` seconds, each visitor at a different offset."""
    chance = random.Random(number)
    if first.error or not session.pad:
        heard.append((first, f"the page did not open: {first.error or 'no pad'}"))
        return
    start = time.perf_counter() + PERIOD * number / crowd
    for turn in range(max(1, int(seconds // PERIOD))):
        await asyncio.sleep(max(0.0, start + turn * PERIOD - time.perf_counter()))
        sketch = pool[(number + turn * chance.randrange(1, len(pool))) % len(pool)]
        answer = await session.draw(sketch.strokes, PATIENCE)
        heard.append((answer, complaint(answer, sketch)))
        if answer.error:
            break
    await session.close()


async def crowd_of(
    server: Server, pool: Sequence[Sketch], crowd: int, seconds: float
) -> tuple[list[tuple[Answer, str]], float]:
    """Let `crowd` visitors come, and then draw at the same time.

    Returns:
        every answer with what is wrong with it, and the seconds of processor time that the server took for all of them.
    """
    heard: list[tuple[Answer, str]] = []
    opened = await asyncio.gather(*(Session.opened(server.address, PATIENCE) for _ in range(crowd)))
    before = server.cpu
    await asyncio.gather(
        *(visit(*each, pool, number, crowd, seconds, heard) for number, each in enumerate(opened)),
    )
    return heard, server.cpu - before


def measure(crowd: int, seconds: float, pool: Sequence[Sketch]) -> dict[str, Any]:
    """Start a fresh server and let `crowd` visitors draw on it."""
    with serving(APP) as server:
        wait_until_healthy(server)
        asyncio.run(crowd_of(server, pool, 1, PERIOD))  # the first visitor loads what all share
        before = server.memory
        heard, cpu = asyncio.run(crowd_of(server, pool, crowd, seconds))
        after = server.memory
    times = [answer.seconds for answer, _ in heard]
    errors = sorted({wrong for _, wrong in heard if wrong})
    return {
        "sessions": crowd,
        "answers": len(heard),
        "p50": report.median(times),
        "p95": report.p95(times),
        "worst": max(times),
        "errors": sum(bool(wrong) for _, wrong in heard),
        "error_texts": errors[:10],
        "cpu_ms_an_answer": 1000 * cpu / len(heard),
        "bytes_an_answer": report.median([a.bytes for a, _ in heard]),
        "messages_an_answer": report.median([len(a.messages) for a, _ in heard]),
        "memory_before": before,
        "memory_after": after,
    }


def goals(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each goal for the largest crowd and whether it was met."""
    row = rows[-1]
    asked = (
        ("p95, s", row["p95"], P95_GOAL),
        ("processor time an answer, ms", row["cpu_ms_an_answer"], CPU_GOAL),
        ("errors", row["errors"], 0),
        ("memory, MB", row["memory_after"], MEMORY_GOAL),
    )
    return [
        {"what": f"{row['sessions']} sessions: {what}", "is": figure, "at_most": goal, "met": figure <= goal}
        for what, figure, goal in asked
    ]


def tables(rows: Sequence[dict[str, Any]]) -> str:
    """Format both tables as Markdown."""
    head = (
        "sessions",
        "answers",
        "p50, ms",
        "p95, ms",
        "worst, ms",
        "errors",
        "CPU an answer, ms",
        "kB an answer",
        "MB before",
        "MB after",
    )
    lines = [
        (
            str(row["sessions"]),
            str(row["answers"]),
            f"{1000 * row['p50']:.0f}",
            f"{1000 * row['p95']:.0f}",
            f"{1000 * row['worst']:.0f}",
            str(row["errors"]),
            f"{row['cpu_ms_an_answer']:.1f}",
            f"{row['bytes_an_answer'] / 1000:.0f}",
            f"{row['memory_before']:.0f}",
            f"{row['memory_after']:.0f}",
        )
        for row in rows
    ]
    second = [
        (each["what"], f"{each['is']:.3g}", f"≤ {each['at_most']:g}", report.verdict(each["met"]))
        for each in goals(rows)
    ]
    return report.table(head, lines) + "\n\n" + report.table(("goal", "measured", "asked", ""), second)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sessions", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where the JSON goes")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each crowd draws")
    parser.add_argument("--sessions", type=int, nargs="+", default=list(CROWDS), help="sizes of the crowds")
    asked = parser.parse_args()
    pool = sketches(model_store.DEFAULT, DRAWINGS)
    rows = []
    for crowd in sorted(asked.sessions):
        print(f"{crowd} sessions", file=sys.stderr)
        rows.append(measure(crowd, asked.seconds, pool))
    report.write(asked.out, {"seconds": asked.seconds, "period": PERIOD, "goals": goals(rows), "rows": rows})
    print(tables(rows))


if __name__ == "__main__":
    main()
