"""Measure a room that draws at the same moment: `python -m benchmarks.room [OUT.json]`.

Thirty learners on one process, each with a session over Streamlit's own websocket, draw a stroke of 1.2 s every 4 s.
As the pad does, they send the stroke when the pen is up, because their browsers read it until then; one of them is a
real browser, whose page notes how often it painted an answer while the pen moved. Beside it, in turns, stands the page
as it is for a network that only the server has, such as a visitor's own: then a learner sends the stroke as far as it
has come, at most once a frame and only after the message before was answered. The floor is an empty page with the same
pad, which is told of every move too. What is said once the pen is up must be the network's reading of exactly the
drawing that was sent.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from benchmarks.measuring import report
from benchmarks.measuring.drawing import DIGITS, Paper, launched
from benchmarks.measuring.protocol import Answer, Session
from benchmarks.measuring.servers import APP, CONTESTANTS, Server, serving, wait_until_healthy
from benchmarks.sessions import DRAWINGS, PATIENCE, Sketch, complaint, sketches
from cnnviz.core.networks import model_store

OUT = report.RESULTS / "room.json"
LEARNERS = 30
SECONDS = 24.0
ROUNDS = 2
STROKE = 1.2
"""Seconds for which the pen is down."""
PERIOD = 4.0
"""Seconds from the beginning of a stroke to the beginning of the next."""
OPENING = 5.0
"""Seconds after a learner has come until the first stroke."""
FRAME = 1 / 60
"""Seconds between two messages at least: a browser sends once a frame."""

FLOOR, OURS, BY_SERVER = "empty page", "Draw", "Draw, read by the server"
SCRIPTS = {FLOOR: CONTESTANTS / "empty_pad.py", OURS: APP, BY_SERVER: APP}

UPDATES_GOAL = 20.0
"""Updates a second that every learner sees while the pen moves, at least."""


@dataclass
class Learner:
    """What one learner saw.

    Attributes:
        updates: answers a second in each stroke, while the pen was down.
        answers: all answers, also those once the pen was up.
        errors: what was wrong with them.
    """

    updates: list[float] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def note(self, answer: Answer, wrong: str) -> None:
        """Add an answer, and what was wrong with it, if anything."""
        self.answers.append(answer)
        if wrong:
            self.errors.append(wrong)


def cut(stroke: Sequence[float], share: float) -> list[float]:
    """Return the stroke as far as it has come: its brush and the first `share` of its points, at least one."""
    points = (len(stroke) - 1) // 2
    return list(stroke[: 1 + 2 * max(1, min(points, round(share * points)))])


async def draw(session: Session, sketch: Sketch, learner: Learner, page: str) -> None:
    """Draw one stroke and note what the page answered."""
    if page == OURS:
        await asyncio.sleep(STROKE)
    else:
        await follow(session, sketch, learner)
    if not learner.errors:
        answer = await session.draw(sketch.strokes, PATIENCE)
        learner.note(answer, answer.error if page == FLOOR else complaint(answer, sketch))


async def follow(session: Session, sketch: Sketch, learner: Learner) -> None:
    """Send one stroke while it is drawn, and note how often it was answered."""
    *before, last = sketch.strokes
    start = time.perf_counter()
    seen = 0
    while (now := time.perf_counter()) < start + STROKE:
        answer = await session.draw([*before, cut(last, (now - start) / STROKE)], PATIENCE, down=True)
        learner.note(answer, answer.error)
        if answer.error:
            return
        seen += time.perf_counter() <= start + STROKE
        await asyncio.sleep(max(0.0, now + FRAME - time.perf_counter()))
    learner.updates.append(seen / STROKE)


async def look(address: str, learner: Learner, strokes: int) -> None:
    """Draw in a browser as one of the room, and note how often its page painted an answer while the pen moved."""
    async with async_playwright() as playwright, launched(playwright) as browser:
        paper = await Paper.opened(browser, address, "pad")
        for turn in range(strokes):
            start = time.perf_counter()
            await paper.clear()
            learner.updates.append((await paper.stroke(DIGITS[turn % len(DIGITS)])).updates)
            await asyncio.sleep(max(0.0, start + PERIOD - time.perf_counter()))


async def attend(address: str, pool: Sequence[Sketch], number: int, learners: int, strokes: int, page: str) -> Learner:
    """Come as one learner and draw every `PERIOD` seconds, each learner at a different moment of it."""
    chance, learner = random.Random(number), Learner()
    session, first = await Session.opened(address, PATIENCE)
    if first.error or not session.pad:
        learner.note(first, f"the page did not open: {first.error or 'no pad'}")
        return learner
    await asyncio.sleep(OPENING)  # all are there before the first one draws
    start = time.perf_counter() + PERIOD * number / learners
    for turn in range(strokes):
        await asyncio.sleep(max(0.0, start + turn * PERIOD - time.perf_counter()))
        await draw(session, pool[(number + turn * chance.randrange(1, len(pool))) % len(pool)], learner, page)
        if learner.errors:
            break
    await session.close()
    return learner


async def hold(server: Server, pool: Sequence[Sketch], learners: int, seconds: float, page: str) -> dict[str, Any]:
    """Let a room of learners draw; return its figures."""
    strokes = max(1, int(seconds // PERIOD))
    over_socket = learners - (page == OURS)
    attending = asyncio.gather(
        *(attend(server.address, pool, each, learners, strokes, page) for each in range(over_socket))
    )
    await asyncio.sleep(OPENING * 0.9)
    cpu, began = server.cpu, time.perf_counter()
    seen: list[Learner] = []
    if page == OURS:
        seen.append(Learner())
        await look(server.address, seen[0], strokes)
    room = await attending
    return figures([*room, *seen], server.cpu - cpu, time.perf_counter() - began, seen or room)


def figures(
    room: Sequence[Learner], cpu: float, seconds: float, seen: Sequence[Learner] | None = None
) -> dict[str, Any]:
    """Return the figures of a room that used `cpu` seconds of processor time in `seconds`.

    `seen` are those whose updates were counted, if not all.
    """
    counted = room if seen is None else seen
    answers = [answer for learner in room for answer in learner.answers]
    errors = [wrong for learner in room for wrong in learner.errors]
    rates = [sum(learner.updates) / len(learner.updates) for learner in counted if learner.updates]
    times = [answer.seconds for answer in answers]
    return {
        "learners": len(room),
        "answers": len(answers),
        "updates": report.median(rates) if rates else 0.0,
        "updates_of_slowest": min(rates) if len(rates) == len(counted) else 0.0,
        "p50": report.median(times),
        "p95": report.p95(times),
        "errors": len(errors),
        "error_texts": sorted(set(errors))[:10],
        "cpu_ms_an_answer": 1000 * cpu / len(answers),
        "cpu_share": cpu / seconds,
        "bytes_an_answer": report.median([answer.bytes for answer in answers]),
    }


def goals(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is required of the page, and whether it was met in every round."""
    ours = [row for row in rows if row["name"] == OURS]
    slowest, errors = min(row["updates_of_slowest"] for row in ours), sum(row["errors"] for row in ours)
    return [
        {
            "what": "updates a second of the slowest learner",
            "is": slowest,
            "at_least": UPDATES_GOAL,
            "met": slowest >= UPDATES_GOAL,
        },
        {"what": "errors", "is": errors, "at_most": 0, "met": errors == 0},
    ]


