"""Files that Keras 2, PyTorch and tf2onnx have written give the answers that these programs gave.

`real/README.md` says how they were made.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.inference.trace import trace
from cnnviz.core.networks.network import Network
from cnnviz.workers.model_files import reader
from tests.workers.model_files.comparison import TOLERANCE

pytestmark = pytest.mark.process

FOLDER = Path(__file__).parent / "real"
ARCHIVES = sorted(path.name for path in FOLDER.glob("*.zip"))


def list_files(*endings: str) -> list[tuple[str, str]]:
    """Return archives and the files in them that end so."""
    return [
        (archive, name)
        for archive in ARCHIVES
        for name in zipfile.ZipFile(FOLDER / archive).namelist()
        if name.endswith(endings)
    ]


FILES = list_files(".keras", ".h5", ".onnx")


def read(archive: str, name: str) -> tuple[bytes, dict[str, np.ndarray]]:
    """Return a file, and what the program that has written it computes."""
    with zipfile.ZipFile(FOLDER / archive) as kept:
        stem = name.rsplit(".", 1)[0]
        if name.endswith(".onnx") and f"{stem}.npz" not in kept.namelist():
            stem = stem.rsplit(".", 1)[0]
        with np.load(io.BytesIO(kept.read(f"{stem}.npz"))) as values:
            return kept.read(name), dict(values)


def soften(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits.astype(np.float64) - logits.max())
    probabilities: np.ndarray = powers / powers.sum()
    return probabilities


@pytest.mark.parametrize(("archive", "name"), FILES, ids=[name for _, name in FILES])
def test_values_are_those_of_the_program_that_has_written_the_file(archive: str, name: str):
    data, expected = read(archive, name)
    found = reader.read(data, name)
    network = Network(found.architecture, found.weights)
    endings = [note for note, _ in found.notes]
    for at, picture in enumerate(expected["x"]):
        first = name.endswith(".onnx") and name.startswith("torch")  # channels
        layers = trace(network, picture.transpose(1, 2, 0) if first else picture).layers
        values = {layer.name.removesuffix(".activate"): layer.after for layer in layers}
        if name.endswith(".onnx"):
            values = {"answer": layers[-1].after}
        for layer in expected.keys() - {"x"}:
            theirs = expected[layer][at]
            if layer == "answer" and "softmax" in endings:
                theirs, values[layer] = soften(theirs), layers[-1].after
            elif layer == "answer" and theirs.max() <= 0:
                theirs = np.exp(theirs)
            np.testing.assert_allclose(values[layer], theirs, rtol=0, atol=TOLERANCE * np.abs(theirs).max())


def test_the_kept_files_are_of_all_programs():
    names = {name for _, name in FILES}
    for version in ("2.12", "2.13", "2.14", "2.15"):
        for form in ("keras", "h5"):
            assert {f"keras-{version}-branches.{form}", f"keras-{version}-stack.{form}"} <= names
    assert {name.split("-")[0] for name in names} == {"keras", "torch", "tf2onnx"}
    sizes = [(FOLDER / archive).stat().st_size for archive in ARCHIVES]
    assert max(sizes) <= 40_000
    assert sum(sizes) <= 400_000


def test_a_layer_that_is_used_twice_has_its_weights_in_both_places():
    data, _ = read("keras-2.15.zip", "keras-2.15-branches.h5")
    found = reader.read(data, "branches.h5")
    assert ("shared", {"number": 1, "names": "twice"}) in found.notes
    for weight in ("kernel", "bias"):
        np.testing.assert_array_equal(found.weights["twice"][weight], found.weights["twice_2"][weight])
