"""Train the published networks, each in a child process, and write them to the model store.

    python scripts/train_models.py                    all that the store does not have
    python scripts/train_models.py pen dense-64       only these
    python scripts/train_models.py --force            also those that the store has
    python scripts/train_models.py --seeds 5          the pooling networks with five seeds each, and their table

An interrupted run continues after its last finished epoch. MNIST is found as the app finds it, or in the folder that
--data names; the pen strokes, a file pen_strokes.json.gz, in that folder alone. Of the networks that are trained with
several seeds, the one of seed `trio.STORED_SEED` goes into the store, with a table of the results of all beside it; the
others stay under --checkpoints, for scripts/measure_pooling.py. With `pen` goes the least evidence that it finds in
digits, by which pages tell what does not look like one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cnnviz.core.data.mnist_source import SETTING  # noqa: E402
from cnnviz.core.inference import evidence  # noqa: E402
from cnnviz.core.lessons.pooling import seed_results  # noqa: E402
from cnnviz.core.lessons.pooling.trio import MIN_SEEDS, PLAN, POOL_NETWORKS, STORED_SEED  # noqa: E402
from cnnviz.core.networks import model_store  # noqa: E402
from cnnviz.core.networks.architecture import TUTORIALS  # noqa: E402

NAMES = (*TUTORIALS, *POOL_NETWORKS, model_store.DEFAULT)
MNIST = "mnist.npz"
STROKES = "pen_strokes.json.gz"
BAR = 30

WITH_EVIDENCE = (model_store.DEFAULT,)
"""Networks whose evidence is measured once they are trained, see `cnnviz.core.inference.evidence`."""

Event = Mapping[str, Any]
NO_CHANGES: Event = MappingProxyType({})


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description="Train the networks of the model store.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(NAMES)}")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the data")
    parser.add_argument("--models", type=Path, default=model_store.folder(), help="folder to write to")
    parser.add_argument("--checkpoints", type=Path, help="folder for what an interrupted run needs to go on")
    parser.add_argument("--force", action="store_true", help="train also what is in the model store")
    parser.add_argument("--fast", action="store_true", help="multiply in bfloat16 (processors with AVX512-BF16)")
    parser.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="train the pooling networks with seeds 1 to N each, and make their table",
    )
    read = parser.parse_args(words)
    if read.seeds is not None and (read.names or read.seeds < MIN_SEEDS):
        parser.error(f"--seeds goes without names and from {MIN_SEEDS} on: all pooling networks get the same seeds.")
    if unknown := set(read.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}. Choose from {', '.join(NAMES)}.")
    return read


def build_request(name: str, read: argparse.Namespace) -> dict[str, Any]:
    """Build the request of one network, as `cnnviz.workers.entry.train_cli` reads it."""
    strokes = read.data / STROKES
    return {
        "variant": name,
        "models": str(read.models),
        "checkpoints": str(read.checkpoints) if read.checkpoints else None,
        "pen": str(strokes) if strokes.is_file() else None,
        "precision": "mixed_bfloat16" if read.fast else "float32",
        "force": read.force,
    }


def seeds_folder(read: argparse.Namespace, seed: int) -> Path:
    """Return the folder of the networks of one seed."""
    home = read.checkpoints or Path(tempfile.gettempdir()) / "cnnviz-training"
    return Path(home) / "pooling-seeds" / str(seed)


def train_seeds(read: argparse.Namespace) -> None:
    """Train every pooling network with every seed; save one of each in the store and the table beside them.

    All networks with one seed, then all with the next, so that other load on the machine affects each alike.
    """
    folders = {seed: seeds_folder(read, seed) for seed in range(1, read.seeds + 1)}
    for seed, folder in folders.items():
        for name in POOL_NETWORKS:
            train(name, read, {"seed": seed, "models": str(folder), "precision": PLAN.precision})
    cards = [model_store.card(name, folder) for folder in folders.values() for name in POOL_NETWORKS]
    seed_results.write(seed_results.collect(cards), read.models)
    for name in POOL_NETWORKS:
        chosen = model_store.load(name, folders[STORED_SEED])
        if chosen.card is not None:
            model_store.save(chosen, chosen.card, read.models)


def build_environment(read: argparse.Namespace) -> dict[str, str]:
    """Build the child's environment: MNIST from --data if it is there and no setting names another."""
    found = read.data / MNIST
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2"}  # otherwise TensorFlow logs its build to the terminal
    return {**quiet, **({SETTING: str(found)} if found.is_file() else {}), **os.environ}


