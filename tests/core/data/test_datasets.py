"""MNIST is found, checked and downloaded; anything else is refused with a message."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import runpy
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest

from cnnviz.core.background import BackgroundTask
from cnnviz.core.data import bundled_digits, datasets, http_file, mnist_file, mnist_source
from cnnviz.core.errors import Refusal

SMALL = {"x_train": (60, 28, 28), "y_train": (60,), "x_test": (20, 28, 28), "y_test": (20,)}


def arrays() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {name: random.integers(0, 10, shape).astype(np.uint8) for name, shape in SMALL.items()}


def packed(content: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=True, **content)
    return file.getvalue()


def replaced(name: str, array: np.ndarray) -> bytes:
    return packed(arrays() | {name: array})


def renamed(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


GOOD = packed(arrays())


@pytest.fixture(autouse=True)
def small_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Treat 80 digits as the published MNIST, so that every check runs in milliseconds, on an empty cache."""
    content = b"".join(array.tobytes() for array in arrays().values())
    monkeypatch.setattr(mnist_file, "SHAPES", SMALL)
    monkeypatch.setattr(mnist_file, "FILE_SHA256", hashlib.sha256(GOOD).hexdigest())
    monkeypatch.setattr(mnist_file, "CONTENT_SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(mnist_source, "_checked", set())
    monkeypatch.setattr(datasets, "_held", {})
    monkeypatch.setattr(datasets, "_TEST", ("x_test", "y_test"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[bytes], Path]:
    """Write a file and set CNNVIZ_MNIST to it."""

    def write(data: bytes) -> Path:
        path = tmp_path / "chosen.npz"
        path.write_bytes(data)
        monkeypatch.setenv("CNNVIZ_MNIST", str(path))
        return path

    return write


def cache(data: bytes) -> Path:
    path = mnist_source.get_cache_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


class Answers:
    """A server on this machine that answers every request with `status` and `body`."""

    def __init__(self) -> None:
        self.status, self.body, self.cut, self.requests = 200, GOOD, 0, 0
        self.asked, self.gate = threading.Event(), threading.Event()
        self.gate.set()


@pytest.fixture
def origin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    answers = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.requests += 1
            answers.asked.set()
            answers.gate.wait(10)
            self.send_response(answers.status)
            self.send_header("Content-Length", str(len(answers.body) + answers.cut))
            self.end_headers()
            self.wfile.write(answers.body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setattr(mnist_source, "ADDRESS", f"http://127.0.0.1:{server.server_port}/mnist.npz")
    yield answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_chosen_file_takes_precedence_over_the_cache(chosen: Callable[[bytes], Path]) -> None:
    cache(b"not read at all")
    chosen(GOOD)
    data = datasets.load(allow_download=False)
    assert (data.name, data.source, data.note) == ("MNIST", "the file named by CNNVIZ_MNIST", "")
    for name, array in arrays().items():
        np.testing.assert_array_equal(getattr(data, name), array)
        assert getattr(data, name).dtype == np.uint8
        assert not getattr(data, name).flags.writeable


def test_the_same_values_in_another_file_are_the_same_data(chosen: Callable[[bytes], Path]) -> None:
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **arrays())
    path = chosen(file.getvalue())
    assert hashlib.sha256(path.read_bytes()).hexdigest() != mnist_file.FILE_SHA256
    assert datasets.load().sha256 == mnist_file.CONTENT_SHA256


def test_the_cache_is_read_without_the_network(origin: Answers) -> None:
    cache(GOOD)
    assert datasets.load().source == "Keras's cache"
    assert origin.requests == 0


BAD = {
    "an empty file": (b"", "Received: an empty file"),
    "text": (b"These are not the digits", "Received: no archive at all"),
    "a web page": (b"\n<!DOCTYPE html><title>Sign in</title>", "Received: a web page"),
    "a pickle": (b"\x80\x04\x95\x0b\x00", "pickle, which is never opened"),
    "one array": (b"\x93NUMPY\x01\x00v\x00", "Received: a single NumPy array"),
    "half a file": (GOOD[: len(GOOD) // 2], "Received: an incomplete archive"),
    "no arrays": (renamed(), "Received: nothing"),
    "other names": (
        renamed(**{"a.npy": b"", "../../b.npy": b""}),
        "exactly x_train, y_train, x_test and y_test",
    ),
    "one too many": (packed(arrays() | {"extra": np.zeros(1)}), "Received: extra.npy"),
    "a wrong type": (replaced("y_test", np.zeros(20, np.int64)), "Received: int64 of shape (20,)"),
    "not a number": (replaced("x_test", np.full((20, 28, 28), np.nan)), "Received: float64"),
    "a wrong shape": (
        replaced("x_test", np.zeros((20, 784), np.uint8)),
        "Received: uint8 of shape (20, 784)",
    ),
    "too few": (replaced("y_train", np.zeros(59, np.uint8)), "Received: uint8 of shape (59,)"),
    "another order": (
        replaced("x_test", np.asfortranarray(np.zeros((20, 28, 28), np.uint8))),
        "must be uint8",
    ),
    "objects": (replaced("y_test", np.array([{}] * 20, object)), "pickled objects, which are never opened"),
    "a bomb": (replaced("x_train", np.zeros((2000, 28, 28), np.uint8)), "must have 47040 bytes"),
    "labels over nine": (
        replaced("y_test", np.full(20, 10, np.uint8)),
        "must be digits from 0 to 9. Received: 10",
    ),
    "other digits": (replaced("y_test", np.zeros(20, np.uint8)), "not its published values"),
}


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD.keys())
def test_files_other_than_mnist_are_refused_with_a_message(
    data: bytes, words: str, chosen: Callable[[bytes], Path]
) -> None:
    path = chosen(data)
    with pytest.raises(Refusal) as refused:
        datasets.load()
    assert words in str(refused.value)
    assert len(str(refused.value)) <= 300
    assert str(path.parent) not in str(refused.value)
    assert "`CNNVIZ_MNIST`" in str(refused.value)


def test_member_with_a_false_size_is_refused(chosen: Callable[[bytes], Path]) -> None:
    data = bytearray(GOOD)
    entry = data.rindex(b"y_test.npy") - 46  # its record in the archive's directory
    (size,) = struct.unpack_from("<I", data, entry + 24)
    struct.pack_into("<I", data, entry + 24, size - 1)
    chosen(bytes(data))
    with pytest.raises(Refusal, match="y_test in the data file `CNNVIZ_MNIST` is damaged"):
        datasets.load()


@pytest.mark.parametrize("place", range(40, len(GOOD), 997))
def test_a_flipped_bit_never_gives_wrong_digits(place: int, chosen: Callable[[bytes], Path]) -> None:
    data = bytearray(GOOD)
    data[place] ^= 0x10
    chosen(bytes(data))
    try:
        loaded = datasets.load()
    except Refusal:
        return
    for name, array in arrays().items():  # a bit that nothing depends on, as in a time of change
        np.testing.assert_array_equal(getattr(loaded, name), array)


def test_a_missing_chosen_file_is_reported_and_not_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cache(GOOD)
    monkeypatch.setenv("CNNVIZ_MNIST", str(tmp_path / "nowhere.npz"))
    with pytest.raises(Refusal, match=r"`CNNVIZ_MNIST` cannot be read \(No such file or directory\)"):
        datasets.load()


def test_a_file_larger_than_any_mnist_is_not_read_to_its_end(
    chosen: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist_file, "MAX_BYTES", len(GOOD) - 1)
    chosen(GOOD)
    with pytest.raises(Refusal, match="must have at most"):
        datasets.load()


def test_a_download_is_checked_kept_and_not_repeated(origin: Answers) -> None:
    seen: list[tuple[float, str]] = []
    data = datasets.load(lambda fraction, message: seen.append((fraction, message)))
    assert (data.name, data.source) == ("MNIST", "Keras's download address")
    assert mnist_source.get_cache_path().read_bytes() == GOOD
    assert [path.name for path in mnist_source.get_cache_path().parent.iterdir()] == ["mnist.npz"]
    assert (1.0, "Downloading MNIST") in seen
    assert all(0 <= fraction <= 1 for fraction, _ in seen)
    assert datasets.load().source == "Keras's cache"
    assert origin.requests == 1


def test_a_damaged_cache_is_repaired_without_help(origin: Answers) -> None:
    path = cache(GOOD[:-100])
    assert datasets.load(allow_download=False).note == datasets.DAMAGED
    assert datasets.load().name == "MNIST"
    assert path.read_bytes() == GOOD
    assert origin.requests == 1


@pytest.mark.parametrize(
    ("status", "body", "cut"),
    [
        (404, b"gone", 0),
        (200, b"<html>Sign in to the wireless network</html>", 0),
        (200, GOOD[:-50], 50),
        (200, replaced("y_test", np.zeros(20, np.uint8)), 0),
        (200, b"", 0),
    ],
    ids=["an error", "a web page", "a broken connection", "other digits", "nothing"],
)
def test_a_bad_download_leaves_the_cache_and_gives_the_bundled_digits(
    status: int, body: bytes, cut: int, origin: Answers
) -> None:
    path = cache(b"damaged before")
    origin.status, origin.body, origin.cut = status, body, cut
    data = datasets.load()
    assert (data.name, data.note) == ("scikit-learn digits", datasets.NOT_DOWNLOADED)
    assert path.read_bytes() == b"damaged before"
    assert [file.name for file in path.parent.iterdir()] == ["mnist.npz"]


@pytest.mark.parametrize(
    ("status", "cut", "words"),
    [(503, 0, "the server answered 503"), (200, 10, "the connection broke off")],
)
def test_a_failed_download_says_why(status: int, cut: int, words: str, origin: Answers) -> None:
    origin.status, origin.cut = status, cut
    with pytest.raises(Refusal, match=words):
        mnist_source.download()


def test_an_endless_download_ends(origin: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist_file, "MAX_BYTES", 1000)
    with pytest.raises(Refusal, match="far larger than MNIST"):
        mnist_source.download()
    assert origin.requests == 1


def test_silent_server_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(http_file, "MAX_SILENCE", 0.1)
        monkeypatch.setattr(mnist_source, "ADDRESS", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(Refusal, match="no answer in time"):
            mnist_source.download()


def test_without_a_place_to_keep_it_the_download_is_used_all_the_same(
    origin: Answers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("in the way")
    monkeypatch.setenv("KERAS_HOME", str(blocked))
    assert datasets.load_test(allow_download=True).name == "MNIST"
    assert "could not be kept" in caplog.text
    assert datasets.draw_samples(1, 0)[0].source == "MNIST"  # held for the process
    assert origin.requests == 1


@pytest.mark.parametrize("is_set", [True, False])
def test_keras_looks_for_the_cache_at_the_same_place(
    is_set: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Run the one file of Keras that says where, without the rest of Keras, which takes seconds to import."""
    if not is_set:
        monkeypatch.delenv("KERAS_HOME")
        monkeypatch.setenv("HOME", str(tmp_path))
    found = importlib.util.find_spec("keras")
    assert found is not None
    assert found.origin is not None
    rest = MagicMock(keras_export=lambda _: lambda function: function)
    for name in ("keras", "keras.src", "keras.src.api_export", "keras.src.backend", "keras.src.backend.common"):
        monkeypatch.setitem(sys.modules, name, rest)
    config = runpy.run_path(str(Path(found.origin).parent / "src" / "backend" / "config.py"))
    assert Path(config["keras_home"]()) / "datasets" / "mnist.npz" == mnist_source.get_cache_path()


def test_bundled_digits_and_a_note_are_shown_offline() -> None:
    data = datasets.load()
    assert (data.name, data.note) == ("scikit-learn digits", datasets.NOT_DOWNLOADED)
    assert (len(data.y_train), len(data.y_test)) == (1437, 360)
    assert data.x_train.shape[1:] == data.x_test.shape[1:] == (28, 28)
    assert data.x_test.dtype == np.uint8
    assert set(data.y_test) == set(range(10))
    assert not data.x_test.flags.writeable


def test_bundled_digits_are_those_of_scikit_learn() -> None:
    from sklearn.datasets import load_digits

    images, labels, _ = bundled_digits.read()
    reference = load_digits()
    np.testing.assert_array_equal(labels, reference.target)
    ink = images.reshape(len(images), -1).sum(axis=1) / 255
    # an enlargement by 20/8 in both directions keeps the ink, up to what lies at the border
    np.testing.assert_allclose(ink / (reference.data.sum(axis=1) / 16 * 6.25), 1, atol=0.12)


def test_an_enlarged_digit_is_centred_and_not_mirrored() -> None:
    corner = np.zeros((1, 8, 8), np.float32)
    corner[0, :5, 0] = 1
    corner[0, 0, :3] = 1
    (digit,) = bundled_digits.enlarge(corner)
    rows, columns = np.nonzero(digit)
    mass = digit.astype(np.float64)
    assert abs((mass.sum(axis=1) @ np.arange(28)) / mass.sum() - 14) <= 4  # as far as the border allows
    upright = digit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert upright[:3, -1].sum() > 0  # the short arm points right at the top
    assert upright[-3:, -1].sum() == 0
    assert bundled_digits.enlarge(np.zeros((1, 8, 8), np.float32)).max() == 0


def test_missing_bundled_digits_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for content in (None, b"not gzip", b"\x1f\x8b\x08\x00broken"):
        path = tmp_path / "digits.csv.gz"
        if content:
            path.write_bytes(content)
        monkeypatch.setattr(bundled_digits, "_path", lambda path=path: path)
        with pytest.raises(Refusal, match="cannot be read"):
            bundled_digits.read()


def test_samples_are_the_same_for_a_seed_and_mix_all_digits(chosen: Callable[[bytes], Path]) -> None:
    first, again, other = datasets.draw_samples(10, 7), datasets.draw_samples(10, 7), datasets.draw_samples(10, 8)
    assert [s.index for s in first] == [s.index for s in again] != [s.index for s in other]
    assert sorted(s.label for s in first) == list(range(10))
    chosen(GOOD)
    for sample in datasets.draw_samples(20, 1):
        np.testing.assert_array_equal(sample.image, arrays()["x_test"][sample.index] / np.float32(255))
        assert sample.label == arrays()["y_test"][sample.index]
        assert sample.image.dtype == np.float32
        assert not sample.image.flags.writeable
        assert sample.source == "MNIST"


def test_more_samples_than_there_are_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"`count` must be from 0 to 360. Received: 361"):
        datasets.draw_samples(361, 0)


def test_the_test_part_leaves_the_rest_where_it_is_and_is_read_once(
    chosen: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = chosen(GOOD)
    part = datasets.load_test()
    assert part.x_train.shape == (0, 28, 28)
    np.testing.assert_array_equal(part.x_test, arrays()["x_test"])
    with monkeypatch.context() as patch:
        patch.setattr(mnist_file, "read_bytes", None)  # a second read would fail
        assert datasets.load_test() is part
    os.utime(path, (1, 1))  # a changed file is read and checked again
    assert datasets.load_test() is not part


def test_a_page_never_waits_for_a_download(origin: Answers) -> None:
    origin.gate.clear()
    task = BackgroundTask(lambda progress: datasets.load_test(progress, allow_download=True)).start()
    origin.asked.wait(10)
    assert datasets.draw_samples(3, 0)[0].source == "scikit-learn digits"
    assert not task.status.done
    assert task.status.message == "Downloading MNIST"
    origin.gate.set()
    assert task.wait(10).result is not None
    assert datasets.draw_samples(3, 0)[0].source == "MNIST"


def test_a_wrong_choice_of_the_server_still_leaves_visitors_digits(
    chosen: Callable[[bytes], Path], origin: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    chosen(b"damaged")
    data = datasets.load_test(allow_download=True)
    assert (data.name, data.note) == ("scikit-learn digits", datasets.NOT_MNIST)
    assert "Received: no archive at all" in caplog.text
    assert origin.requests == 0


def test_a_file_is_hashed_once(chosen: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    chosen(GOOD)
    datasets.load()
    monkeypatch.setattr(mnist_file, "is_published", None)  # a second hash would fail
    assert datasets.load().name == "MNIST"


def test_a_background_task_downloads_in_a_thread_of_its_own(origin: Answers) -> None:
    callers: list[str] = []

    def work(progress: Callable[[float, str], None]) -> datasets.Dataset:
        callers.append(threading.current_thread().name)
        return datasets.load_test(progress, allow_download=True)

    task = BackgroundTask(work)
    assert not task.status.done
    status = task.start().start().wait(10)
    assert status.done
    assert status.fraction == 1
    assert status.result is not None
    assert status.result.name == "MNIST"
    assert callers == ["cnnviz-loader"]
    assert datasets.draw_samples(1, 0)[0].source == "MNIST"
    assert origin.requests == 1


def test_a_background_task_keeps_its_refusal(chosen: Callable[[bytes], Path]) -> None:
    task = BackgroundTask(datasets.load)
    chosen(b"damaged")
    refusal = task.start().wait(10).refusal
    assert refusal is not None
    assert "`CNNVIZ_MNIST`" in str(refusal)
    chosen(GOOD)
    assert task.start().wait(10).refusal is refusal
    status = BackgroundTask(datasets.load).start().wait(10)
    assert status.result is not None


def test_a_background_task_survives_unexpected_exceptions(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Callable[[float, str], None]) -> str:
        raise RuntimeError("a secret path: /etc/shadow")

    status = BackgroundTask(fail).start().wait(10)
    assert status.done
    assert "log" in str(status.refusal)
    assert "secret" not in str(status.refusal)
    assert "secret" in caplog.text


@pytest.mark.data
def test_the_real_mnist_is_the_published_one(mnist: datasets.Dataset) -> None:
    header = struct.pack(">IIII", 2051, *mnist.x_train.shape)
    published = "6bbc9ace898e44ae57da46a324031adb"  # of train-images-idx3-ubyte, uncompressed
    assert hashlib.md5(header + mnist.x_train.tobytes()).hexdigest() == published
    content = b"".join(getattr(mnist, name).tobytes() for name in ("x_train", "y_train", "x_test", "y_test"))
    assert hashlib.sha256(content).hexdigest() == mnist.sha256
    assert np.bincount(mnist.y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.mark.data
def test_a_web_process_stays_small(mnist_path: Path) -> None:
    """Checking all of MNIST and keeping its test part takes at most 45 MB above NumPy."""
    program = (
        "import resource, sys\n"
        "scale = 1e3 if sys.platform == 'linux' else 1e6\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale\n"
        "from cnnviz.core.data import datasets\n"
        "before = used(); assert datasets.draw_samples(1, 0)[0].source == 'MNIST'; print(used() - before)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"CNNVIZ_MNIST": str(mnist_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(answer.stdout) <= 45
