"""Read thousands of damaged networks: `python -m benchmarks.fuzz [OUT.json]`.

Sound `.keras`, `.h5` and `.safetensors` files are changed in bytes, lengths, descriptions and weights, and read by
forks of the child that reads uploads, within its limits. Every file has to be read, refused in words of at most 300
characters, or stopped in time. The largest sound file that may be uploaded says how much memory a child takes.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.measuring import report
from cnnviz.core.errors import MAX_LENGTH, Refusal
from cnnviz.jobs.sandbox import model_form, model_upload
from tests.workers.model_files import make_files
from tests.workers.model_files.forked_reader import Answer, ForkedReader, request
from tests.workers.model_files.mutation import mutate_all

OUT = report.RESULTS / "fuzz.json"
COUNT = 10_000
BATCH = 25
SEED = 1
MAX_MEMORY = 200_000_000


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
    parser.add_argument("out", type=Path, nargs="?", default=OUT, metavar="OUT.json", help="where the JSON goes")
    parser.add_argument("--count", type=int, default=COUNT, help="damaged files")
    parser.add_argument("--seed", type=int, default=SEED, help="of the damage")
    asked = parser.parse_args()
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
    report.write(asked.out, {"seed": asked.seed, "damaged": damaged, "largest": largest, "goals": goals})
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
