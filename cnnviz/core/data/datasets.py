"""Load the digits for training and display: MNIST where available, else those bundled with scikit-learn.

The record says which of them it is and why.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from cnnviz.core.background import BackgroundTask, Progress, ignore_progress
from cnnviz.core.data import bundled_digits, mnist_file, mnist_source
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

MNIST = "MNIST"
BUNDLED = "scikit-learn digits"
FROM_BUNDLED = "the digits that scikit-learn carries"

NOT_HERE = gettext_noop(
    "[[mnist|MNIST]] is not on this computer yet, so these are scikit-learn's 1,797 handwritten digits, enlarged from "
    "8×8."
)
NOT_DOWNLOADED = gettext_noop(
    "[[mnist|MNIST]] is not on this computer and could not be downloaded, so these are scikit-learn's 1,797 "
    "handwritten digits, enlarged from 8×8."
)
DAMAGED = gettext_noop(
    "The [[mnist|MNIST]] file on this computer is damaged and will be downloaded again, so for now these are "
    "scikit-learn's 1,797 handwritten digits, enlarged from 8×8."
)
NOT_MNIST = gettext_noop(
    "The file that CNNVIZ_MNIST names is not [[mnist|MNIST]] (the server's log says why), so these are scikit-learn's "
    "1,797 handwritten digits, enlarged from 8×8."
)

_TEST = ("x_test", "y_test")
_TRAIN = ("x_train", "y_train")
log = logging.getLogger(__name__)
_lock = threading.Lock()
_held: dict[mnist_source.Stamp | None, Dataset] = {}
"""The test part of the file with this stamp; at most one."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled digits: light ink on black paper, all arrays uint8 and read-only.

    Attributes:
        name: `MNIST` or `BUNDLED`, or the name of colour digits made from them.
        x_train: (n, 28, 28), 0 to 255; n = 0 in a test part.
        y_train: (n,), the digits 0 to 9.
        x_test: (m, 28, 28), 0 to 255; m = 0 in a training part.
        y_test: (m,), the digits 0 to 9.
        source: Where they come from, in words.
        sha256: Digest of the content, independent of the file it came in.
        licence: Licence of the data.
        attribution: Authors and title.
        note: Tells the visitor why this is not MNIST; empty where it is.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    source: str
    sha256: str
    licence: str
    attribution: str
    note: str = ""


@dataclass(frozen=True, eq=False)
class Sample:
    """One digit of a test part.

    Attributes:
        image: (28, 28) float32 in [0, 1], read-only.
        label: The digit, 0 to 9.
        index: Its index in the test part.
        source: Name of the data set.
    """

    image: np.ndarray
    label: int
    index: int
    source: str


def load(progress: Progress = ignore_progress, allow_download: bool = True) -> Dataset:
    """Load the whole data set, 55 MB for MNIST; for workers, scripts and benchmarks.

    Tries the file named by CNNVIZ_MNIST, Keras's cache, Keras's download address and scikit-learn's digits, in this
    order. Raises `Refusal` when CNNVIZ_MNIST names something that is not MNIST: a chosen file is never replaced
    silently.
    """
    return _load(tuple(mnist_file.SHAPES), progress, allow_download)


def load_test(progress: Progress = ignore_progress, allow_download: bool = False) -> Dataset:
    """Load the test part alone, 8 MB for MNIST, and cache it for the whole process.

    Tries the same sources as `load`, but downloads only with `allow_download`, and a download never blocks other
    threads. Falls back to scikit-learn's digits with a note when CNNVIZ_MNIST names something that is not MNIST.
    Raises `Refusal` only when these are missing too.
    """
    held = _get_test()
    if held.name == MNIST or not allow_download:
        return held
    fetched = _load_viewable(progress, _TEST, allow_download=True)
    with _lock:
        _hold(fetched)
    return fetched


def load_train(progress: Progress = ignore_progress) -> Dataset:
    """Load the training part alone, 47 MB for MNIST, from this computer; the caller keeps it.

    Falls back to scikit-learn's digits as `load_test` does, which are whole. Raises `Refusal` when these are missing
    too.
    """
    return _load_viewable(progress, _TRAIN, allow_download=False)


