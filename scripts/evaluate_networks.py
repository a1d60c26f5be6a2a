"""Read MNIST's 10,000 test digits with every network of the model store, and keep the answers beside the cards.

    CNNVIZ_MNIST=mnist.npz python scripts/evaluate_networks.py            all networks whose answers are not there
    python scripts/evaluate_networks.py --force dense-64 cnn-32-64-64     these, also if they are

The page Compare shows them. They go with one set of weights: train a network again, and this has to be run again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices this small only wait for one another

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cnnviz.core.data import datasets  # noqa: E402
from cnnviz.core.errors import Refusal  # noqa: E402
from cnnviz.core.evaluation import evaluation  # noqa: E402
from cnnviz.core.networks import model_store  # noqa: E402


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Keep what the networks answer to MNIST's test digits.")
    parser.add_argument("networks", nargs="*", help="names (all of the model store)")
    parser.add_argument("--models", type=Path, default=model_store.folder(), help="folder of the networks")
    parser.add_argument("--force", action="store_true", help="also those whose answers are there")
    return parser.parse_args(words)


def is_done(name: str, store: Path, data_sha256: str) -> bool:
    """Return whether the store has the answers of this network's present weights."""
    try:
        return evaluation.load(name, model_store.card(name, store).weights_sha256, data_sha256, store) is not None
    except Refusal:
        return False


def main(words: list[str]) -> int:
    """Evaluate the networks; return the exit status."""
    read = parse_arguments(words)
    data = datasets.load_test()
    if data.name != datasets.MNIST:
        print("MNIST is not on this computer. Set CNNVIZ_MNIST to the path of an mnist.npz.", file=sys.stderr)
        return 1
    for name in read.networks or model_store.names(read.models):
        if not read.force and is_done(name, read.models, data.sha256):
            continue
        began = time.perf_counter()
        made = evaluation.evaluate(model_store.load(name, read.models), data)
        path = evaluation.find_path(name, read.models)
        evaluation.save(made, path)
        seconds = time.perf_counter() - began
        print(
            f"{name:15} {made.accuracy:.4f} {made.loss:.4f} {path.stat().st_size:8,} bytes {seconds:6.1f} s", flush=True
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
