"""Place MNIST's first 2,000 test digits by t-SNE of each network's last hidden layer, beside the cards.

    CNNVIZ_MNIST=mnist.npz python scripts/place_digits.py            all networks that have no map of their weights
    python scripts/place_digits.py pen dense-64                      these

The page Compare shows them. They go with one set of weights: train a network again, and this has to be run again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cnnviz.core.data import datasets  # noqa: E402
from cnnviz.core.errors import Refusal  # noqa: E402
from cnnviz.core.evaluation import neighbour_map  # noqa: E402
from cnnviz.core.networks import model_store  # noqa: E402


def is_done(name: str) -> bool:
    """Return whether the store has the map of this network's present weights."""
    try:
        return neighbour_map.load(name, model_store.card(name).weights_sha256) is not None
    except Refusal:
        return False


def main(words: list[str]) -> int:
    """Place the digits; return the exit status."""
    parser = argparse.ArgumentParser(description="Place MNIST's test digits by t-SNE.")
    parser.add_argument("networks", nargs="*", help="names (all of the model store that have no map)")
    names = parser.parse_args(words).networks or [name for name in model_store.names() if not is_done(name)]
    data = datasets.load_test()
    if data.name != datasets.MNIST:
        print("MNIST is not on this computer. Set CNNVIZ_MNIST to the path of an mnist.npz.", file=sys.stderr)
        return 1
    for name in names:
        began = time.perf_counter()
        made = neighbour_map.make(model_store.load(name), model_store.card(name).weights_sha256, data)
        path = neighbour_map.find_path(name)
        neighbour_map.save(made, path)
        print(f"{path.name:32} {made.layer:24} {path.stat().st_size:7,} bytes {time.perf_counter() - began:5.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
