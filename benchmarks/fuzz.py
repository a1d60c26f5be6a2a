"""Read thousands of damaged networks: `python -m benchmarks.fuzz [--visitors] [OUT.json]`.

Sound `.keras`, `.h5`, `.safetensors` and `.onnx` files are changed in bytes, lengths, descriptions and weights, and
read by forks of the child that reads uploads, within its limits. Every file has to be read, refused in words of at most
300 characters, or stopped in time. The largest sound file that may be uploaded says how much memory a child takes.

With `--visitors`, twenty visitors draw on a running app instead, in turns with nobody else and with four others who
upload damaged files one after the other, through the app's own queue and children: by how much do answers come later?
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks import sessions
from benchmarks.measuring import report, uploading_server
from benchmarks.measuring.servers import APP, serving, wait_until_healthy
from cnnviz.core.errors import MAX_LENGTH, Refusal
from cnnviz.core.networks import model_store
from cnnviz.jobs.sandbox import child_process, model_form, model_upload
from tests.workers.model_files import make_files
from tests.workers.model_files.forked_reader import Answer, ForkedReader, request
from tests.workers.model_files.mutation import mutate_all

OUT = report.RESULTS / "fuzz.json"
OUT_VISITORS = report.RESULTS / "fuzz-visitors.json"
COUNT = 10_000
BATCH = 25
SEED = 1
MAX_MEMORY = 200_000_000

VISITORS = 20
TURNS = 3
SECONDS = 18.0
UPLOADED = 400
"""Different files that are uploaded while visitors draw, again and again."""
MAX_RATIO = 1.5
"""Of the p95 with uploads to the p95 without."""
TIMES = ("p50", "p95", "worst")


def judge(answer: Answer) -> str:
    """Return how a file was answered: read, refused or stopped, or in what way it went wrong."""
    if not answer.content:
        return "stopped"
    try:
        model_upload.build(answer.content)
    except Refusal as reason:
        return "refused" if 0 < len(str(reason)) <= MAX_LENGTH else "too many words"
    except Exception as error:  # noqa: BLE001  what is looked for
        return f"unhandled {type(error).__name__}"
    return "read"


def measure(count: int, seed: int) -> dict[str, Any]:
    """Read so many damaged files."""
    found: dict[str, int] = {}
    seconds: list[float] = []
    peak = 0
    start = time.perf_counter()
    files = mutate_all(seed, count)
    with ForkedReader() as reader:
        for _ in range(0, count, BATCH):
            for answer in reader.read(*(request(data, name) for name, data in itertools.islice(files, BATCH))):
                verdict = judge(answer)
                found[verdict] = found.get(verdict, 0) + 1
                seconds.append(answer.seconds)
                peak = max(peak, answer.peak)
    return {
        "count": sum(found.values()),
        "found": found,
        "longest": max(seconds),
        "median": report.median(seconds),
        "peak": peak,
        "seconds": time.perf_counter() - start,
    }


def measure_largest() -> dict[str, Any]:
    """Read the largest sound file of each form that may be uploaded, nearly all of it weights."""
    inputs = 784
    units = (model_form.MAX_BYTES - 200_000) // (4 * (inputs + 11))
    rng = np.random.default_rng(1)
    arrays = {
        "layers/dense/vars/0": rng.normal(size=(inputs, units)).astype(np.float32),
        "layers/dense/vars/1": np.zeros(units, np.float32),
        "layers/dense_1/vars/0": rng.normal(size=(units, 10)).astype(np.float32),
        "layers/dense_1/vars/1": np.zeros(10, np.float32),
    }
    layers = [
        make_files.layer("InputLayer", "picture", batch_shape=[None, 28, 28, 1]),
        make_files.layer("Flatten", "flatten"),
        make_files.layer("Dense", "hidden", units=units, activation="relu"),
        make_files.layer("Dense", "answer", units=10, activation="softmax"),
    ]
    names = {"0": "kernel:0", "1": "bias:0"}
    older = {
        f"{of}/{names[path[-1]]}": (of, array)
        for path, array in arrays.items()
        for of in ("answer" if "dense_1" in path else "hidden",)
    }
    config = make_files.sequential(layers)
    files = {"net.keras": make_files.keras(config, make_files.hdf5(arrays)), "net.h5": make_files.legacy(config, older)}
    found = {}
    for name, data in files.items():
        start = time.perf_counter()
        with watch_memory() as peaks:
            model_upload.read(data, name)
        found[name] = {"bytes": len(data), "seconds": time.perf_counter() - start, "peak": max(peaks)}
    return found


def measure_visitors(turns: int, seconds: float, seed: int) -> dict[str, Any]:
    """Let visitors draw on one server, in `turns` of so many seconds without and then with uploads.

    Returns:
        for "without" and "with" the answers' figures, those of each turn, how the files were answered, and the ratio.
    """
    pool = sessions.sketches(model_store.DEFAULT, sessions.DRAWINGS)
    heard: dict[str, list[list[tuple[float, str]]]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory(prefix="cnnviz-uploads-") as name:
        folder = Path(name)
        uploading_server.write_files(folder, list(mutate_all(seed, UPLOADED)))
        environment = {uploading_server.FOLDER: name}
        with serving(APP, environment=environment, module=uploading_server.__name__) as server:
            wait_until_healthy(server)
            asyncio.run(sessions.crowd_of(server, pool, 1, sessions.PERIOD))  # the first visitor loads what all share
            for turn, uploads in itertools.product(range(turns), heard):
                print(f"turn {turn + 1} of {turns}, {uploads} uploads", file=sys.stderr)
                if uploads == "with":
                    uploading_server.start_uploads(folder)
                answers, _ = asyncio.run(sessions.crowd_of(server, pool, VISITORS, seconds))
                if uploads == "with":
                    uploading_server.end_uploads(folder, child_process.UPLOADS.seconds + 2 * model_upload.MAX_SECONDS)
                heard[uploads].append([(answer.seconds, wrong) for answer, wrong in answers])
        files = uploading_server.read_answers(folder)
    found: dict[str, int] = {}
    for outcome, _ in files:
        found[outcome] = found.get(outcome, 0) + 1
    figures = {uploads: summarize(list(itertools.chain(*rows))) for uploads, rows in heard.items()}
    return {
        "visitors": VISITORS,
        **figures,
        "turns": {uploads: [summarize(row) for row in rows] for uploads, rows in heard.items()},
        "files": found,
        "seconds_a_file": report.median([seconds for _, seconds in files]) if files else None,
        "ratio": figures["with"]["p95"] / figures["without"]["p95"],
    }


def summarize(answers: Sequence[tuple[float, str]]) -> dict[str, Any]:
    """Return the figures of answers, each with its seconds and what was wrong with it."""
    times = [seconds for seconds, _ in answers]
    errors = [wrong for _, wrong in answers if wrong]
    return {
        "answers": len(times),
        "p50": report.median(times),
        "p95": report.p95(times),
        "worst": max(times),
        "errors": len(errors),
        "error_texts": sorted(set(errors))[:10],
    }


def report_visitors(out: Path, found: dict[str, Any]) -> None:
    """Write and print what visitors noticed of uploads."""
    odd = sum(number for outcome, number in found["files"].items() if outcome.startswith("unhandled"))
    wrong = found["without"]["errors"] + found["with"]["errors"]
    goals = [
        {"what": what, "at_most": most, "found": number, "met": number <= most}
        for what, most, number in (
            ("p95 with uploads, times that without", MAX_RATIO, found["ratio"]),
            ("answers with errors", 0, wrong),
            ("files that were not handled", 0, odd),
        )
    ]
    report.write(out, {**found, "goals": goals})
    rows = [
        (
            f"{uploads} uploads, {name}",
            str(row["answers"]),
            *(f"{1000 * row[of]:.0f}" for of in ("p50", "p95", "worst")),
        )
        for uploads in ("without", "with")
        for name, row in (
            *((f"turn {number}", row) for number, row in enumerate(found["turns"][uploads], 1)),
            ("all", found[uploads]),
        )
    ]
    print(report.table((f"{VISITORS} visitors", "answers", "p50, ms", "p95, ms", "worst, ms"), rows))
    files = sorted(found["files"].items())
    print("", report.table(("outcome", "files"), [(name, str(number)) for name, number in files]), sep="\n")
    for each in goals:
        print(f"\n{each['what']}: {each['found']:.3g}: {report.verdict(bool(each['met']))}")


@contextmanager
def watch_memory() -> Iterator[list[int]]:
    """Note the peak memory of the children that start meanwhile, in bytes, every few milliseconds.

    `getrusage` will not do: it counts what this process had when it started a child.
    """
    peaks = [0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.002):
            for child in psutil.Process().children():
                with contextlib.suppress(OSError, psutil.Error):
                    status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
                    if "read_model" in " ".join(child.cmdline()) and (peak := re.search(r"VmHWM:\s+(\d+) kB", status)):
                        peaks.append(int(peak[1]) * 1024)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", metavar="OUT.json", help="where the JSON goes")
    parser.add_argument("--count", type=int, default=COUNT, help="damaged files")
    parser.add_argument("--seed", type=int, default=SEED, help="of the damage")
    parser.add_argument("--visitors", action="store_true", help="measure what visitors notice of uploads, instead")
    parser.add_argument("--turns", type=int, default=TURNS, help="of visitors, each without and with uploads")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that visitors draw in a turn")
    asked = parser.parse_args()
    if asked.visitors:
        report_visitors(asked.out or OUT_VISITORS, measure_visitors(asked.turns, asked.seconds, asked.seed))
        return
    largest = measure_largest()
    damaged = measure(asked.count, asked.seed)
    odd = damaged["count"] - sum(damaged["found"].get(name, 0) for name in ("read", "refused", "stopped"))
    peak = max(damaged["peak"], *(row["peak"] for row in largest.values()))
    goals = [
        {"what": "neither read, refused nor stopped", "at_most": 0, "found": odd, "met": not odd},
        {
            "what": "longest, seconds",
            "at_most": model_upload.MAX_SECONDS + 1,
            "found": damaged["longest"],
            "met": damaged["longest"] <= model_upload.MAX_SECONDS + 1,
        },
        {"what": "memory of the child, MB", "at_most": 200, "found": peak / 1e6, "met": peak <= MAX_MEMORY},
    ]
    report.write(asked.out or OUT, {"seed": asked.seed, "damaged": damaged, "largest": largest, "goals": goals})
    rows = [(name, str(number)) for name, number in sorted(damaged["found"].items())]
    print(report.table(("outcome", "files"), [*rows, ("all", str(damaged["count"]))]))
    sizes = [
        (name, f"{row['bytes'] / 1e6:.1f}", f"{row['seconds']:.2f}", f"{row['peak'] / 1e6:.0f}")
        for name, row in largest.items()
    ]
    print("", report.table(("largest sound file", "MB", "seconds", "child, MB"), sizes), sep="\n")
    for each in goals:
        print(f"\n{each['what']}: {each['found']:.3g}: {report.verdict(bool(each['met']))}")


if __name__ == "__main__":
    main()
