"""Files of labelled pictures: what is taken of them, and what is refused, each with a file that the test makes."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnnviz.jobs.sandbox import data_reasons
from cnnviz.jobs.sandbox.data_reasons import REASONS, DataProblem
from cnnviz.workers.entry import read_data

RANDOM = np.random.default_rng(7)


def picture(side: int = 28, kind: str = "PNG", mode: str = "L", level: int = 200) -> bytes:
    """Return a file of a slanted stroke on white paper."""
    image = Image.new("L", (side, side), 255)
    ImageDraw.Draw(image).line(
        (side * 0.3, side * 0.2, side * 0.6, side * 0.8), fill=255 - level, width=max(2, side // 9)
    )
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, kind)
    return buffer.getvalue()


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def arrays(**named: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **named)  # type: ignore[arg-type]
    return buffer.getvalue()


def array(value: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, value)
    return buffer.getvalue()


def table(rows: int = 4, pixels: int = 784, header: str = "") -> str:
    lines = [f"{row % 2},{','.join(map(str, RANDOM.integers(0, 256, pixels)))}" for row in range(rows)]
    return "\n".join([header, *lines] if header else lines)


def kaggle_header(pixels: int = 784) -> str:
    return "label," + ",".join(f"pixel{number}" for number in range(pixels))


def problem(data: bytes, preparation: str = data_reasons.AUTO) -> DataProblem:
    with pytest.raises(DataProblem) as caught:
        read_data.read(data, preparation)
    assert REASONS[caught.value.key].format(**caught.value.values)
    return caught.value


TWO = {"cat/1.png": picture(), "dog/1.png": picture(level=100), "dog/2.png": picture(level=60)}


def test_a_folder_is_a_class_and_equal_squares_stay_as_they_are() -> None:
    found = read_data.read(packed(TWO), data_reasons.AUTO)
    assert found.classes == ("cat", "dog")
    assert found.labels.tolist() == [0, 1, 1]
    assert found.pictures.shape == (3, 28, 28, 1)
    np.testing.assert_array_equal(found.pictures[0, ..., 0], np.asarray(Image.open(io.BytesIO(picture()))))
    assert (found.report, found.left_out) == ((), 0)


@pytest.mark.parametrize("top", ["set/", "set/train/", "train/"])
def test_folders_around_the_classes_are_taken_away(top: str) -> None:
    assert read_data.read(packed({top + name: data for name, data in TWO.items()}), "auto").classes == ("cat", "dog")


def test_train_and_test_folders_are_joined() -> None:
    files = {f"train/{name}": data for name, data in TWO.items()} | {"test/cat/1.png": picture()}
    found = read_data.read(packed(files), "auto")
    assert found.classes == ("cat", "dog")
    assert found.labels.tolist() == [0, 0, 1, 1]


def test_what_systems_leave_in_folders_is_skipped_in_silence() -> None:
    extra = {"__MACOSX/cat/._1.png": b"x", "cat/.DS_Store": b"x", "dog/Thumbs.db": b"x", ".git/a/b.png": b"x"}
    found = read_data.read(packed(TWO | extra), "auto")
    assert (len(found.labels), found.left_out) == (3, 0)


def test_folders_called_by_numbers_are_in_the_order_of_the_numbers() -> None:
    files = {f"{number}/a.png": picture() for number in (10, 9, 2)}
    assert read_data.read(packed(files), "auto").classes == ("2", "9", "10")


def test_a_picture_that_cannot_be_read_is_left_out_by_name_and_reason() -> None:
    small = io.BytesIO()
    Image.new("L", (2, 2)).save(small, "PNG")
    extra = {
        "cat/half.png": picture()[:-30],
        "cat/notes.txt": b"hello",
        "loose.png": picture(),
        "dog/dot.png": small.getvalue(),
    }
    found = read_data.read(packed(TWO | extra), "auto")
    assert len(found.labels) == 3
    assert {(name, key) for name, key, _ in found.report} == {
        ("cat/half.png", "damaged"),
        ("cat/notes.txt", "not-picture"),
        ("loose.png", "no-folder"),
        ("dog/dot.png", "picture-small"),
    }
    assert found.left_out == 4


def test_a_picture_of_too_many_pixels_is_left_out_from_its_header() -> None:
    huge = bytearray(picture())
    huge[16:24] = struct.pack(">II", 8000, 8000)
    found = read_data.read(packed(TWO | {"cat/huge.png": bytes(huge)}), "auto")
    assert found.left_out == 1
    assert found.report[0][1] in ("picture-pixels", "damaged")


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P"])
def test_larger_pictures_become_digits_as_on_the_pad(mode: str) -> None:
    files = {"a/1.png": picture(90, mode=mode), "b/1.png": picture(70, mode=mode)}
    found = read_data.read(packed(files), "auto")
    assert found.pictures.shape == (2, 28, 28, 1)
    digit = found.pictures[0, ..., 0]
    assert digit[:3].max() == 0  # paper is black
    assert digit.max() > 200


def test_a_drawing_without_ink_is_left_out() -> None:
    blank = io.BytesIO()
    Image.new("L", (90, 90), 255).save(blank, "PNG")
    files = {"a/1.png": picture(90), "b/1.png": picture(70), "b/blank.png": blank.getvalue()}
    found = read_data.read(packed(files), "auto")
    assert [(name, key) for name, key, _ in found.report] == [("b/blank.png", "no-ink")]


def test_photographs_keep_their_colours_and_all_that_is_on_them() -> None:
    wide = io.BytesIO()
    Image.new("RGB", (80, 40), (200, 30, 30)).save(wide, "JPEG")
    found = read_data.read(packed({"a/1.jpg": wide.getvalue(), "b/1.png": picture(70)}), "photos")
    assert found.pictures.shape == (2, 32, 32, 3)
    assert found.pictures[0, 16, 16, 0] > 180 > 60 > found.pictures[0, 16, 16, 1]
    assert found.pictures[0, 0].max() == 0  # nothing is stretched


def test_what_comes_too_late_is_left_out_of_all_classes_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, *[1.0] * 4, *[100.0] * 20])
    monkeypatch.setattr("time.monotonic", lambda: next(moments))
    files = {f"{name}/{number}.png": picture(level=100 + number) for name in "ab" for number in range(5)}
    found = read_data.read(packed(files), "auto")
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert {key for _, key, _ in found.report} == {"time"}


def link(name: str = "cat/2.png") -> bytes:
    buffer = io.BytesIO(packed(TWO))
    with zipfile.ZipFile(buffer, "a") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def twice() -> bytes:
    buffer = io.BytesIO(packed(TWO))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("cat/1.png", picture())
    return buffer.getvalue()


def patched(data: bytes, offset: int, value: bytes) -> bytes:
    """Change bytes of the first record of the central directory."""
    at = data.index(b"PK\x01\x02") + offset
    return data[:at] + value + data[at + len(value) :]


def overlapping() -> bytes:
    """Return a file whose second entry lies in its first."""
    data = packed(TWO)
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    return data[: second + 42] + struct.pack("<L", 8) + data[second + 46 :]


GREY = RANDOM.integers(0, 256, (4, 28, 28), np.uint8)
NO_LETTERS = np.frombuffer(struct.pack("<4I", 0x110000, 97, 98, 99), "<U1")

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"hello", "kind"),
    "a page of HTML": (lambda: b"<html><p>a, b</p>", "kind"),
    "a pickle": (lambda: b"\x80\x04\x95,,,", "kind"),
    "a picture": (picture, "kind"),
    "half a ZIP file": (lambda: packed(TWO)[:200], "damaged-zip"),
    "only the mark of one": (lambda: b"PK\3\4", "damaged-zip"),
    "bytes before it": (lambda: b"PK" + packed(TWO), "around-zip"),
    "bytes after it": (lambda: packed(TWO) + b"more", "around-zip"),
    "an empty ZIP file": (lambda: packed({}), "no-pictures"),
    "no folders": (lambda: packed({"1.png": picture(), "2.png": picture()}), "no-pictures"),
    "one folder": (lambda: packed({"a/1.png": picture(), "a/2.png": picture()}), "one-class"),
    "one folder that can be read": (lambda: packed({"a/1.png": picture(), "b/2.png": b"x"}), "one-class"),
    "nothing that can be read": (lambda: packed({"a/1.png": b"x", "b/2.png": b"x"}), "none-read"),
    "a link": (link, "symlink"),
    "a path to the root": (lambda: packed(TWO | {"/etc/1.png": b"x"}), "path"),
    "a path out of it": (lambda: packed(TWO | {"cat/../../1.png": b"x"}), "path"),
    "a path of Windows": (lambda: packed(TWO | {"C:\\cat\\1.png": b"x"}), "path"),
    "a name twice": (twice, "twice"),
    "an encrypted entry": (lambda: patched(packed(TWO), 8, b"\1\0"), "encrypted"),
    "an unusual method": (lambda: packed(TWO, zipfile.ZIP_LZMA), "method"),
    "entries that share bytes": (overlapping, "overlap"),
    "a bomb by its own account": (lambda: patched(packed(TWO), 24, struct.pack("<L", 2**32 - 2)), "unpacked"),
    "a folder with a control character": (lambda: packed(TWO | {"a\x07b/1.png": picture()}), "class-name"),
    "a folder with a long name": (lambda: packed(TWO | {"a" * 41 + "/1.png": picture()}), "class-name"),
    "too many classes": (lambda: packed({f"{number}/1.png": b"x" for number in range(101)}), "classes"),
    "only a header": (lambda: kaggle_header().encode(), "no-rows"),
    "a table of three columns": (lambda: b"1,2,3\n4,5,6", "columns"),
    "a table that is not UTF-8": (lambda: table().encode() + b"\n\xff,1", "encoding"),
    "a line without an end": (lambda: b"1," + b"0" * 400_000, "line-length"),
    "one label": (lambda: (table(1) + "\n" + table(1)).encode(), "one-class"),
    "a label in the middle": (lambda: ("a,label," + ",".join("p" * 783) + "\n" + table()).encode(), "label-place"),
    "101 labels": (lambda: "\n".join(f"{number},{','.join('0' * 16)}" for number in range(101)).encode(), "classes"),
    "keys of another kind": (lambda: arrays(a=np.zeros(3), b=np.zeros(3)), "keys"),
    "Python objects": (lambda: arrays(x=np.zeros((2, 28, 28)), y=np.array([{}, []], object)), "pickle"),
    "Python objects alone": (lambda: array(np.array([{}, []], object)), "pickle"),
    "complex pictures": (lambda: arrays(x=np.zeros((2, 28, 28), complex), y=np.arange(2)), "array-kind"),
    "records": (lambda: array(np.zeros(3, [("a", int), ("b", "O")])), "pickle"),
    "NaN": (lambda: arrays(x=np.full((2, 28, 28), np.nan), y=np.arange(2)), "array-range"),
    "infinity": (lambda: arrays(x=np.full((2, 28, 28), np.inf), y=np.arange(2)), "array-range"),
    "negative values": (lambda: arrays(x=np.full((2, 28, 28), -1), y=np.arange(2)), "array-range"),
    "16-bit values": (lambda: arrays(x=np.full((2, 28, 28), 300, np.uint16), y=np.arange(2)), "array-range"),
    "oblong pictures": (lambda: arrays(x=np.zeros((2, 28, 20)), y=np.arange(2)), "array-shape"),
    "large pictures": (lambda: arrays(x=np.zeros((2, 65, 65)), y=np.arange(2)), "array-shape"),
    "two channels": (lambda: arrays(x=np.zeros((2, 28, 28, 2)), y=np.arange(2)), "array-shape"),
    "a label too few": (lambda: arrays(x=np.zeros((3, 28, 28)), y=np.arange(2)), "lengths"),
    "one-hot labels": (lambda: arrays(x=np.zeros((3, 28, 28)), y=np.eye(3)), "label-shape"),
    "fractions as labels": (lambda: arrays(x=np.zeros((2, 28, 28)), y=np.array([0.5, 1.5])), "label-array"),
    "no pictures": (lambda: arrays(x=np.zeros((0, 28, 28)), y=np.zeros(0)), "no-rows"),
    "too many pictures": (lambda: arrays(x=np.zeros((70_001, 4, 4), np.uint8), y=np.zeros(70_001, int)), "pictures"),
    "an array of pictures alone": (lambda: array(np.zeros((5, 28, 28))), "one-array"),
    "half an array": (lambda: array(np.zeros((2, 785)))[:-9], "damaged-array"),
    "a header that claims more": (
        lambda: array(np.zeros((2, 785), np.uint8)).replace(b"(2, 785)", b"(9, 785)"),
        "damaged-array",
    ),
    "a header that claims terabytes": (
        lambda: array(np.zeros((2_000, 17), np.uint8)).replace(b"(2000, 17), }", b"(10**9, 999),"),
        "damaged-array",
    ),
    "letters that Unicode does not have": (lambda: arrays(x=GREY, y=NO_LETTERS), "label-array"),
    "a header of signs inside signs": (
        lambda: array(np.zeros(2_000)).replace(b"{'descr'", b"-" * 8).replace(b"'<f8'", b"-" * 5),
        "damaged-array",
    ),
    "a header that is no literal": (
        lambda: array(np.zeros((2_000, 17), np.uint8)).replace(b"(2000, 17)", b"exit(8000)"),
        "damaged-array",
    ),
}


@pytest.mark.parametrize("row", HOSTILE)
def test_a_file_that_cannot_be_taken_is_refused_for_its_reason(row: str) -> None:
    make, key = HOSTILE[row]
    assert problem(make()).key == key


def test_more_entries_than_are_read_are_refused_before_their_records_are_built() -> None:
    data = b"PK\3\4" + bytes(0xFFFF * 46)
    ending = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFF * 46, 4, 0)
    assert problem(data + ending).key == "entries"


def test_kaggles_table_is_read_with_its_header_or_without() -> None:
    text = table(6)
    plain = read_data.read(text.encode(), "auto")
    assert (plain.pictures.shape, plain.classes) == ((6, 28, 28, 1), ("0", "1"))
    np.testing.assert_array_equal(plain.pictures[1].ravel(), [int(each) for each in text.split("\n")[1].split(",")[1:]])
    headed = read_data.read(f"\ufeff{kaggle_header()}\r\n{text}".encode(), "auto")
    np.testing.assert_array_equal(headed.pictures, plain.pictures)
    assert headed.labels.tolist() == plain.labels.tolist() == [0, 1, 0, 1, 0, 1]


def test_a_table_may_have_its_label_last_semicolons_and_names() -> None:
    rows = ["p;" * 16 + "class", *(";".join(["0.5"] * 16 + [name]) for name in ('"ka"', '"ki"', '"ka"'))]
    found = read_data.read("\n".join(rows).encode(), "auto")
    assert (found.classes, found.labels.tolist()) == (("ka", "ki"), [0, 1, 0])
    assert (found.pictures == 128).all()  # fractions from 0 to 1


def test_a_table_alone_in_a_zip_file_is_read() -> None:
    assert len(read_data.read(packed({"train.csv": table(4).encode()}), "auto").labels) == 4


@pytest.mark.parametrize(
    ("line", "key"),
    [("1," + ",".join(["0"] * 783 + ["256"]), "value"), ("1," + ",".join(["0"] * 783 + ["x"]), "value"),
     ("1," + ",".join(["0"] * 783 + [""]), "value"), ("1," + ",".join(["0"] * 783 + ["nan"]), "value"),
     ("1,2,3", "uneven"), ("," + ",".join(["0"] * 784), "label")],
)  # fmt: skip
def test_what_is_wrong_in_a_table_is_named_by_its_line(line: str, key: str) -> None:
    found = problem(f"{kaggle_header()}\n{table(3)}\n{line}\n".encode())
    assert (found.key, found.values["line"]) == (key, 5)


@pytest.mark.parametrize(
    "named",
    [
        {"x": GREY, "y": np.array([3, 5, 3, 5])},
        {"images": GREY[..., None], "labels": np.array([3, 5, 3, 5], np.uint8)},
        {"X": GREY.reshape(4, 784), "Y": np.array([[3.0], [5.0], [3.0], [5.0]])},
        {"arr_0": GREY / 255, "arr_1": np.array(["3", "5", "3", "5"])},
        {"x_train": GREY[:2], "y_train": np.array([3, 5]), "x_test": GREY[2:], "y_test": np.array([3, 5])},
    ],
)
def test_arrays_are_found_by_the_names_in_use(named: dict[str, Any]) -> None:
    found = read_data.read(arrays(**named), "auto")
    np.testing.assert_array_equal(found.pictures[..., 0], GREY)
    assert (found.classes, found.labels.tolist()) == (("3", "5"), [0, 1, 0, 1])


def test_names_of_classes_that_are_no_letters_are_not_taken() -> None:
    found = read_data.read(arrays(x=GREY, y=np.arange(4), classes=NO_LETTERS), "auto")
    assert found.classes == ("0", "1", "2", "3")


@pytest.mark.parametrize("labels", [("--5", "3"), ("-", "3"), ("-5", "3")])
def test_signs_in_labels_are_those_of_numbers_or_letters(labels: tuple[str, str]) -> None:
    data = "\n".join(f"{label},{','.join('0' * 16)}" for label in labels).encode()
    assert read_data.read(data, "auto").classes == labels


def test_an_error_that_nobody_thought_of_is_not_called_one_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError

    answer = io.BytesIO()
    monkeypatch.setattr(read_data, "read", fail)
    monkeypatch.setattr(read_data, "limit_this_process", lambda *_: None)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"auto\nx")))
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(answer))
    with warnings.catch_warnings():
        read_data.main()
    assert json.loads(answer.getvalue()) == {"refused": ["unsound", {}]}


def test_a_single_array_has_the_label_before_the_pixels() -> None:
    rows = np.concatenate([np.array([[7], [8], [7], [8]]), GREY.reshape(4, 784)], axis=1)
    found = read_data.read(array(rows), "auto")
    np.testing.assert_array_equal(found.pictures[..., 0], GREY)
    assert found.classes == ("7", "8")


def test_damaged_files_are_refused_and_nothing_else_happens() -> None:
    good = [packed(TWO), table(3, 16).encode(), arrays(x=GREY, y=np.arange(4)), array(np.zeros((4, 17), np.uint8))]
    for number in range(400):
        random = np.random.default_rng(number)
        data = bytearray(good[number % len(good)])
        for _ in range(int(random.integers(1, 6))):
            data[int(random.integers(len(data)))] = int(random.integers(256))
        with contextlib.suppress(DataProblem):
            read_data.read(bytes(data), "auto")
