"""Export a network of the model store with the documented command, in every form that pages offer.

Where nothing depends on the process, `main` is called here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.core.inference.trace import predict
from cnnviz.core.networks import keras_source, model_store
from cnnviz.jobs.exports.forms import FORMS, KERAS, ONNX, PROGRAM, SAFETENSORS
from cnnviz.workers.entry import export_cli
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


@pytest.fixture
def run_here(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Return a function that runs the command in this process; it returns the exit status and standard error."""
    monkeypatch.setenv("CNNVIZ_MODELS", str(store))

    def run_main(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["export_cli", *map(str, arguments)])
        return export_cli.main(), capsys.readouterr().err

    return run_main


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


def test_the_ending_chooses_the_form(store: Path, run_here: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    files = {form.ending: tmp_path / f"mine{form.ending}" for form in FORMS if form is not KERAS}
    for out in files.values():
        assert run_here("small", out) == (0, "")
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
def test_bad_request_is_refused_in_a_sentence(
    run_here: Callable[..., tuple[int, str]], tmp_path: Path, name: str, out: str, words: str
) -> None:
    code, said = run_here(name, tmp_path / out)
    assert code == 1
    assert words in said
    assert list(tmp_path.iterdir()) == []


def test_existing_file_stays_if_the_name_is_wrong(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.keras"
    out.write_bytes(b"mine")
    finished = run(store, "nothing", out)
    assert finished.returncode == 1
    assert "There is no network of that name." in finished.stderr
    assert "Traceback" not in finished.stderr
    assert out.read_bytes() == b"mine"