@cache
def load_bundled() -> Dataset:
    """Load the digits that scikit-learn carries, 1 MB, once for the whole process. Raises `Refusal` without them."""
    return _load_bundled("")


def draw_samples(count: int, seed: int) -> tuple[Sample, ...]:
    """Draw `count` digits of the test part, deterministic for a `seed`, without network access.

    Ten in a row contain all ten digits. Raises `ValueError` unless 0 <= `count` <= the size of the test part,
    and `Refusal` as `load_test` does.
    """
    data = load_test()
    if not 0 <= count <= len(data.y_test):
        raise ValueError(f"`count` must be from 0 to {len(data.y_test)}. Received: {count}")
    return tuple(sample(data, int(index)) for index in _shuffle_in_tens(data.y_test, seed)[:count])


TEST_DOWNLOAD: BackgroundTask[Dataset] = BackgroundTask(lambda progress: load_test(progress, allow_download=True))
"""Downloads MNIST once for the whole process, in a thread; a page starts it and shows its status."""


def _get_test() -> Dataset:
    with _lock:
        return _held.get(mnist_source.get_stamp()) or _hold(
            _load_viewable(ignore_progress, _TEST, allow_download=False)
        )


def _hold(data: Dataset) -> Dataset:
    _held.clear()
    _held[mnist_source.get_stamp()] = data
    return data


def _load_viewable(progress: Progress, names: Iterable[str], *, allow_download: bool) -> Dataset:
    try:
        return _load(names, progress, allow_download)
    except Refusal as refusal:
        log.warning("%s", refusal)
        return _load_bundled(NOT_MNIST)


def _load(names: Iterable[str], progress: Progress, allow_download: bool) -> Dataset:
    note = NOT_HERE
    try:
        obtained = mnist_source.read_local(names, progress)
    except Refusal:
        if mnist_source.has_setting():
            raise
        obtained, note = None, DAMAGED
    if obtained is None and allow_download:
        try:
            obtained = mnist_source.download(names, progress)
        except Refusal:
            note = NOT_DOWNLOADED
    return _load_bundled(note) if obtained is None else _load_mnist(obtained)


def _load_mnist(obtained: mnist_source.CheckedArrays) -> Dataset:
    return Dataset(
        name=MNIST,
        x_train=obtained.arrays.get("x_train", np.zeros((0, 28, 28), np.uint8)),
        y_train=obtained.arrays.get("y_train", np.zeros(0, np.uint8)),
        x_test=obtained.arrays.get("x_test", np.zeros((0, 28, 28), np.uint8)),
        y_test=obtained.arrays.get("y_test", np.zeros(0, np.uint8)),
        source=obtained.source,
        sha256=mnist_file.CONTENT_SHA256,
        licence="CC BY-SA 3.0",
        attribution="Y. LeCun, C. Cortes, C. Burges: The MNIST database of handwritten digits",
    )


def _load_bundled(note: str) -> Dataset:
    images, labels, digest = bundled_digits.read()
    cut = bundled_digits.TRAIN_COUNT
    return Dataset(
        name=BUNDLED,
        x_train=images[:cut],
        y_train=labels[:cut],
        x_test=images[cut:],
        y_test=labels[cut:],
        source=FROM_BUNDLED,
        sha256=digest,
        licence="CC BY 4.0",
        attribution="E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI repository",
        note=note,
    )


def _shuffle_in_tens(labels: np.ndarray, seed: int) -> np.ndarray:
    """Shuffle all indexes so that each label's first comes before any label's second."""
    order = np.random.default_rng(seed).permutation(len(labels))
    turn = np.zeros(len(labels), np.int64)
    for digit in range(10):
        (places,) = np.nonzero(labels[order] == digit)
        turn[places] = np.arange(len(places))
    return order[np.argsort(turn, kind="stable")]


def sample(data: Dataset, index: int) -> Sample:
    """Return the digit at `index` of the test part of `data`."""
    image = data.x_test[index].astype(np.float32) / np.float32(255)
    image.flags.writeable = False
    return Sample(image, int(data.y_test[index]), index, data.name)
