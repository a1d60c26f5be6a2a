"""Measure how much evidence a network finds in digits and in other pictures, and write the threshold to the store.

    python -m cnnviz.workers.entry.measure_evidence pen --pen pen_strokes.json.gz [--models FOLDER]

The threshold (`cnnviz.core.inference.evidence`) is the largest at which neither MNIST's test digits nor the pens of
writers that the network has not seen lie below it more often than `MAX_REJECTED`. Then the pictures without a digit
that lie below it are counted, kind by kind.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core.data import datasets, non_digits
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import evidence
from cnnviz.core.inference.evidence import MAX_REJECTED, EvidenceThreshold
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.workers.data import pen_strokes

PICTURES = 500
"""Pictures without a digit of each kind."""

SEED = 11
DECIMALS = 4
"""Of what is stored."""

TEST, PENS = "MNIST's test set", "pens of unseen writers"
"""Sources of digits in `EvidenceThreshold.rejected`."""


def measure(network: Network, data: datasets.Dataset, pens: pen_strokes.PenData) -> EvidenceThreshold:
    """Set the threshold of `network` and measure how well it tells digits from other pictures.

    Raises:
        Refusal: If the network has no card, reads colour, or does not end in a Dense layer.
    """
    last = network.architecture.layers[-1]
    if network.card is None or network.architecture.input_shape != (28, 28, 1) or last.kind != "Dense":
        raise Refusal(
            "Evidence is measured for networks of the store that read 28x28 grey values and end in a Dense layer. "
            "Received: {name}. Choose another network.",
            name=network.name,
        )
    # 1. Digits that the network was not trained on.
    unseen = pens.select(pens.writers & pen_strokes.HELD_OUT)
    digits = {
        TEST: _compute_evidence(network, data.x_test / np.float32(255)),
        PENS: _compute_evidence(network, pen_strokes.render_digits(unseen)),
    }
    # 2. The threshold that enough of each kind reach, rounded down so that what is stored is what was measured.
    lowest = min(float(np.quantile(values, MAX_REJECTED, method="lower")) for values in digits.values())
    threshold = float(np.floor(lowest * 10**DECIMALS)) / 10**DECIMALS
    # 3. Pictures without a digit.
    random = np.random.default_rng(SEED)
    others = {kind: _compute_evidence(network, non_digits.draw(kind, PICTURES, random)) for kind in non_digits.KINDS}
    return EvidenceThreshold(
        weights_sha256=network.card.weights_sha256,
        threshold=threshold,
        rejected=_count_below(digits, threshold),
        caught=_count_below(others, threshold),
    )


def _compute_evidence(network: Network, images: np.ndarray) -> np.ndarray:
    """Compute the evidence in images `(n, 28, 28)` float32, `(n,)`; with Keras, for speed."""
    from cnnviz.workers import keras_model

    import keras  # isort: skip  (after keras_model: it quiets TensorFlow)

    model = keras_model.to_model(network)
    body = keras.Model(model.inputs, model.layers[-2].output)
    read = body.predict(images[..., None], batch_size=500, verbose=0).reshape(len(images), -1)
    last = network.weights_of(network.architecture.layers[-1].name)
    return evidence.compute_evidence(read @ last["kernel"] + last.get("bias", np.float32(0)))


def _count_below(values: Mapping[str, np.ndarray], threshold: float) -> dict[str, float]:
    return {name: round(float((each < threshold).mean()), DECIMALS) for name, each in values.items()}


def main(words: list[str]) -> int:
    """Measure, write and print the threshold of one network; return 0 unless it was refused."""
    parser = argparse.ArgumentParser(description="Measure the evidence that a network finds in digits.")
    parser.add_argument("name", help="network of the store")
    parser.add_argument("--pen", type=Path, required=True, help="file of pen strokes")
    parser.add_argument("--models", type=Path, default=model_store.folder(), help="folder of the model store")
    read = parser.parse_args(words)
    line: dict[str, Any]
    try:
        network = model_store.load(read.name, read.models)
        least = measure(network, datasets.load(allow_download=False), pen_strokes.read(read.pen))
        evidence.save(least, evidence.find_path(read.name, read.models))
        shares = {"rejected": dict(least.rejected), "caught": dict(least.caught)}
        line = {"event": "measured", "name": read.name, "threshold": least.threshold, **shares}
    except Refusal as error:
        line = {"event": "refused", "message": str(error)}
    print(json.dumps(line), flush=True)
    return int(line["event"] == "refused")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
