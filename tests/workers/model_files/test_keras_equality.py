"""Networks that Keras has saved are read without Keras and compute what Keras computes."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest

from cnnviz.workers.model_files import reader
from tests.workers.model_files.comparison import TOLERANCE, compare

pytestmark = pytest.mark.train

COUNT = int(os.environ.get("CNNVIZ_KERAS_FILES", "24"))
"""Random networks, each as `.keras` and `.h5`; the first 23 have every kind of layer. More: benchmarks/equality.py."""

FORMS = {"extremes", "factors", "middle"}
"""Networks that are made beside them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make all files here, where Keras is imported anyway: that takes longer than making a network."""
    from cnnviz.workers import keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    from tests.workers.model_files import keras_files  # isort: skip

    made = tmp_path_factory.mktemp("networks")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Keras says about its own older form
        keras_files.make_files(made, COUNT)
    return made


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_every_layer_has_the_values_of_keras(folder: Path, form: str) -> None:
    worst: dict[str, float] = {}
    for path in sorted(folder.glob(f"*.{form}")):
        with np.load(path.with_suffix(".npz")) as stored:
            expected = dict(stored)
        worst[path.name] = compare(reader.read(path.read_bytes(), path.name), expected)
    name, difference = max(worst.items(), key=lambda item: item[1])
    print(f"\n{form}: {len(worst)} networks, largest difference {difference:.2g} of a layer's largest value ({name})")
    assert difference <= TOLERANCE, worst
    assert len(worst) > (COUNT if form == "keras" else COUNT / 2)
    assert {name.removesuffix(f".{form}") for name in worst} >= FORMS
