"""Uploaded files of labelled pictures are read in a limited child, whose answer is checked, or refused in words."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz.core.errors import Refusal
from cnnviz.jobs.sandbox import child_process, data_upload

GREY = np.random.default_rng(3).integers(0, 256, (4, 28, 28), np.uint8)


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def arrays(**named: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **named)
    return buffer.getvalue()


def refusal(data: bytes, name: str = "set.zip") -> str:
    with pytest.raises(Refusal) as caught:
        data_upload.read(data, name)
    text = str(caught.value)
    assert len(text) <= 300
    assert "/home" not in text
    assert "Traceback" not in text
    return text


def answer_with(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "ask", lambda *_, **__: answer)


def test_a_zip_file_of_pictures_comes_back_as_a_set_with_its_report() -> None:
    files = {f"{'ab'[place % 2]}/{place}.png": png(pixels) for place, pixels in enumerate(GREY)}
    found = data_upload.read(packed(files | {"a/broken.png": b"x"}), "../My letters.zip")
    assert found.name == "My letters"
    assert found.classes == ("a", "b")
    np.testing.assert_array_equal(found.pictures[..., 0], GREY[[0, 2, 1, 3]])
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert [(each.name, str(each.reason)) for each in found.report] == [
        ("a/broken.png", "It is not a PNG, JPEG, GIF, WebP or BMP file.")
    ]
    assert not found.pictures.flags.writeable


def test_a_table_and_arrays_come_back_as_the_same_set() -> None:
    table = "\n".join(f"{place % 2}," + ",".join(map(str, pixels.ravel())) for place, pixels in enumerate(GREY))
    from_table = data_upload.read(table.encode(), "train.csv")
    from_arrays = data_upload.read(arrays(x=GREY, y=np.arange(4) % 2), "train.npz")
    assert from_table.sha256 == from_arrays.sha256


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: b"", "empty"),
        (lambda: b"hello", "not a file with labelled pictures"),
        (lambda: arrays(x=GREY, y=np.array([{}, 1, 2, 3], object)), "not opened because they may run code"),
        (lambda: packed({"a/1.png": b"x", "../b/1.png": b"x"}), "leads out of it: ../b/1.png"),
        (lambda: bytes(30_000_001), "31 MB"),
    ],
)
def test_what_is_refused_is_refused_in_our_words(make: Callable[[], bytes], words: str) -> None:
    assert words in refusal(make())


@pytest.mark.parametrize(
    ("code", "told"),
    [("import time; time.sleep(60)", "try again in a minute"), ("import os; os._exit(1)", "too much time or memory")],
)
def test_a_child_that_takes_too_long_or_dies_is_a_refusal(
    code: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = subprocess.PIPE
    monkeypatch.setattr(
        child_process, "_start", lambda _: subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe)
    )
    monkeypatch.setattr(data_upload, "MAX_SECONDS", 0.3 if "sleep" in code else 60.0)
    assert told in refusal(b"hello")


GOOD = {"count": 2, "side": 4, "channels": 1, "classes": ["a", "b"], "report": [], "left_out": 0, "tested": 0}


@pytest.mark.parametrize(
    "change",
    [
        {"count": 10**9},
        {"count": -1},
        {"count": True},
        {"side": 2},
        {"channels": 2},
        {"classes": ["a"]},
        {"classes": ["a", "a"]},
        {"classes": ["a", {}]},
        {"classes": "ab"},
        {"report": [["x", "no such reason", {}]]},
        {"report": 5},
        {"left_out": "many"},
        {"tested": 2},
        {"tested": -1},
        {"refused": ["no such reason", {}]},
        {"refused": ["kind", 5]},
    ],
)
def test_an_answer_of_another_form_is_refused(change: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(json.dumps(GOOD).encode() + b"\n" + bytes(33) + b"\1", monkeypatch)
    assert data_upload.read(b"x", "x").labels.tolist() == [0, 1]
    answer_with(json.dumps(GOOD | change).encode() + b"\n" + bytes(33) + b"\1", monkeypatch)
    refusal(b"x")


@pytest.mark.parametrize("answer", [b"", b"{}\n", b"[]\n", b"{" * 5000, json.dumps(GOOD).encode() + b"\n" + bytes(33)])
def test_an_answer_that_is_cut_short_is_refused(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(answer, monkeypatch)
    assert "too much time or memory" in refusal(b"x")


def test_a_label_beyond_the_classes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(json.dumps(GOOD).encode() + b"\n" + bytes(33) + b"\2", monkeypatch)
    refusal(b"x")


def test_names_in_a_report_are_short_and_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    report = [["x\n\x1b[31m" + "y" * 500, "picture-bytes", {"size": 11, "most": 10}]]
    answer_with(json.dumps(GOOD | {"report": report}).encode() + b"\n" + bytes(33) + b"\1", monkeypatch)
    (found,) = data_upload.read(b"x", "x").report
    assert found.name.isprintable()
    assert len(found.name) <= 80


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("letters.zip", "letters"),
        ("C:\\x\\kana.CSV", "kana"),
        ("/etc/\n.npz", "data"),
        ("", "data"),
        ("a" * 99, "a" * 64),
    ],
)
def test_a_set_is_called_by_its_file(file: str, name: str) -> None:
    assert data_upload.name_set(file) == name
