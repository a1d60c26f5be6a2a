"""Measure how well every network of the store reads drawn digits, prepared in every way, and write that to the store.

    python -m cnnviz.workers.entry.measure_drawn --pen pen_strokes.json.gz [--models FOLDER]

The digits are those of writers that no network was trained on. Needs no Keras: our own engine reads them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices this small only wait for one another

import numpy as np

from cnnviz.core.data import colour_digits
from cnnviz.core.drawing import preprocessing
from cnnviz.core.drawing.strokes import render
from cnnviz.core.evaluation import drawn
from cnnviz.core.evaluation.drawn import (
    BRUSHES,
    PREPARATIONS,
    SIZES,
    WITH_ALL,
    WITHOUT_ANY,
    DrawnAccuracy,
    DrawnTable,
)
from cnnviz.core.inference import trace
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.workers.data import pen_strokes
from cnnviz.workers.data.pen_strokes import PenDigit


def choose_steps(preparation: str) -> frozenset[str]:
    """Return the steps that are switched on for one of `PREPARATIONS`."""
    if preparation == WITHOUT_ANY:
        return frozenset()
    return preprocessing.ALL - {preparation}


def prepare(digits: tuple[PenDigit, ...], size: float, width: float, steps: frozenset[str]) -> np.ndarray:
    """Render digits and prepare them with these steps: `(n, 28, 28)` float32 in [0, 1]."""
    drawings = (pen_strokes.place_strokes(each.strokes, size, width) for each in digits)
    return np.stack([preprocessing.from_canvas(render(drawing), steps=steps).digit for drawing in drawings])


def list_cases() -> Iterator[tuple[tuple[str, str, int], float, float, frozenset[str]]]:
    """Yield every case: its size, preparation and brush, with the numbers and steps that these stand for."""
    for size, side in SIZES.items():
        for preparation in PREPARATIONS:
            yield (size, preparation, 20), side, pen_strokes.BRUSH_WIDTH, choose_steps(preparation)
    for brush in BRUSHES:
        yield ("large", "brush", brush), SIZES["large"], float(brush), choose_steps(WITH_ALL)


def measure(network: Network, images: np.ndarray, labels: np.ndarray) -> float:
    """Measure the accuracy of a network on prepared digits; one that reads colour gets each in colours of its own."""
    seen = colour_digits.prepare_inputs(images, network.architecture.input_shape, colour_digits.DRAWN)
    answers = trace.predict(network, seen).argmax(axis=1)
    return round(float((answers == labels).mean()), drawn.DECIMALS)


def main(words: list[str]) -> int:
    """Measure all networks and write the table; return 0."""
    parser = argparse.ArgumentParser(description="Measure how well networks read drawn digits.")
    parser.add_argument("--pen", type=Path, required=True, help="file of pen strokes")
    parser.add_argument("--models", type=Path, default=model_store.folder(), help="folder of the model store")
    parser.add_argument("--every", type=int, default=3, metavar="N", help="take every Nth digit, to be quicker (3)")
    read = parser.parse_args(words)
    pens = pen_strokes.read(read.pen)
    digits = pens.select(pens.writers & pen_strokes.HELD_OUT)[:: read.every]
    labels = pen_strokes.stack_labels(digits)
    tested = [model_store.load(name, read.models) for name in model_store.names(read.models)]
    found: dict[str, dict[tuple[str, str, int], float]] = {network.name: {} for network in tested}
    for case, size, width, steps in list_cases():
        images = prepare(digits, size, width, steps)
        for network in tested:
            found[network.name][case] = measure(network, images, labels)
        print(*case, found[tested[0].name][case], flush=True)
    rows = {
        network.name: DrawnAccuracy(
            network.card.weights_sha256 if network.card else "",
            {size: {each: found[network.name][size, each, 20] for each in PREPARATIONS} for size in SIZES},
            tuple(found[network.name]["large", "brush", brush] for brush in BRUSHES),
        )
        for network in tested
    }
    source = (
        f"{len(digits):,} digits of {pen_strokes.NAME}, by {len(pen_strokes.HELD_OUT)} writers, {pen_strokes.LICENCE}"
    )
    drawn.save(DrawnTable(len(digits), source, rows), read.models)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
