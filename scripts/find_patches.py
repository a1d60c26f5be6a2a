"""Find the patches of MNIST's test set that excite each filter most and least, and write them to models/.

python scripts/find_patches.py                    for all networks that have none of their present weights
python scripts/find_patches.py pen cnn-32-32      for these
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices this small only wait for one another

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from cnnviz.core.data import colour_digits, datasets  # noqa: E402
from cnnviz.core.data.datasets import Dataset  # noqa: E402
from cnnviz.core.errors import Refusal  # noqa: E402
from cnnviz.core.lessons.filters import patches  # noqa: E402
from cnnviz.core.lessons.filters.patches import NetworkPatches  # noqa: E402
from cnnviz.core.networks import model_store  # noqa: E402
from cnnviz.core.networks.network import Network  # noqa: E402


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Find the patches that excite each filter most and least.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="networks; by default all without patches")
    parser.add_argument("--models", type=Path, default=model_store.folder(), help="folder of the networks")
    parser.add_argument("--digits", type=int, default=10_000, metavar="N", help="test digits (10,000)")
    return parser.parse_args(words)


def is_known(name: str, models: Path) -> bool:
    """Return whether the patches of a network's present weights are there."""
    try:
        patches.load(name, model_store.card(name, models).weights_sha256, models)
    except Refusal:
        return False
    return True


def find(network: Network, data: Dataset, count: int) -> NetworkPatches:
    """Find the patches of one network among the first `count` test digits."""
    images = data.x_test[:count].astype(np.float32) / np.float32(255)
    shape = network.architecture.input_shape
    pictures = colour_digits.prepare_inputs(images, shape, colour_digits.TEST)
    found = patches.find(
        network, pictures, data.y_test[:count], lambda share: print(f"\r{network.name} {share:4.0%}", end="")
    )
    about = {
        "made_by": "scripts/find_patches.py",
        "weights_sha256": network.card.weights_sha256 if network.card else "",
        "data": data.name,
        "data_sha256": data.sha256,
        "digits": len(images),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }
    return NetworkPatches(about, found)


def main(words: list[str]) -> None:
    """Find and write the patches."""
    read = parse_arguments(words)
    data = datasets.load_test()
    if data.name != datasets.MNIST:
        raise SystemExit("This needs MNIST: set CNNVIZ_MNIST to its file.")
    for name in read.names or [each for each in model_store.names(read.models) if not is_known(each, read.models)]:
        network = model_store.load(name, read.models)
        if network.architecture.convolutions:
            patches.write(name, find(network, data, read.digits), read.models)
            print(f"\r{name}: {(read.models / (name + patches.SUFFIX)).stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
