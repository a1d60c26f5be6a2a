"""Read the test digits with every network of the model store, and keep the answers beside the cards.

    CNNVIZ_MNIST=mnist.npz python scripts/evaluate_networks.py            all networks whose answers are not there
    python scripts/evaluate_networks.py --force dense-64 cnn-32-64-64     these, also if they are

Both MNIST's 10,000 test digits are read and the 360 that scikit-learn carries, which stand in for them where MNIST is
not on a server. The page Compare shows the answers. They go with one set of weights: train a network again, and this
has to be run again.
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
from cnnviz.core.data.datasets import Dataset  # noqa: E402
from cnnviz.core.errors import Refusal  # noqa: E402
from cnnviz.core.evaluation import evaluation  # noqa: E402
from cnnviz.core.inference.samples import SLUGS  # noqa: E402
from cnnviz.core.networks import model_store  # noqa: E402


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Keep what the networks answer to MNIST's test digits.")
    parser.add_argument("networks", nargs="*", help="names (all of the model store)")
    parser.add_argument("--models", type=Path, default=model_store.folder(), help="folder of the networks")
    parser.add_argument("--force", action="store_true", help="also those whose answers are there")
    return parser.parse_args(words)


def is_done(name: str, store: Path, data: Dataset) -> bool:
    """Return whether the store has the answers of this network's present weights."""
    weights = model_store.card(name, store).weights_sha256
    try:
        return evaluation.load(name, weights, SLUGS[data.name], data.sha256, store) is not None
    except Refusal:
        return False


def main(words: list[str]) -> int:
    """Evaluate the networks; return the exit status."""
    read = parse_arguments(words)
    mnist = datasets.load_test()
    if mnist.name != datasets.MNIST:
        print("MNIST is not on this computer. Set CNNVIZ_MNIST to the path of an mnist.npz.", file=sys.stderr)
        return 1
    for name in read.networks or model_store.names(read.models):
        for data in (mnist, datasets.load_bundled()):
            if read.force or not is_done(name, read.models, data):
                keep_answers(name, data, read.models)
    return 0


def keep_answers(name: str, data: Dataset, store: Path) -> None:
    """Read the test part of `data` with a network, write the answers, and say what came out."""
    began = time.perf_counter()
    made = evaluation.evaluate(model_store.load(name, store), data)
    path = evaluation.find_path(name, SLUGS[data.name], store)
    evaluation.save(made, path)
    seconds = time.perf_counter() - began
    print(
        f"{path.name:40} {made.accuracy:.4f} {made.loss:.4f} {path.stat().st_size:7,} bytes {seconds:5.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
