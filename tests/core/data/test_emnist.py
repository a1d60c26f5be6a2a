"""EMNIST's letters: out of an archive in the published form, over HTTP, upright, and nothing else is taken."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import shutil
import struct
import time
import zipfile
from collections import namedtuple
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import MappingProxyType

import numpy as np
import pytest

from cnnviz.core.background import BackgroundTask
from cnnviz.core.data import http_file, labelled_set, picture_sets, published_sets
from cnnviz.core.data.emnist import archive
from cnnviz.core.data.emnist import letters as letters_file
from cnnviz.core.data.emnist.letters import LETTERS, ArchivedLetters
from cnnviz.core.errors import Refusal

COUNTS = {"train": 2_070, "test": 52}
"""Pictures of the small archive; the training part does not end with a block."""

Usage = namedtuple("Usage", "total used free")


def draw_letters(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return upright pictures, no two rows and columns of which agree, and their labels from 0."""
    random = np.random.default_rng(len(part))
    images = random.integers(0, 256, (COUNTS[part], 28, 28), np.uint8)
    images[:, :, 14:] = 0  # nothing on the right, so that an exchange of rows and columns shows
    return images, np.arange(COUNTS[part], dtype=np.uint8) % 26


def pack_idx(magic: int, array: np.ndarray) -> bytes:
    return gzip.compress(struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes(), 1, mtime=0)


def build_archive(changed: Mapping[str, bytes] = MappingProxyType({}), folder: str = "gzip/") -> bytes:
    """Return an archive in NIST's form: gzipped IDX, rows and columns exchanged, A is 1, other sets beside it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(f"{folder}emnist-letters-mapping.txt", "1 65 97\n")
        packed.writestr(f"{folder}emnist-digits-test-labels-idx1-ubyte.gz", b"not read")
        for part in COUNTS:
            images, labels = draw_letters(part)
            files = {"images-idx3": (0x803, images.transpose(0, 2, 1)), "labels-idx1": (0x801, labels + np.uint8(1))}
            for kind, (magic, array) in files.items():
                name = f"emnist-letters-{part}-{kind}-ubyte.gz"
                packed.writestr(folder + name, changed.get(f"{part}_{kind[:6]}", pack_idx(magic, array)))
    return made.getvalue()


@dataclass
class Nist:
    """What the server answers.

    Attributes:
        content: The archive.
        cut: Bytes after which an answer breaks off; None for none.
        ranges: Whether it can send a part.
        asked: The ranges that were asked for, "" for the whole.
        waiting: Set once a few bytes were sent, where `hold` is given.
        hold: What the server then waits for.
    """

    content: bytes
    cut: int | None = None
    ranges: bool = True
    asked: list[str] = field(default_factory=list)
    waiting: Event = field(default_factory=Event)
    hold: Event | None = None
    address: str = ""

    def publish(self) -> ArchivedLetters:
        """Return the set as this server has it."""
        digest = hashlib.sha256(self.content).hexdigest()
        return replace(LETTERS, address=self.address, size=len(self.content), sha256=digest)


@pytest.fixture
def nist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nist]:
    """Serve a small archive on this machine, with an empty cache of Keras."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(archive, "COUNTS", COUNTS)
    monkeypatch.setattr(picture_sets, "_tasks", {})
    monkeypatch.setattr(picture_sets, "_fetches", {})
    state = Nist(build_archive())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            state.asked.append(wanted)
            first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and state.ranges else 0
            self.send_response(206 if first else 200)
            if first:
                self.send_header("Content-Range", f"bytes {first}-{len(state.content) - 1}/{len(state.content)}")
            body = state.content[first:]
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who asked may have heard enough
                if state.hold is not None:
                    self.wfile.write(body[: http_file.CHUNK_BYTES])
                    state.waiting.set()
                    state.hold.wait(30)
                    body = body[http_file.CHUNK_BYTES :]
                self.wfile.write(body if state.cut is None else body[: state.cut])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        state.address = f"http://127.0.0.1:{server.server_port}/gzip.zip"
        try:
            yield state
        finally:
            if state.hold is not None:
                state.hold.set()
            server.shutdown()
            serving.join()


