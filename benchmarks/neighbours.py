"""Time drawing while networks train on the same server: `python -m benchmarks.neighbours [OUT.json]`.

Twenty visitors draw, as in `benchmarks.sessions`, on one server, in turns while nobody trains and while two jobs of
`cnn-32-64` do, in workers of that server. The other figure is how long an event takes from a worker to
`Scheduler.status`. MNIST must be there: CNNVIZ_MNIST or Keras's cache.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import report
from benchmarks.measuring.digits import need_mnist
from benchmarks.measuring.servers import APP, ROOT, Server, wait_until_healthy
from benchmarks.sessions import DRAWINGS, crowd_of, sketches
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training.protocol import DataReference, Job, make_id, make_network_name
from cnnviz.jobs.api import ENDED, Scheduler
from cnnviz.jobs.executors.local import LocalExecutor

OUT = report.RESULTS / "neighbours.json"
VISITORS = 20
JOBS = 2
ROUNDS = 5
SECONDS = 15.0

GOAL = 1.5  # p95 with jobs, to p95 without


@contextmanager
def training_server() -> Iterator[Server]:
    """Start the app that trains on request, with as many workers as there are jobs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    program = ROOT / "benchmarks" / "contestants" / "training_server.py"
    with subprocess.Popen(
        [sys.executable, str(program), "run", str(APP), "--server.port", str(port)],
        cwd=ROOT,
        env=os.environ | {"CNNVIZ_SLOTS": str(JOBS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        server = Server(f"http://127.0.0.1:{port}", process, time.perf_counter())
        try:
            wait_until_healthy(server)
            yield server
        finally:
            process.kill()


def order(server: Server, text: str) -> None:
    """Tell the server to train or to rest, and wait until it does."""
    pipe, answers = server.process.stdin, server.process.stdout
    if pipe is None or answers is None:
        raise RuntimeError("this server was started without a way to tell it")
    pipe.write(f"{text}\n".encode())
    pipe.flush()
    if answers.readline() != b"ok\n":
        raise RuntimeError(f"the server did not {text}")


def drawing(rounds: int, seconds: float) -> dict[str, Any]:
    """Return the times of all answers without and with jobs, in turns on one server."""
    pool = sketches(model_store.DEFAULT, DRAWINGS)
    times: dict[str, list[float]] = {"idle": [], "training": []}
    errors = 0
    with training_server() as server:
        asyncio.run(crowd_of(server, pool, 1, 3.0))  # the first visitor loads what all share
        for number in range(rounds):
            for kind, text in (("idle", "rest"), ("training", f"train {JOBS}")):
                order(server, text)
                heard, _ = asyncio.run(crowd_of(server, pool, VISITORS, seconds))
                times[kind] += [answer.seconds for answer, _ in heard]
                errors += sum(bool(wrong) for _, wrong in heard)
                print(f"round {number + 1}, {kind}: {report.p95(times[kind]):.3f} s", file=sys.stderr)
        order(server, "rest")
    rows = {kind: {"p50": report.median(t), "p95": report.p95(t), "answers": len(t)} for kind, t in times.items()}
    return rows | {"errors": errors, "ratio": rows["training"]["p95"] / rows["idle"]["p95"]}


def latency() -> dict[str, float]:
    """Return the seconds from a worker emitting an event until `Scheduler.status` shows it."""
    scheduler = Scheduler(LocalExecutor(1, ("-m", "benchmarks.contestants.clock_worker")))
    job_id, since, late = make_id(), 0, []
    architecture = Architecture(name=make_network_name(job_id), layers=TUTORIALS["cnn-32-64"][0].layers)
    data = DataReference(name="none", sha256="0" * 64, count=0)
    job = Job(id=job_id, architecture=architecture, plan=TrainingPlan(), data=data, probe=np.zeros((28, 28), np.uint8))
    scheduler.submit(secrets.token_hex(16), job, lambda _: None)
    while (status := scheduler.status(job_id, since)).state not in ENDED:
        now = time.time()
        late += [now - event.payload["time"] for event in status.events]
        since = status.events[-1].seq if status.events else since
        time.sleep(0.0005)
    scheduler.close()
    return {"median": report.median(late), "p95": report.p95(late), "events": len(late)}


def tables(drawn: dict[str, Any], late: dict[str, float]) -> str:
    """Format both tables as Markdown."""
    lines = [
        (kind, str(row["answers"]), f"{1000 * row['p50']:.0f}", f"{1000 * row['p95']:.0f}")
        for kind, row in drawn.items()
        if isinstance(row, dict)
    ]
    met = report.verdict(drawn["ratio"] <= GOAL and not drawn["errors"])
    second = [
        (f"{VISITORS} visitors, {JOBS} jobs to none: p95", f"{drawn['ratio']:.2f}", f"≤ {GOAL:g}", met),
        ("worker to `status`, ms: median", f"{1000 * late['median']:.2f}", "", ""),
        ("worker to `status`, ms: p95", f"{1000 * late['p95']:.2f}", "", ""),
    ]
    first = report.table(("", "answers", "p50, ms", "p95, ms"), lines)
    return first + "\n\n" + report.table(("", "measured", "asked", ""), second)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neighbours", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT, metavar="OUT.json", help="where the JSON goes")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often idle and training take turns")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each turn is")
    asked = parser.parse_args()
    need_mnist()
    late = latency()
    drawn = drawing(asked.rounds, asked.seconds)
    report.write(asked.out, {"visitors": VISITORS, "jobs": JOBS, "goal": GOAL, "drawing": drawn, "latency": late})
    print(tables(drawn, late))


if __name__ == "__main__":
    main()
