"""Read pictures and labels from .npy and .npz files that are not trusted.

The header of every array is read and its size compared with the bytes that are there before NumPy allocates anything;
arrays of Python objects are never unpickled.
"""

from __future__ import annotations

import io
import math
import warnings
import zipfile
from typing import Any

import numpy as np

from cnnviz.core.data.labelled_set import MAX_CLASS_LENGTH
from cnnviz.jobs.sandbox.data_reasons import MAX_UNPACKED_BYTES, DataProblem
from cnnviz.workers.uploads import archive
from cnnviz.workers.uploads.arrays import ReadSet, check_amount, convert_pictures, find_shape, name_labels

MAGIC = b"\x93NUMPY"
MAX_HEADER_BYTES = 10_000
MAX_ARRAYS = 16
MAX_DIMENSIONS = 8

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


def has_arrays(file: zipfile.ZipFile) -> bool:
    """Return whether a ZIP file is one of NumPy arrays."""
    names = file.namelist()
    return bool(names) and all(name.endswith(".npy") and "/" not in name for name in names)


def read_npz(file: zipfile.ZipFile) -> ReadSet:
    """Read an .npz file, as `archive.open_archive` returns it: pictures and labels under one of `PAIRS`."""
    entries = {entry.filename.removesuffix(".npy").lower(): entry for entry in file.infolist()}
    parts = _find_pairs(set(entries), [entry.filename.removesuffix(".npy") for entry in file.infolist()])
    pictures, labels = list[np.ndarray](), list[str]()
    for images_name, labels_name in parts:
        try:
            contents = [archive.read_entry(file, entries[name]) for name in (images_name, labels_name)]
        except DataProblem:
            raise DataProblem("damaged-array") from None
        images, truth = (
            _read_array(content, name) for content, name in zip(contents, (images_name, labels_name), strict=True)
        )
        converted, named = convert_pictures(_check_numbers(images, images_name)), _read_labels(truth)
        if len(converted) != len(named):
            raise DataProblem("lengths", pictures=len(converted), labels=len(named))
        if pictures and pictures[0].shape[1:] != converted.shape[1:]:
            raise DataProblem("array-shape", shape=str(images.shape)[:60], least=4, most=64)
        pictures.append(converted)
        labels += named
    return _join(pictures, labels)


def read_npy(data: bytes) -> ReadSet:
    """Read an .npy file: an array whose rows have a label and the pixels of a picture."""
    array = _check_numbers(_read_array(data, "This file"), "This file")
    if array.ndim != 2 or find_shape(array.shape[1] - 1) is None:
        raise DataProblem("one-array", shape=str(array.shape)[:60])
    return _join([convert_pictures(array[:, 1:])], _read_labels(array[:, 0]))


def _join(pictures: list[np.ndarray], labels: list[str]) -> ReadSet:
    check_amount(sum(map(len, pictures)), *pictures[0].shape[2:])
    numbers, classes = name_labels(labels)
    return ReadSet(pictures[0] if len(pictures) == 1 else np.concatenate(pictures), numbers, classes)


def _find_pairs(names: set[str], given: list[str]) -> list[tuple[str, str]]:
    for pairs in PAIRS:
        if set(pairs[0]) <= names:
            return [pair for pair in pairs if set(pair) <= names]
    raise DataProblem("keys", names=", ".join(sorted(given)[:MAX_ARRAYS])[:80])


def _read_array(content: bytes, name: str) -> np.ndarray:
    """Read one array whose header is checked first."""
    dtype, shape, offset = _read_header(content)
    if dtype.hasobject:
        raise DataProblem("pickle", name=name)
    size = math.prod(shape) * dtype.itemsize
    if size > MAX_UNPACKED_BYTES:
        raise DataProblem("unpacked", size=-(-size // 1_000_000), most=MAX_UNPACKED_BYTES // 1_000_000)
    if size != len(content) - offset:
        raise DataProblem("damaged-array")
    try:
        array: np.ndarray = np.load(io.BytesIO(content), allow_pickle=False, max_header_size=MAX_HEADER_BYTES)
    except (ValueError, OSError, EOFError, TypeError, LookupError):
        raise DataProblem("damaged-array") from None
    return array


def _read_header(content: bytes) -> tuple[np.dtype[Any], tuple[int, ...], int]:
    """Return dtype and shape of an array and where its values begin."""
    file = io.BytesIO(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            version = np.lib.format.read_magic(file)
            read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
            shape, _, dtype = read(file, max_header_size=MAX_HEADER_BYTES)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  a damaged header raises whatever the parser of literals does
        raise DataProblem("damaged-array") from None
    whole = all(isinstance(length, int) and not isinstance(length, bool) and 0 <= length < 2**40 for length in shape)
    if not whole or len(shape) > MAX_DIMENSIONS:
        raise DataProblem("damaged-array")
    return dtype, shape, file.tell()


def _check_numbers(array: np.ndarray, name: str) -> np.ndarray:
    if array.dtype.kind not in "buif" or array.dtype.itemsize > 8:
        raise DataProblem("array-kind", name=name, kind=str(array.dtype)[:40])
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
        texts = array.tolist()
        try:
            return [" ".join((text.decode() if isinstance(text, bytes) else text).split()) for text in texts]
        except UnicodeError:
            pass
    raise DataProblem("label-array")
