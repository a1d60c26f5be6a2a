"""Networks that Keras has saved are read without Keras and compute what Keras computes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.inference.trace import trace
from cnnviz.core.networks.network import Network
from cnnviz.workers.model_files import reader

pytestmark = pytest.mark.train

COUNT = int(os.environ.get("CNNVIZ_KERAS_FILES", "60"))
"""Random networks, each as `.keras` and `.h5`."""

TOLERANCE = 1e-6
"""Of the largest value of the layer."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let one process make all files: importing Keras takes longer than making a network."""
    made = tmp_path_factory.mktemp("networks")
    subprocess.run(
        [sys.executable, "-m", "tests.workers.model_files.keras_files", str(made), str(COUNT)],
        check=True,
        timeout=1_800,
    )
    return made


def compare(found: reader.ReadNetwork, expected: dict[str, np.ndarray]) -> float:
    """Return the largest difference of any layer, in parts of its largest value."""
    network = Network(found.architecture, found.weights)
    worst = 0.0
    seen = set()
    for at, picture in enumerate(expected["x"]):
        # An activation that has a layer of its own here comes after the layer that has it in the file.
        values = {layer.name.removesuffix(".activate"): layer.after for layer in trace(network, picture).layers}
        for name in values.keys() & expected.keys():
            seen.add(name)
            keras = expected[name][at]
            difference = np.abs(values[name].reshape(keras.shape) - keras).max()
            worst = max(worst, float(difference / max(np.abs(keras).max(), 1e-12)))
    assert seen == expected.keys() - {"x"}, "a layer is not compared"
    return worst


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_every_layer_has_the_values_of_keras(folder: Path, form: str) -> None:
    worst: dict[str, float] = {}
    for number in range(COUNT):
        path = folder / f"{number}.{form}"
        with np.load(folder / f"{number}.npz") as stored:
            expected = dict(stored)
        worst[path.name] = compare(reader.read(path.read_bytes(), path.name), expected)
    name, difference = max(worst.items(), key=lambda item: item[1])
    print(f"\n{form}: {COUNT} networks, largest difference {difference:.2g} of a layer's largest value ({name})")
    assert difference <= TOLERANCE, worst
