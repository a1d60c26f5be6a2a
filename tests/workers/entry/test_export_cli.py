"""A network of the shelf as a Keras file, made by the command that the app starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.core.inference.trace import predict
from cnnviz.core.networks import model_store
from tests.core.networks import small_network
from tests.server_process import ROOT

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shelf with the network `small`."""
    folder = tmp_path_factory.mktemp("shelf")
    network = small_network.network()
    model_store.save(network, small_network.card(network), folder)
    return folder


def run(place: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cnnviz.workers.entry.export_cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "CNNVIZ_MODELS": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(path: Path) -> Any:
    import cnnviz.workers.keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    import keras  # isort: skip

    return keras.models.load_model(path)


def test_keras_reads_the_file_and_gives_the_same_numbers(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.keras"
    finished = run(place, "small", out)
    assert finished.returncode == 0, finished.stderr
    digits = np.stack([small_network.digit(seed) for seed in range(5)])
    theirs = np.asarray(loaded(out)(digits[..., np.newaxis]))
    np.testing.assert_allclose(predict(model_store.load("small", place), digits), theirs, atol=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.keras"]


@pytest.mark.parametrize(
    ("name", "out", "words"),
    [
        ("nothing", "out.keras", "There is no network of that name. Received: nothing. Choose one of small."),
        ("../small", "out.keras", "A network's `name` must be"),
        ("small", "out.h5", "`out` must end in .keras. Received: out.h5."),
    ],
)
def test_what_cannot_be_exported_is_refused_in_a_sentence(
    place: Path, tmp_path: Path, name: str, out: str, words: str
) -> None:
    finished = run(place, name, tmp_path / out)
    assert finished.returncode == 1
    assert words in finished.stderr
    assert "Traceback" not in finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_when_the_name_is_wrong(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.keras"
    out.write_bytes(b"mine")
    assert run(place, "nothing", out).returncode == 1
    assert out.read_bytes() == b"mine"
