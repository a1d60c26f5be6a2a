"""A set and a design leave as one ZIP file: its program trains the network, and opened again it is the same set."""

from __future__ import annotations

import io
import json
import runpy
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.core.data import labelled_file
from cnnviz.core.data.labelled_file import KeptSet
from cnnviz.core.data.labelled_set import LabelledSet
from cnnviz.core.layers import Conv2D, Dense, Flatten, MaxPooling2D, Shape
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from cnnviz.core.training import bundle
from cnnviz.jobs.own_sets.store import make_id
from cnnviz.jobs.sandbox.data_reasons import DataProblem
from cnnviz.workers.entry import read_data

CLASSES = ("heart", "2", "*moon* ☾")


def make_set(side: int = 12, count: int = 60, channels: int = 1) -> KeptSet:
    """Return a set in which each class has ink in rows of its own."""
    rng = np.random.default_rng(3)
    labels = rng.permutation(np.arange(count) % 3).astype(np.uint8)
    pictures = rng.integers(0, 60, (count, side, side, channels), np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        picture[label * 4 : label * 4 + 3] = 255
    return labelled_file.divide(LabelledSet("signs", pictures, labels, CLASSES))


def make_design(shape: Shape = (12, 12, 1)) -> Architecture:
    layers = (
        Conv2D(name="conv", filters=4, kernel_size=(3, 3), activation="relu"),
        MaxPooling2D(name="pool"),
        Flatten(name="flatten"),
        Dense(name="answer", units=3, activation="softmax"),
    )
    return Architecture(name="mine", layers=layers, input_shape=shape, classes=CLASSES)


def make_plan(kept: KeptSet, **more: Any) -> TrainingPlan:
    values: dict[str, Any] = {"batch_size": 8, "examples": kept.trained, "validation_examples": 9, **more}
    return TrainingPlan(data=make_id(kept), **values)


def pack(kept: KeptSet, design: Architecture | None = None) -> bytes:
    return bundle.pack(kept, design or make_design(), make_plan(kept))


def open_again(data: bytes) -> KeptSet:
    found = read_data.read(data, "auto")
    return labelled_file.divide(LabelledSet("other", found.pictures, found.labels, found.classes, tested=found.tested))


def repack(data: bytes, folder: str = "", **changed: bytes) -> bytes:
    """Return a ZIP file anew, in a folder or with other parts; a name's point is written as two strokes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(folder + name, changed.get(name.replace(".", "__"), old.read(name)))
    return made.getvalue()


@pytest.mark.parametrize("folder", ["", "signs/"])
@pytest.mark.parametrize("channels", [1, 3])
def test_opened_again_it_is_the_same_set_with_the_same_test_part(folder: str, channels: int):
    kept = make_set(channels=channels)
    again = open_again(repack(pack(kept, make_design((12, 12, channels))), folder))
    assert (again.tested, again.labelled.classes) == (kept.tested, CLASSES)
    np.testing.assert_array_equal(again.labelled.labels, kept.labelled.labels)
    np.testing.assert_array_equal(again.labelled.pictures, kept.labelled.pictures)
    assert make_id(again) == make_id(kept)


def test_a_network_of_another_size_does_not_change_the_set():
    kept = make_set()
    data = pack(kept, make_design((20, 16, 3)))
    with zipfile.ZipFile(io.BytesIO(data)) as file, np.load(io.BytesIO(file.read("set.npz"))) as arrays:
        assert arrays["x_test"].shape == (kept.tested, 20, 16, 3)
        assert "pictures.npz   the same pictures as the set has them" in file.read("README.txt").decode()
    assert make_id(open_again(data)) == make_id(kept)


def test_the_parts_say_what_they_are():
    kept = make_set()
    data = pack(kept)
    assert data == pack(kept)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert set(file.namelist()) == {"README.txt", "design.json", "train.py", "set.npz"}
        design, text = json.loads(file.read("design.json")), file.read("README.txt").decode()
    assert Architecture.from_json(design["architecture"]) == make_design()
    assert TrainingPlan.from_json(design["plan"]) == make_plan(kept)
    assert "signs: 60 pictures of 3 classes" in text
    assert "heart, 2, *moon* ☾" in text


def npz(**arrays: np.ndarray) -> bytes:
    made = io.BytesIO()
    np.savez(made, **arrays)  # type: ignore[arg-type]
    return made.getvalue()


@pytest.mark.parametrize(
    ("inner", "key"),
    [
        (b"", "damaged-zip"),
        (b"PK\3\4" + bytes(50), "damaged-zip"),
        (pack(make_set()), "damaged-array"),
        (npz(x_train=np.zeros((2, 8, 8), np.uint8)), "keys"),
        (npz(x_train=np.zeros((2, 8, 8), np.uint8), y_train=np.array(["a", {}], object)), "pickle"),
    ],
)
def test_a_set_inside_that_is_not_sound_is_refused(inner: bytes, key: str):
    with pytest.raises(DataProblem) as caught:
        read_data.read(repack(pack(make_set()), set__npz=inner), "auto")
    assert caught.value.key == key


def test_a_test_part_that_is_everything_or_a_lie_is_chosen_anew():
    pictures, labels = np.ones((6, 8, 8), np.uint8) * 9, np.arange(6) % 2
    whole = npz(x_train=pictures, y_train=labels, y_test=np.zeros(600, int))
    assert read_data.read(repack(pack(make_set()), set__npz=whole), "auto").tested == 0


def test_names_that_do_not_fit_the_labels_are_not_taken():
    pictures = np.ones((6, 8, 8), np.uint8) * 9
    for classes in (np.array(["a", "a"]), np.array(["a"]), np.array(10), np.ones((2, 2))):
        assert read_data.read(npz(x=pictures, y=np.arange(6) % 2, classes=classes), "auto").classes == ("0", "1")
    found = read_data.read(npz(x=pictures, y=np.arange(6) % 2, classes=np.array(["b", "a", "none"])), "auto")
    assert found.classes == ("b", "a", "none")
    np.testing.assert_array_equal(found.labels, np.arange(6) % 2)


@pytest.mark.train
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore:`shuffle=True` was passed:UserWarning",  # by Keras's own default, for digits that the program shuffles
)
def test_the_program_trains_the_network_on_the_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from cnnviz.workers import keras_model  # noqa: F401  (first, as it quiets TensorFlow)

    kept = make_set()
    plan = make_plan(kept, augmentation="affine", epochs=6, learning_rate=0.02)
    with zipfile.ZipFile(io.BytesIO(bundle.pack(kept, make_design(), plan))) as file:
        file.extractall(tmp_path)
    monkeypatch.chdir(tmp_path)
    runpy.run_path("train.py", run_name="__main__")
    assert "100.00% of the test digits are read right" in capsys.readouterr().out
    from cnnviz.workers.model_files import reader

    found = reader.read((tmp_path / "mine.keras").read_bytes(), "mine.keras")
    assert found.architecture.layers == make_design().layers
    assert found.architecture.input_shape == (12, 12, 1)
