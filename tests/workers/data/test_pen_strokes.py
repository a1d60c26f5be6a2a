"""Read pen strokes, select them by writer, augment them, and preprocess them like a visitor's drawing."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.data import image_augmentation
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.drawing.strokes import SIDE
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace
from cnnviz.core.networks import model_store
from cnnviz.workers.data import augmentation_cache, pen_strokes, stroke_augmentation
from cnnviz.workers.data.pen_strokes import PenDigit

LINE = PenDigit(1, "a:1", (np.array([[0.5, 0.0], [0.5, 1.0]]),))
RING = PenDigit(0, "a:2", (np.array([[0.5, 0.0], [1.0, 0.5], [0.5, 1.0], [0.0, 0.5], [0.5, 0.0]]),))
HOOK = PenDigit(7, "b:1", (np.array([[0.0, 0.0], [0.6, 0.0], [0.2, 1.0]]),))
DIGITS = (LINE, RING, HOOK)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a small file of pen strokes."""
    entries = [
        {"label": item.label, "writer": item.writer, "strokes": [stroke.tolist() for stroke in item.strokes]}
        for item in DIGITS
    ]
    path = tmp_path / "strokes.json.gz"
    path.write_bytes(gzip.compress(json.dumps(entries).encode()))
    return path


def test_file_is_read_and_selected_by_writer(file: Path) -> None:
    data = pen_strokes.read(file)
    assert data.writers == {"a:1", "a:2", "b:1"}
    assert [item.label for item in data.select(frozenset({"a:2", "b:1"}))] == [0, 7]
    np.testing.assert_array_equal(data.digits[0].strokes[0], LINE.strokes[0])


@pytest.mark.parametrize(
    "content",
    [b"", b"text", gzip.compress(b"[1]", mtime=0), gzip.compress(b'[{"label": 1}]', mtime=0)],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.json.gz"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=r"Received: other.json.gz"):
        pen_strokes.read(path)


def test_digit_is_placed_in_the_middle_of_the_canvas() -> None:
    points = np.concatenate([stroke.points for stroke in pen_strokes.place_strokes(RING.strokes, 100).strokes])
    np.testing.assert_allclose(points.min(axis=0), SIDE / 2 - 50)
    np.testing.assert_allclose(points.max(axis=0), SIDE / 2 + 50)


def test_no_two_augmented_drawings_are_alike() -> None:
    random = np.random.default_rng(1)
    first, second = (augmentation_cache.augment_strokes(DIGITS, random) for _ in range(2))
    assert first.shape == (3, 28, 28)
    assert first.dtype == np.uint8
    for one, other in zip(first, second, strict=True):
        assert one.any()
        assert not np.array_equal(one, other)


@pytest.mark.parametrize("item", DIGITS)
def test_habits_add_ink_to_some_drawings_only(item: PenDigit) -> None:
    random = np.random.default_rng(2)
    plain = [stroke_augmentation._resample(stroke) for stroke in item.strokes]
    made = [stroke_augmentation.HABITS[item.label](plain, random) for _ in range(60)]
    points = [sum(map(len, strokes)) for strokes in made]
    assert min(points) == sum(map(len, plain))
    assert max(points) > min(points)


def test_resampling_keeps_the_ends_and_spaces_points_evenly() -> None:
    stroke = stroke_augmentation._resample(HOOK.strokes[0])
    np.testing.assert_allclose(stroke[[0, -1]], HOOK.strokes[0][[0, -1]])
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    assert steps.max() <= stroke_augmentation.STEP * 1.1
    assert len(stroke_augmentation._resample(np.array([[0.2, 0.2], [0.2, 0.2]]))) == 1


def test_augmented_images_are_centred_like_mnist(mnist: Dataset) -> None:
    images, labels = mnist.x_train[:500] / np.float32(255), mnist.y_train[:500]
    augmented = image_augmentation.augment(images, labels, np.random.default_rng(3))
    assert augmented.shape == images.shape
    assert augmented.dtype == np.float32
    assert 0 <= augmented.min() <= augmented.max() <= 1
    mass = augmented.sum(axis=(1, 2))
    middle = (augmented.sum(axis=1) @ np.arange(28)) / mass
    assert np.abs(middle - 14).mean() < 1
    assert np.abs(augmented - images).mean() > 0.03


def test_augmented_copy_is_made_once(tmp_path: Path) -> None:
    made = []

    def make() -> augmentation_cache.LabelledImages:
        made.append(1)
        return np.zeros((2, 28, 28), np.uint8), np.array([1, 2], np.uint8)

    for _ in range(2):
        images, labels = augmentation_cache.load_or_make(tmp_path / "kept" / "copy.npz", make)
        assert images.shape == (2, 28, 28)
        assert labels.tolist() == [1, 2]
    assert made == [1]


@dataclass(frozen=True, eq=False)
class Rendered:
    """All real digits and what is seen of each, (n, 28, 28)."""

    digits: tuple[PenDigit, ...]
    images: np.ndarray


@pytest.fixture(scope="module")
def rendered(data_folder: Path) -> Rendered:
    """Render all real digits once."""
    digits = pen_strokes.read(data_folder / "pen_strokes.json.gz").digits
    return Rendered(digits, pen_strokes.render_digits(digits))


@pytest.mark.data
@pytest.mark.parametrize(("name", "least", "unseen"), [("cnn-32-64-64", 0.965, False), ("pen", 0.98, True)])
def test_networks_recognize_real_pen_strokes(rendered: Rendered, name: str, least: float, unseen: bool) -> None:
    network = model_store.load(name)
    chosen = [not unseen or item.writer in pen_strokes.HELD_OUT for item in rendered.digits]
    answers = trace.predict(network, rendered.images[chosen]).argmax(axis=1)
    accuracy = (answers == pen_strokes.stack_labels(rendered.digits)[chosen]).mean()
    assert accuracy >= least
    assert network.card is not None
    assert network.card.pen_accuracy == pytest.approx(accuracy, abs=0.002)