def list_files(letters: ArchivedLetters) -> set[str]:
    folder = letters.get_folder()
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("folder", ["gzip/", ""])
def test_letters_come_upright_out_of_the_archive_which_is_deleted(nist: Nist, folder: str) -> None:
    nist.content = build_archive(folder=folder)
    letters = nist.publish()
    steps = list[tuple[float, str]]()
    assert not letters.is_cached()
    letters.fetch(lambda fraction, message: steps.append((fraction, message)))
    assert list_files(letters) == {"emnist-letters.npz"}
    assert letters.is_cached("test")
    for part in COUNTS:
        images, labels = letters.read(part)
        expected = draw_letters(part)
        np.testing.assert_array_equal(images, expected[0])
        np.testing.assert_array_equal(labels, expected[1])
        assert not images.flags.writeable
        assert images.dtype == labels.dtype == np.uint8
    assert len(dict.fromkeys(message for _, message in steps)) == 3, "downloading, checking, reading"
    assert steps[-1][0] == 1
    assert len(nist.asked) == 1


def test_what_is_not_the_published_archive_is_never_opened(nist: Nist, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = nist.publish()
    nist.content = nist.content[:-1] + bytes([nist.content[-1] ^ 1])
    monkeypatch.setattr(archive, "pack_letters", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(Refusal, match="is not the published one, so nothing in it was opened"):
        letters.fetch()
    assert list_files(letters) == set()


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_broke_off_goes_on_where_it_was(nist: Nist, ranges: bool) -> None:
    letters = nist.publish()
    nist.cut, nist.ranges = len(nist.content) - 70_000, ranges
    with pytest.raises(Refusal, match=r"could not be downloaded whole \(the connection broke off\)\. 0 of \d+ MB"):
        letters.fetch()
    assert letters.count_partial() == nist.cut
    came, nist.cut = nist.cut, None
    letters.fetch()
    assert nist.asked == ["", f"bytes={came}-"]
    np.testing.assert_array_equal(letters.read("test")[0], draw_letters("test")[0])


def test_offline_it_is_said_and_nothing_is_left(nist: Nist) -> None:
    letters = replace(nist.publish(), address="http://127.0.0.1:9/gzip.zip")
    with pytest.raises(Refusal, match=r"is not on this computer and could not be downloaded .* Connect this computer"):
        letters.fetch()
    assert list_files(letters) == set()
    with pytest.raises(Refusal, match="is not on this server yet"):
        letters.read("test")


def test_an_answer_that_is_too_long_is_not_taken(nist: Nist) -> None:
    letters = replace(nist.publish(), size=100_000)
    with pytest.raises(Refusal, match="the answer is larger than EMNIST Letters"):
        letters.fetch()
    assert letters.count_partial() <= 100_000


def test_without_room_nothing_is_asked_for(nist: Nist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(Refusal, match=r"There is no room for EMNIST Letters .* are needed for a while, 1 MB are free"):
        nist.publish().fetch()
    assert not nist.asked


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_disk_that_fills_up_is_given_back_what_came(nist: Nist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters_file, "MAX_PARTIAL_SECONDS", float("inf"))  # the device is older than a day
    letters = nist.publish()
    monkeypatch.setattr(letters_file, "BUSY_SECONDS", 0)
    letters.get_folder().mkdir(parents=True)
    (letters.get_folder() / "gzip.zip.download").symlink_to("/dev/full")
    with pytest.raises(Refusal, match="could not be kept on this server's disk"):
        letters.fetch()
    assert list_files(letters) == set()


def test_what_nobody_went_on_with_for_a_day_is_deleted(nist: Nist) -> None:
    letters = nist.publish()
    nist.cut = 70_000
    with pytest.raises(Refusal):
        letters.fetch()
    partial = letters.get_folder() / "gzip.zip.download"
    assert letters.count_partial() == 70_000
    yesterday = time.time() - 86_500
    os.utime(partial, (yesterday, yesterday))
    assert letters.count_partial() == 0
    assert not partial.exists()


def test_two_processes_do_not_write_one_file(nist: Nist, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = nist.publish()
    nist.cut = 70_000
    with pytest.raises(Refusal, match="whole"):
        letters.fetch()
    nist.cut = None
    monkeypatch.setattr(letters_file, "_written", set())
    with pytest.raises(Refusal, match="fetched by another process of this server"):
        letters.fetch()
    long_ago = time.time() - 60
    os.utime(letters.get_folder() / "gzip.zip.download", (long_ago, long_ago))
    letters.fetch()
    assert letters.is_cached()


LONG = np.zeros((COUNTS["test"] + 1, 28, 28), np.uint8)
SHORT = struct.pack(">4I", 0x803, COUNTS["test"], 28, 28) + bytes(100)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"test_images": pack_idx(0x803, LONG)}, "a header says"),
        ({"test_images": gzip.compress(SHORT)}, "shorter than it should be"),
        ({"test_labels": pack_idx(0x801, np.full(COUNTS["test"], 27, np.uint8))}, "labels go from 27 to 27"),
        ({"test_labels": pack_idx(0x801, np.ones(COUNTS["test"], np.uint8)) + gzip.compress(b"x")}, "longer than"),
        ({"train_labels": b"no gzip at all"}, "could not be taken out"),
    ],
)
def test_an_archive_of_another_form_is_refused(nist: Nist, changed: dict[str, bytes], reason: str) -> None:
    nist.content = build_archive(changed)
    with pytest.raises(Refusal, match=reason):
        nist.publish().fetch()
    assert not nist.publish().is_cached()


