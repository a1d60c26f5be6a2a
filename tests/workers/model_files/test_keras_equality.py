"""Networks that Keras has saved are read without Keras and compute what Keras computes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnviz.workers.model_files import reader
from tests.workers.model_files.comparison import TOLERANCE, compare

pytestmark = pytest.mark.train

COUNT = int(os.environ.get("CNNVIZ_KERAS_FILES", "40"))
"""Random networks, each as `.keras` and `.h5`."""


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


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_every_layer_has_the_values_of_keras(folder: Path, form: str) -> None:
    worst: dict[str, float] = {}
    for number in range(COUNT):
        path = folder / f"{number}.{form}"
        if not path.exists():
            continue
        with np.load(folder / f"{number}.npz") as stored:
            expected = dict(stored)
        worst[path.name] = compare(reader.read(path.read_bytes(), path.name), expected)
    name, difference = max(worst.items(), key=lambda item: item[1])
    print(f"\n{form}: {len(worst)} networks, largest difference {difference:.2g} of a layer's largest value ({name})")
    assert difference <= TOLERANCE, worst
    assert len(worst) >= (COUNT if form == "keras" else COUNT / 2)
