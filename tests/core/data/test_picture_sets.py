"""The data sets that can be looked at: shared, read-only, coloured as for training, and words where one is missing."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import numpy as np
import pytest

from cnnviz.core.data import colour_digits, datasets, http_file, labelled_parts, picture_sets, published_sets
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.data.published_sets import File, PublishedSet
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


# Published sets: small files in the published form

IMAGES = np.arange(3 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28)
LABELS = np.array([9, 0, 3], np.uint8)
CONTENT = {
    "images.gz": gzip.compress(b"h" * 16 + IMAGES.tobytes(), mtime=0),
    "labels.gz": gzip.compress(b"h" * 8 + LABELS.tobytes(), mtime=0),
}
PUBLISHED = {
    "fashion": ("https://storage.googleapis.com/tensorflow/tf-keras-datasets/", "ankle boot", "fashion-mnist"),
    "kuzushiji": ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/", "wo を", "kuzushiji-mnist"),
}
"""Name -> address, the last class, folder in the cache."""


def publish(monkeypatch: pytest.MonkeyPatch, address: str = "") -> None:
    """Publish three pictures in place of the 70,000 of each set, at another address if one is given."""
    shapes = {"images.gz": (16, IMAGES.shape), "labels.gz": (8, LABELS.shape)}
    images, labels = (
        File(name, len(data), hashlib.sha256(data).hexdigest(), *shapes[name]) for name, data in CONTENT.items()
    )
    parts = {"train": (images, labels), "test": (images, labels)}
    small = {
        name: replace(each, files=parts, address=address or each.address)
        for name, each in published_sets.SETS.items()
        if isinstance(each, PublishedSet)
    }
    monkeypatch.setattr(published_sets, "SETS", small)


def find_set(name: str) -> PublishedSet:
    published = published_sets.SETS[name]
    assert isinstance(published, PublishedSet)
    return published


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Publish small sets; return what was fetched and what may be changed of the answers."""
    publish(monkeypatch)
    state = SimpleNamespace(asked=[], answers=dict(CONTENT), error=None)

    def fetch(address: str, *_: object) -> bytes:
        state.asked.append(address)
        if state.error is not None:
            raise state.error
        answer: bytes = state.answers[address.rpartition("/")[2]]
        return answer

    monkeypatch.setattr(http_file, "fetch", fetch)
    return state


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_set_comes_from_its_address_and_is_kept_in_kerass_cache(
    small: SimpleNamespace, tmp_path: Path, name: str
) -> None:
    address, last, folder = PUBLISHED[name]
    pictures = picture_sets.load(name, "test")
    np.testing.assert_array_equal(pictures.images, IMAGES)
    np.testing.assert_array_equal(pictures.labels, LABELS)
    assert not pictures.images.flags.writeable
    assert pictures.classes[9] == last
    assert small.asked == [f"{address}{file}" for file in ("images.gz", "labels.gz")]
    kept = tmp_path / "datasets" / folder
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == CONTENT
    picture_sets.load(name, "train")
    assert len(small.asked) == 2
    assert published_sets.SETS[name].is_cached("test")


def test_a_damaged_file_is_downloaded_again_and_a_forged_one_refused(small: SimpleNamespace) -> None:
    fashion = find_set("fashion")
    fashion.read("test")
    path = fashion.get_folder() / "images.gz"
    path.write_bytes(b"x" * path.stat().st_size)
    np.testing.assert_array_equal(fashion.read("test")[0], IMAGES)
    path.unlink()
    assert not fashion.is_cached("test")
    small.answers["images.gz"] = b"x" * len(CONTENT["images.gz"])
    with pytest.raises(Refusal, match="not the published one"):
        fashion.read("test")
    assert not path.exists()


@pytest.mark.parametrize("name", PUBLISHED)
def test_offline_it_is_said_and_can_be_tried_again(small: SimpleNamespace, name: str) -> None:
    small.error = ConnectionResetError()
    title = picture_sets.NAMES[name]
    for _ in range(2):
        with pytest.raises(
            Refusal, match=rf"{title} is not on this computer and could not be downloaded \(the connection broke off"
        ):
            picture_sets.load(name, "test")
    assert len(small.asked) == 1, "a task that has failed is not started by every run of a page"
    picture_sets.retry(name, "test")
    small.error = None
    assert len(picture_sets.load(name, "test").labels) == 3
    picture_sets.retry(name, "test")
    assert len(small.asked) == 3, "what is there is not loaded again"


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_files_have_the_shapes_and_sizes_of_mnist(name: str) -> None:
    published = find_set(name)
    for part, count in (("train", 60_000), ("test", 10_000)):
        images, labels = published.files[part]
        assert (images.shape, labels.shape) == ((count, 28, 28), (count,))
        assert all(len(file.sha256) == 64 for file in (images, labels))
    assert len(set(published.classes)) == 10
    assert published.title == picture_sets.NAMES[name]


class Publisher(BaseHTTPRequestHandler):
    """Answers with the small files; what lies under /forged/ has the right length and other bytes."""

    def do_GET(self) -> None:
        content = CONTENT[self.path.rpartition("/")[2]]
        if "/forged/" in self.path:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_files_come_over_http_and_only_the_published_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}"
            publish(monkeypatch, f"{address}/forged/")
            kuzushiji = find_set("kuzushiji")
            with pytest.raises(Refusal, match="file of Kuzushiji-MNIST is not the published one"):
                kuzushiji.read("test")
            assert not kuzushiji.get_folder().exists()
            publish(monkeypatch, f"{address}/")
            steps = list[float]()
            kuzushiji = find_set("kuzushiji")
            images, labels = kuzushiji.read("test", lambda fraction, _: steps.append(fraction))
            assert (images.tolist(), labels.tolist()) == (IMAGES.tolist(), LABELS.tolist())
            assert steps[-1] == 1
        finally:
            server.shutdown()
            serving.join()
    assert kuzushiji.read("test")[1].tolist() == LABELS.tolist(), "what was kept needs no server"


@pytest.mark.usefixtures("small")
def test_joined_parts_keep_the_published_test_part() -> None:
    trained, tested = (picture_sets.load("kuzushiji", part) for part in ("train", "test"))
    doubled = replace(tested, images=np.concatenate([IMAGES, IMAGES]), labels=np.concatenate([LABELS, LABELS]))
    kept = picture_sets.join((trained, doubled), trained.classes)
    assert (kept.trained, kept.tested) == (3, 6), "by chance it would be one of the three of each class"
    np.testing.assert_array_equal(kept.labelled.pictures[3:, ..., 0], doubled.images)
    assert kept.labelled.name == "Kuzushiji-MNIST"
    assert labelled_parts.inspect(kept.labelled, kept.tested).given
    assert not labelled_parts.inspect(kept.labelled, labelled_parts.order_parts(kept.labelled.labels)[1]).given