def test_a_damaged_file_of_letters_is_deleted_and_said(nist: Nist) -> None:
    letters = nist.publish()
    kept = letters.fetch()
    data = bytearray(kept.read_bytes())
    data[len(data) // 2] ^= 0xFF
    kept.write_bytes(data)
    with pytest.raises(Refusal, match="was damaged and is deleted"):
        letters.read("train")  # most of the file
    assert not letters.is_cached()


def test_a_stopped_download_ends_and_keeps_what_came(nist: Nist, monkeypatch: pytest.MonkeyPatch) -> None:
    nist.hold = Event()
    monkeypatch.setattr(published_sets, "SETS", {**published_sets.SETS, "letters": nist.publish()})
    picture_sets.begin_fetch("letters")
    task = picture_sets.find_fetch("letters")
    assert isinstance(task, BackgroundTask)
    picture_sets.begin_fetch("letters")
    assert picture_sets.find_fetch("letters") is task, "there is one download for all"
    assert nist.waiting.wait(30)
    picture_sets.stop_fetch("letters")
    nist.hold.set()
    refusal = task.wait(30).refusal
    assert refusal is not None
    assert "was stopped" in str(refusal)
    assert picture_sets.find_fetch("letters") is None
    assert not nist.publish().is_cached()


def test_letters_are_a_data_set_once_they_are_there(nist: Nist, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = nist.publish()
    monkeypatch.setattr(published_sets, "SETS", {**published_sets.SETS, "letters": letters})
    with pytest.raises(Refusal, match="is not on this server yet"):
        picture_sets.load("letters", "test")
    picture_sets.begin_fetch("letters")
    task = picture_sets.find_fetch("letters")
    assert task is not None
    assert task.wait(60).result == letters.get_folder() / "emnist-letters.npz"
    tested = picture_sets.load("letters", "test")
    assert (tested.classes[0], tested.classes[25], tested.slug) == ("A", "Z", "letters")
    assert tested.named
    assert picture_sets.SLUGS["letters-train"] == ("letters", "train")


def test_of_more_pictures_than_a_set_may_have_the_first_of_each_class_are_kept(
    nist: Nist, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = nist.publish()
    letters.fetch()
    monkeypatch.setattr(published_sets, "SETS", {**published_sets.SETS, "letters": letters})
    monkeypatch.setattr(labelled_set, "MAX_PICTURES", 200)
    trained, tested = (picture_sets.load("letters", part) for part in ("train", "test"))
    kept = picture_sets.join((trained, tested), trained.classes)
    assert picture_sets.count_joined(letters) == (kept.trained, 5)
    assert (kept.trained, kept.tested) == (130, 52)
    assert np.bincount(kept.labelled.labels[:130]).tolist() == [5] * 26
    np.testing.assert_array_equal(kept.labelled.pictures[:26, ..., 0], draw_letters("train")[0][:26])


def test_the_published_archive_is_the_one_that_tensorflow_datasets_checks() -> None:
    """Its list: url_checksums/emnist.txt. All of it fits into a set of one's own but for most training pictures."""
    assert LETTERS.size == 561_753_746
    assert LETTERS.sha256 == "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e"
    assert (len(LETTERS.sha256), LETTERS.count, len(LETTERS.classes)) == (64, 145_600, 26)
    learned, each = picture_sets.count_joined(LETTERS)
    assert (learned, each) == (26 * 1_892, 1_892)
    assert learned + 20_800 <= labelled_set.MAX_PICTURES < learned + 26 + 20_800
    assert published_sets.SETS["letters"].title == picture_sets.NAMES["letters"]
