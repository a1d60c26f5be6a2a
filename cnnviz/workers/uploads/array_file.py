"""Read pictures and labels from .npy and .npz files that are not trusted.

The header of every array is read and its size compared with the bytes that are there before NumPy allocates anything;
arrays of Python objects are never unpickled. Pictures are unpacked and converted block by block.
"""

from __future__ import annotations

import contextlib
import io
import math
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np

from cnnviz.core.data.labelled_set import MAX_CLASS_LENGTH, MAX_CLASSES
from cnnviz.jobs.sandbox.data_reasons import MAX_UNPACKED_BYTES, DataProblem
from cnnviz.workers.uploads import archive
from cnnviz.workers.uploads.arrays import (
    ReadSet,
    check_amount,
    convert_pictures,
    find_shape,
    find_side,
    name_labels,
    number_labels,
)

MAGIC = b"\x93NUMPY"
MAX_HEADER_BYTES = 10_000
MAX_ARRAYS = 16
MAX_DIMENSIONS = 8

CLASSES = "classes"
"""Array of the names of the classes, where labels are their numbers."""

PAIRS = (
    (("x", "y"),),
    (("images", "labels"),),
    (("pictures", "labels"),),
    (("data", "labels"),),
    (("data", "target"),),
    (("x_train", "y_train"), ("x_val", "y_val"), ("x_test", "y_test")),
    (("train_images", "train_labels"), ("val_images", "val_labels"), ("test_images", "test_labels")),
    (("arr_0", "arr_1"), ("arr_2", "arr_3")),
)
"""Names of pictures and labels that are known, lower case; of those in a row, the first must be there and the others
are joined to it."""


BLOCK_BYTES = 2_000_000
"""Bytes of an array that are converted at a time, so that it is never there as a whole but in uint8."""

BUFFER_BYTES = 1 << 18
"""Bytes that are unpacked at a time."""


@dataclass(frozen=True)
class StoredArray:
    """An array whose values come next in a stream.

    Attributes:
        stream: Where they come from.
        name: What it is called in the file.
        dtype: Their kind, no Python objects.
        shape: The shape.
        in_columns: Whether the first index runs fastest.
    """

    stream: BinaryIO
    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    in_columns: bool


def has_arrays(file: zipfile.ZipFile) -> bool:
    """Return whether a ZIP file is one of NumPy arrays."""
    names = file.namelist()
    return bool(names) and all(name.endswith(".npy") and "/" not in name for name in names)


def read_npz(file: zipfile.ZipFile) -> ReadSet:
    """Read an .npz file, as `archive.open_archive` returns it: pictures and labels under one of `PAIRS`."""
    entries = {entry.filename.removesuffix(".npy").lower(): entry for entry in file.infolist()}
    parts = _find_pairs(set(entries), [entry.filename.removesuffix(".npy") for entry in file.infolist()])
    pictures, labels = list[np.ndarray](), list[str]()
    classes = _read_classes(file, entries)
    for images_name, labels_name in parts:
        with _open(file, entries[images_name]) as stream:
            found = _check_numbers(_open_array(stream, images_name, entries[images_name].file_size))
            side, channels = find_side(found.shape)
            if pictures and pictures[0].shape[1:] != (side, side, channels):
                raise DataProblem("array-shape", shape=str(found.shape)[:60], least=4, most=64)
            converted = convert_pictures(_iterate_blocks(found), side, channels)
        with _open(file, entries[labels_name]) as stream:
            named = _read_labels(_read_all(_open_array(stream, labels_name, entries[labels_name].file_size)))
        if len(converted) != len(named):
            raise DataProblem("lengths", pictures=len(converted), labels=len(named))
        pictures.append(converted)
        labels += named
    return _join(pictures, labels, classes)