def stream_events(name: str, read: argparse.Namespace, changes: Event) -> Iterator[Event]:
    """Run the worker and yield its events; `changes` replaces parts of the request.

    Raises:
        SystemExit: If the worker fails.
    """
    command = [sys.executable, "-m", "cnnviz.workers.entry.train_cli"]
    with subprocess.Popen(
        command, cwd=ROOT, env=build_environment(read), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        if worker.stdin is None or worker.stdout is None:
            raise SystemExit("no pipes to the worker")
        worker.stdin.write(json.dumps({**build_request(name, read), **changes}))
        worker.stdin.close()
        for line in worker.stdout:
            yield json.loads(line)
    if worker.returncode:
        raise SystemExit(f"{name}: the worker ended with {worker.returncode}")


def measure_evidence(name: str, read: argparse.Namespace) -> None:
    """Measure the evidence that a network of the store finds in digits, in a child process, unless it is there.

    Raises:
        SystemExit: If the child fails.
    """
    strokes = read.data / STROKES
    if evidence.load(name, model_store.card(name, read.models).weights_sha256, read.models) or not strokes.is_file():
        return
    command = [sys.executable, "-m", "cnnviz.workers.entry.measure_evidence", name, "--pen", str(strokes)]
    done = subprocess.run([*command, "--models", str(read.models)], cwd=ROOT, env=build_environment(read), check=False)
    if done.returncode:
        raise SystemExit(f"{name}: measuring its evidence ended with {done.returncode}")


def format_event(name: str, event: Event, epochs: int) -> str:
    """Format one line for the terminal: a bar while it trains, then the result."""
    match event["event"]:
        case "batch":
            done = (event["epoch"] - 1 + event["batch"] / event["batches"]) / epochs
            filled = round(done * BAR)
            bar = "█" * filled + "·" * (BAR - filled)
            where = f"epoch {event['epoch']}/{epochs}"
            return f"{name:15} {bar} {done:4.0%} {where}  loss {event['loss']:.4f}"
        case "done":
            pen = "" if event["pen_accuracy"] is None else f", pens {event['pen_accuracy']:.2%}"
            size = f"{event['parameters']:,} parameters, {event['seconds']:.0f} s"
            return f"{name:15} test {event['test_accuracy']:.2%}{pen}, {size}"
        case "skipped":
            return f"{name:15} is there already, test {event['test_accuracy']:.2%}"
        case "refused":
            return f"{name:15} {event['message']}"
    return ""


def train(name: str, read: argparse.Namespace, changes: Event = NO_CHANGES) -> None:
    """Train one network and print its progress; elsewhere than on a terminal only the result."""
    epochs = 1
    for event in stream_events(name, read, changes):
        epochs = event.get("epochs", epochs) if event["event"] == "start" else epochs
        line = format_event(name, event, epochs)
        if event["event"] != "batch" and line:
            print(f"\r{line:100}" if sys.stdout.isatty() else line, flush=True)
        elif line and sys.stdout.isatty():
            print(f"\r{line:100}", end="", flush=True)


def main(words: list[str]) -> None:
    """Train the requested networks one after the other."""
    read = parse_arguments(words)
    if read.seeds is not None:
        train_seeds(read)
        return
    for name in read.names or NAMES:
        train(name, read)
        if name in WITH_EVIDENCE:
            measure_evidence(name, read)


if __name__ == "__main__":
    main(sys.argv[1:])
