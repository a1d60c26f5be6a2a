"""Measure how the pooling networks take perturbed test digits, and write the curves to models/.

    python scripts/measure_pooling.py                    needs what train_models.py --seeds left
    python scripts/measure_pooling.py --digits 100       quicker, with wider bands

The first digits of MNIST's test set are moved, turned, scaled, thickened, thinned and noised. The networks in the model
store give the curves; those of all seeds show how far another seed may change them.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices this small only wait for one another

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import scipy  # noqa: E402

from cnnviz.core.data import datasets  # noqa: E402
from cnnviz.core.lessons.pooling import robustness_curves, seed_results  # noqa: E402
from cnnviz.core.lessons.pooling.robustness_curves import Curve, Robustness  # noqa: E402
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS, STORED_SEED  # noqa: E402
from cnnviz.core.networks import model_store  # noqa: E402
from cnnviz.core.networks.network import Network  # noqa: E402
from scripts.train_models import seeds_folder  # noqa: E402

COUNT = 1_000


def parse_arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure how the pooling networks take disturbed digits.")
    parser.add_argument("--digits", type=int, default=COUNT, metavar="N", help=f"test digits ({COUNT:,})")
    parser.add_argument("--models", type=Path, default=model_store.folder(), help="folder of the networks")
    parser.add_argument("--checkpoints", type=Path, help="as given to train_models.py")
    return parser.parse_args(words)


def networks(read: argparse.Namespace, seeds: tuple[int, ...]) -> dict[str, list[Network]]:
    """Load the networks of all seeds, that of the model store first."""
    ordered = sorted(seeds, key=lambda seed: seed != STORED_SEED)
    found = {name: [model_store.load(name, seeds_folder(read, seed)) for seed in ordered] for name in POOL_NETWORKS}
    for name, (first, *_) in found.items():
        if weights(first) != weights(model_store.load(name, read.models)):
            raise SystemExit(f"{name} in the model store is not that of seed {STORED_SEED}: train again with --force.")
    return found


def weights(network: Network) -> str:
    """Return the SHA-256 of a network's weights."""
    return network.card.weights_sha256 if network.card else ""


def measure(kind: str, tested: dict[str, list[Network]], digits: np.ndarray, labels: np.ndarray) -> dict[str, Curve]:
    """Measure the curves of all networks under one kind of perturbation."""
    places = range(len(robustness_curves.get_amounts(kind)))
    series = [robustness_curves.perturb(digits, kind, place) for place in places]
    first = robustness_curves.get_start(kind)
    found = {}
    for name, each in tested.items():
        all_seeds = [robustness_curves.measure(network, series, first, labels) for network in each]
        found[name] = robustness_curves.summarize(kind, all_seeds[0], all_seeds)
        print(f"{kind:8} {name:13} {found[name].right[0]}", flush=True)
    return found


def about(read: argparse.Namespace, data: datasets.Dataset, seeds: tuple[int, ...]) -> dict[str, Any]:
    """Describe how the curves were made."""
    return {
        "made_by": "scripts/measure_pooling.py",
        "digits": read.digits,
        "which": f"the first {read.digits:,} of the test set",
        "data_sha256": data.sha256,
        "seeds": list(seeds),
        "weights_sha256": {name: weights(model_store.load(name, read.models)) for name in POOL_NETWORKS},
        "bands": "95 %: Wilson for shares of digits that count once, else a percentile bootstrap over digits",
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
    }


def main(words: list[str]) -> None:
    """Measure everything and write it."""
    read = parse_arguments(words)
    seeds = seed_results.load(read.models).seeds
    tested = networks(read, seeds)
    data = datasets.load_test()
    if data.name != datasets.MNIST:
        raise SystemExit("This needs MNIST: set CNNVIZ_MNIST to its file.")
    digits = data.x_test[: read.digits].astype(np.float32) / np.float32(255)
    curves = {kind: measure(kind, tested, digits, data.y_test[: read.digits]) for kind in robustness_curves.KINDS}
    robustness_curves.write(Robustness(about(read, data, seeds), curves), read.models)


if __name__ == "__main__":
    main(sys.argv[1:])
