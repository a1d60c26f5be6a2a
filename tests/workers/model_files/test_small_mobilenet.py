"""A photograph through a small network of MobileNetV2's kind: saved by Keras, read alike, on every page."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.core.inference import subject, whole_picture
from cnnviz.core.inference import trace as tracing
from cnnviz.core.inference.subject import InputSource
from cnnviz.jobs.sandbox import model_upload, upload
from tests.pages.page_digit import get_words
from tests.workers.model_files.comparison import TOLERANCE

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow")]

ROOT = Path(__file__).parents[3]
CLASSES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
PAGES = ("Layers", "Filters", "Convolution", "Pooling", "Data", "Compare", "Train")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have Keras make the network and the photograph."""
    from cnnviz.workers import keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    from tests.workers.model_files import small_mobilenet  # isort: skip

    made = tmp_path_factory.mktemp("mobilenet")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small_mobilenet.make_files(made)
    return made


def test_all_layers_equal_those_of_keras(folder: Path) -> None:
    network = model_upload.read((folder / "mobilenet.keras").read_bytes(), "mobilenet.keras")
    picture = upload.read((folder / "photograph.png").read_bytes(), "photograph.png")
    fitting = whole_picture.choose_fitting(network, "auto")
    read = subject.read(network, InputSource(kind="picture", rgba=picture.rgba, fitting=fitting), frozenset())
    with np.load(folder / "expected.npz") as stored:
        expected = dict(stored)
    # Pixels are whole here, rows after columns, so that two roundings differ from TensorFlow's float by 1 at most.
    assert np.abs(read.trace.digit - expected.pop("resized")).max() <= 1
    trace = tracing.trace(network, expected.pop("x")[0])
    found = {layer.name: layer.after for layer in trace.layers}
    assert found.keys() == expected.keys()
    worst = {name: np.abs(found[name] - values[0]).max() / np.abs(values).max() for name, values in expected.items()}
    print(f"\n{len(worst)} layers, largest difference {max(worst.values()):.2g} of a layer's largest value")
    assert max(worst.values()) <= TOLERANCE, worst


def test_a_photograph_goes_through_it_on_every_page(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_RUNS", str(tmp_path))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["own-network-box"] = True
    app.run()
    give(app, "Keras", folder / "mobilenet.keras")
    read = app.session_state["network_reading"].wait()  # its own limits end it
    assert read.refusal is None, str(read.refusal)
    app.run()
    name = app.session_state["network"]
    app.text_area(key=f"class-names-{name}").set_value("\n".join(CLASSES)).run()
    give(app, "PNG", folder / "photograph.png")
    said = [str(each.value) for each in app.caption]
    assert any("of its 320 × 240 pixels the 240 × 240 in the middle are scaled to 56 × 56" in text for text in said)
    assert any("values from 0 to 255" in text for text in said)
    check(app)
    for page in PAGES:
        app.switch_page(f"pages/{page}.py").run()
        check(app)


def give(app: AppTest, label: str, path: Path) -> None:
    """Choose a file in the uploader with this label."""
    found: list[Any] = list(app.get("file_uploader"))
    uploader = next(each for each in found if label in each.label)
    uploader.upload(path.name, path.read_bytes(), "application/octet-stream")
    app.run()


def check(app: AppTest) -> None:
    assert not app.exception
    assert not app.error
    assert app.session_state["subject"].rgba.shape == (240, 320, 4)
    assert app.session_state["fitting"] == "middle"
    assert any(f"answers {name} and" in text for name in CLASSES for text in get_words(app))
