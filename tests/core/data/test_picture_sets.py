"""The data sets that can be looked at: shared, read-only, coloured as for training, and words where one is missing."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cnnviz.core.data import colour_digits, datasets, fashion_mnist, http_file, picture_sets
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.data.fashion_mnist import File
from cnnviz.core.errors import Refusal


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test a process that has loaded nothing, and an empty cache of Keras."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(picture_sets, "_tasks", {})
    monkeypatch.setattr(datasets, "_held", {})


def test_mnist_is_what_its_file_holds_and_is_loaded_once(
    mnist: Dataset, mnist_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNVIZ_MNIST", str(mnist_path))
    for part, images, labels in (
        ("train", mnist.x_train, mnist.y_train),
        ("test", mnist.x_test, mnist.y_test),
    ):
        pictures = picture_sets.load("mnist", part)
        np.testing.assert_array_equal(pictures.images, images)
        np.testing.assert_array_equal(pictures.labels, labels)
        assert pictures.images.dtype == np.uint8
        assert not pictures.images.flags.writeable
        assert picture_sets.load("mnist", part) is pictures
        assert picture_sets.load("colour", part).images is pictures.images
    assert picture_sets.load("mnist", "test").images is datasets.load_test().x_test


@pytest.mark.parametrize(("part", "number"), [("train", colour_digits.TRAIN), ("test", colour_digits.TEST)])
def test_colour_digits_are_those_that_networks_are_trained_on(part: str, number: int) -> None:
    """Without MNIST they are made from scikit-learn's."""
    pictures = picture_sets.load("colour", part)
    grey = pictures.images.astype(np.float32) / np.float32(255)
    trained = colour_digits.prepare_inputs(grey[:20], colour_digits.INPUT_SHAPE, number)
    np.testing.assert_array_equal(pictures.take(np.arange(20)), np.rint(trained * 255).astype(np.uint8))
    assert pictures.name == "colour"
    assert pictures.slug == ("digits-train" if part == "train" else "digits")


def test_without_mnist_there_are_the_bundled_digits_with_a_note() -> None:
    pictures = picture_sets.load("mnist", "train")
    assert (pictures.name, pictures.slug, pictures.note) == ("digits", "digits-train", datasets.NOT_HERE)
    assert pictures.images.shape == (1437, 28, 28)
    assert picture_sets.load("digits", "train").note == ""


def test_mnist_that_arrives_is_loaded(mnist_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert picture_sets.load("mnist", "test").name == "digits"
    monkeypatch.setenv("CNNVIZ_MNIST", str(mnist_path))
    assert picture_sets.load("mnist", "test").name == "mnist"


# Fashion-MNIST: small files in the published form

IMAGES = np.arange(3 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28)
LABELS = np.array([9, 0, 3], np.uint8)
CONTENT = {
    "images.gz": gzip.compress(b"h" * 16 + IMAGES.tobytes(), mtime=0),
    "labels.gz": gzip.compress(b"h" * 8 + LABELS.tobytes(), mtime=0),
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Publish three pictures in place of the 70,000; return what was fetched and what may be changed of the answers."""
    shapes = {"images.gz": (16, IMAGES.shape), "labels.gz": (8, LABELS.shape)}
    files = tuple(
        File(name, len(data), hashlib.sha256(data).hexdigest(), *shapes[name]) for name, data in CONTENT.items()
    )
    monkeypatch.setattr(fashion_mnist, "FILES", {"train": files, "test": files})
    state = SimpleNamespace(asked=[], answers=dict(CONTENT), error=None)

    def fetch(address: str, *_: object) -> bytes:
        state.asked.append(address)
        if state.error is not None:
            raise state.error
        answer: bytes = state.answers[address.rpartition("/")[2]]
        return answer

    monkeypatch.setattr(http_file, "fetch", fetch)
    return state


def test_fashion_comes_from_kerass_address_and_is_kept_in_its_cache(small: SimpleNamespace, tmp_path: Path) -> None:
    pictures = picture_sets.load("fashion", "test")
    np.testing.assert_array_equal(pictures.images, IMAGES)
    np.testing.assert_array_equal(pictures.labels, LABELS)
    assert not pictures.images.flags.writeable
    assert pictures.classes[9] == "ankle boot"
    assert small.asked == [
        f"https://storage.googleapis.com/tensorflow/tf-keras-datasets/{name}" for name in ("images.gz", "labels.gz")
    ]
    folder = tmp_path / "datasets" / "fashion-mnist"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT
    picture_sets.load("fashion", "train")
    assert len(small.asked) == 2
    assert fashion_mnist.is_cached("test")


def test_a_damaged_file_is_downloaded_again_and_a_forged_one_refused(small: SimpleNamespace) -> None:
    fashion_mnist.read("test")
    path = fashion_mnist.get_folder() / "images.gz"
    path.write_bytes(b"x" * path.stat().st_size)
    np.testing.assert_array_equal(fashion_mnist.read("test")[0], IMAGES)
    path.unlink()
    assert not fashion_mnist.is_cached("test")
    small.answers["images.gz"] = b"x" * len(CONTENT["images.gz"])
    with pytest.raises(Refusal, match="not the published one"):
        fashion_mnist.read("test")
    assert not path.exists()


def test_offline_it_is_said_and_can_be_tried_again(small: SimpleNamespace) -> None:
    small.error = ConnectionResetError()
    for _ in range(2):
        with pytest.raises(
            Refusal, match=r"not on this computer and could not be downloaded \(the connection broke off"
        ):
            picture_sets.load("fashion", "test")
    assert len(small.asked) == 1, "a task that has failed is not started by every run of a page"
    picture_sets.retry("fashion", "test")
    small.error = None
    assert len(picture_sets.load("fashion", "test").labels) == 3
    picture_sets.retry("fashion", "test")
    assert len(small.asked) == 3, "what is there is not loaded again"


def test_the_published_files_have_the_shapes_and_sizes_of_mnist() -> None:
    for part, count in (("train", 60_000), ("test", 10_000)):
        images, labels = fashion_mnist.FILES[part]
        assert (images.shape, labels.shape) == ((count, 28, 28), (count,))
        assert all(len(file.sha256) == 64 for file in (images, labels))
    assert len(fashion_mnist.CLASSES) == 10
