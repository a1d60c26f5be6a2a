"""Export a network of the model store with the documented command, in every form that pages offer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.core.inference.trace import predict
from cnnviz.core.networks import keras_source, model_store
from cnnviz.jobs.exports.forms import FORMS, KERAS, ONNX, PROGRAM, SAFETENSORS
from cnnviz.workers.model_files import reader
from tests.core.networks import small_network
from tests.server_process import ROOT

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a model store with the network `small`."""
    folder = tmp_path_factory.mktemp("store")
    network = small_network.network()
    model_store.save(network, small_network.card(network), folder)
    return folder


def run(store: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cnnviz.workers.entry.export_cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "CNNVIZ_MODELS": str(store)},
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(path: Path) -> Any:
    import cnnviz.workers.keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    import keras  # isort: skip

    return keras.models.load_model(path)


def test_keras_loads_the_file_and_computes_the_same_numbers(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.keras"
    finished = run(store, "small", out)
    assert finished.returncode == 0, finished.stderr
    digits = np.stack([small_network.digit(seed) for seed in range(5)])
    theirs = np.asarray(loaded(out)(digits[..., np.newaxis]))
    np.testing.assert_allclose(predict(model_store.load("small", store), digits), theirs, atol=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.keras"]


def test_the_ending_chooses_the_form(store: Path, tmp_path: Path) -> None:
    files = {form.ending: tmp_path / f"mine{form.ending}" for form in FORMS if form is not KERAS}
    for out in files.values():
        finished = run(store, "small", out)
        assert finished.returncode == 0, finished.stderr
    network = model_store.load("small", store)
    for ending in (SAFETENSORS.ending, ONNX.ending):
        found = reader.read(files[ending].read_bytes(), files[ending].name)
        assert found.architecture.layers == network.architecture.layers
        for layer, arrays in network.weights.items():
            for name, array in arrays.items():
                np.testing.assert_array_equal(found.weights[layer][name], array)
    program = files[PROGRAM.ending].read_text(encoding="utf-8")
    assert network.card is not None
    assert program == keras_source.write_script(network.architecture, network.card.plan)


@pytest.mark.parametrize(
    ("name", "out", "words"),
    [
        ("nothing", "out.keras", "There is no network of that name. Received: nothing. Choose one of small."),
        ("../small", "out.keras", "A network's `name` must be"),
        ("small", "out.h5", "`out` must end in .keras, .safetensors, .onnx, .py. Received: out.h5."),
    ],
)
def test_bad_request_is_refused_in_a_sentence(store: Path, tmp_path: Path, name: str, out: str, words: str) -> None:
    finished = run(store, name, tmp_path / out)
    assert finished.returncode == 1
    assert words in finished.stderr
    assert "Traceback" not in finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_existing_file_stays_if_the_name_is_wrong(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.keras"
    out.write_bytes(b"mine")
    assert run(store, "nothing", out).returncode == 1
    assert out.read_bytes() == b"mine"