def tables(rows: Sequence[dict[str, Any]]) -> str:
    """Format both tables as Markdown."""
    head = (
        "page",
        "learners",
        "updates/s",
        "of the slowest",
        "p50, ms",
        "p95, ms",
        "CPU an answer, ms",
        "cores used",
        "kB an answer",
        "errors",
    )
    lines = [
        (
            row["name"],
            str(row["learners"]),
            f"{row['updates']:.1f}",
            f"{row['updates_of_slowest']:.1f}",
            f"{1000 * row['p50']:.0f}",
            f"{1000 * row['p95']:.0f}",
            f"{row['cpu_ms_an_answer']:.1f}",
            f"{row['cpu_share']:.2f}",
            f"{row['bytes_an_answer'] / 1000:.1f}",
            str(row["errors"]),
        )
        for row in rows
    ]
    second = [
        (
            each["what"],
            f"{each['is']:.3g}",
            f"≥ {each['at_least']:g}" if "at_least" in each else f"≤ {each['at_most']:g}",
            report.verdict(each["met"]),
        )
        for each in goals(rows)
    ]
    return report.table(head, lines) + "\n\n" + report.table(("goal", "measured", "asked", ""), second)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.room", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="where the JSON goes")
    parser.add_argument("--learners", type=int, default=LEARNERS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long the room draws in a round")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each page has its turn")
    asked = parser.parse_args()
    pool = sketches(model_store.DEFAULT, DRAWINGS)
    rows: list[dict[str, Any]] = []
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(script)) for name, script in SCRIPTS.items()}
        for name, server in servers.items():
            wait_until_healthy(server)
            asyncio.run(hold(server, pool, 2, PERIOD, name))  # the first visitor loads what all share
        for number in range(asked.rounds):
            for name, server in servers.items():
                print(f"round {number + 1}: {asked.learners} learners, {name}", file=sys.stderr)
                row = asyncio.run(hold(server, pool, asked.learners, asked.seconds, name))
                rows.append({"name": name, "round": number + 1, **row})
    report.write(
        asked.out, {"seconds": asked.seconds, "stroke": STROKE, "period": PERIOD, "goals": goals(rows), "rows": rows}
    )
    print(tables(rows))


if __name__ == "__main__":
    main()