def _read_classes(file: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> list[str]:
    """Return the texts of the array `classes`; none if there is no such array."""
    if CLASSES not in entries:
        return []
    try:
        with _open(file, entries[CLASSES]) as stream:
            found = _open_array(stream, CLASSES, entries[CLASSES].file_size)
            few = math.prod(found.shape) <= MAX_CLASSES
            return _read_labels(_read_all(found)) if few else []
    except DataProblem:
        return []  # it may be anything in a file from elsewhere


def count_rows(file: zipfile.ZipFile, name: str) -> int:
    """Return the length of an array of an .npz file that was read; 0 if it has no such array."""
    entry = next((entry for entry in file.infolist() if entry.filename == f"{name}.npy"), None)
    if entry is None:
        return 0
    with io.BufferedReader(archive.EntryStream(file, entry, "damaged-array"), BUFFER_BYTES) as stream:
        _, shape, _ = _read_header(stream)
    return shape[0] if shape else 0


def read_npy(data: bytes) -> ReadSet:
    """Read an .npy file: an array whose rows have a label and the pixels of a picture."""
    found = _check_numbers(_open_array(io.BytesIO(data), "This file", len(data)))
    shape = find_shape(found.shape[1] - 1) if len(found.shape) == 2 else None
    if shape is None:
        raise DataProblem("one-array", shape=str(found.shape)[:60])
    if not found.shape[0]:
        raise DataProblem("no-rows")
    check_amount(found.shape[0], *shape)
    labels = list[np.ndarray]()

    def iterate_pixels() -> Iterator[np.ndarray]:
        for block in _iterate_blocks(found):
            labels.append(block[:, 0].copy())
            yield block[:, 1:]

    pictures = convert_pictures(iterate_pixels(), *shape)
    return _join([pictures], _read_labels(np.concatenate(labels)))


def _join(pictures: list[np.ndarray], labels: list[str], names: list[str] | None = None) -> ReadSet:
    """Return the set of all parts; labels that are the numbers of `names` get these."""
    check_amount(sum(map(len, pictures)), *pictures[0].shape[2:])
    numbers, classes = number_labels(labels, names) if names else name_labels(labels)
    return ReadSet(pictures[0] if len(pictures) == 1 else np.concatenate(pictures), numbers, classes)


def _find_pairs(names: set[str], given: list[str]) -> list[tuple[str, str]]:
    for pairs in PAIRS:
        if set(pairs[0]) <= names:
            return [pair for pair in pairs if set(pair) <= names]
    raise DataProblem("keys", names=", ".join(sorted(given)[:MAX_ARRAYS])[:80])


@contextlib.contextmanager
def _open(file: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    """Open an entry to be unpacked while it is read."""
    with io.BufferedReader(archive.EntryStream(file, entry, "damaged-array"), BUFFER_BYTES) as stream:
        yield stream
        if stream.read(1):  # also checks the sum of what was unpacked
            raise DataProblem("damaged-array")


def _open_array(stream: BinaryIO, name: str, length: int) -> StoredArray:
    """Read the header of an array whose file has `length` bytes, and check it."""
    dtype, shape, in_columns = _read_header(stream)
    if dtype.hasobject:
        raise DataProblem("pickle", name=name)
    size = math.prod(shape) * dtype.itemsize
    if size > MAX_UNPACKED_BYTES:
        raise DataProblem("unpacked", size=-(-size // 1_000_000), most=MAX_UNPACKED_BYTES // 1_000_000)
    if size != length - stream.tell():
        raise DataProblem("damaged-array")
    return StoredArray(stream, name, dtype, shape, in_columns)


def _read_header(stream: BinaryIO) -> tuple[np.dtype[Any], tuple[int, ...], bool]:
    """Return dtype and shape of an array, and whether its first index runs fastest; the values come next."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            version = np.lib.format.read_magic(stream)
            read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
            shape, in_columns, dtype = read(stream, max_header_size=MAX_HEADER_BYTES)
    except DataProblem:
        raise
    except Exception:  # noqa: BLE001  a damaged header raises whatever the parser of literals does, also MemoryError
        raise DataProblem("damaged-array") from None
    whole = all(isinstance(length, int) and not isinstance(length, bool) and 0 <= length < 2**40 for length in shape)
    if not whole or len(shape) > MAX_DIMENSIONS:
        raise DataProblem("damaged-array")
    return dtype, shape, in_columns


def _read_all(array: StoredArray) -> np.ndarray:
    """Read a whole array."""
    size = math.prod(array.shape) * array.dtype.itemsize
    content = array.stream.read(size)
    if len(content) != size:
        raise DataProblem("damaged-array")
    values = np.frombuffer(content, array.dtype) if size else np.empty(0, array.dtype)
    try:
        return values.reshape(array.shape[::-1]).T if array.in_columns else values.reshape(array.shape)
    except ValueError:
        raise DataProblem("damaged-array") from None


def _iterate_blocks(array: StoredArray) -> Iterator[np.ndarray]:
    """Yield some rows of an array at a time, about `BLOCK_BYTES`; of one that is stored by columns, all at once."""
    if array.in_columns:
        yield _read_all(array)
        return
    count, *rest = array.shape
    rows = max(1, BLOCK_BYTES // max(1, math.prod(rest) * array.dtype.itemsize))
    for start in range(0, count, rows):
        yield _read_all(replace(array, shape=(min(rows, count - start), *rest)))


def _check_numbers(array: StoredArray) -> StoredArray:
    if array.dtype.kind not in "buif" or array.dtype.itemsize > 8:
        raise DataProblem("array-kind", name=array.name, kind=str(array.dtype)[:40])
    return array


def _read_labels(array: np.ndarray) -> list[str]:
    """Return the text of each label of an array (n,) or (n, 1)."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataProblem("label-shape", shape=str(array.shape)[:60])
    kind = array.dtype.kind
    if kind in "iu":
        return [str(value) for value in array.tolist()]
    if kind == "f" and np.isfinite(array).all() and (array == np.rint(array)).all():
        return [str(int(value)) for value in array.tolist()]
    if kind in "US" and array.dtype.itemsize <= 4 * 4 * MAX_CLASS_LENGTH:
        try:
            texts = array.tolist()
            return [" ".join((text.decode() if isinstance(text, bytes) else text).split()) for text in texts]
        except (ValueError, SystemError):  # bytes that are no UTF-8, or code points that Unicode does not have
            pass
    raise DataProblem("label-array")
