"""Turn arrays of pictures and of labels, as files hold them, into the answer: squares of uint8 and classes by name."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.data.labelled_set import (
    CHANNELS,
    MAX_CLASS_LENGTH,
    MAX_CLASSES,
    MAX_PICTURES,
    MAX_PIXEL_BYTES,
    MAX_SIDE,
    MIN_CLASSES,
    MIN_SIDE,
)
from cnnviz.jobs.sandbox.data_reasons import DataProblem

BLOCK = 1_000
"""Pictures that are converted at a time, so that a large array is never there twice."""


@dataclass(frozen=True, eq=False)
class ReadSet:
    """What was read from a file.

    Attributes:
        pictures: (n, side, side, channels) uint8.
        labels: (n,) uint8.
        classes: Name of each label.
        report: Name of a file that was left out, key of the reason, values.
        left_out: How many were left out.
    """

    pictures: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    classes: tuple[str, ...]
    report: tuple[tuple[str, str, dict[str, str | int | float]], ...] = ()
    left_out: int = 0


def find_shape(pixels: int) -> tuple[int, int] | None:
    """Return side and channels of a picture with so many numbers; None if no square that is read has as many."""
    for channels in CHANNELS:
        side = math.isqrt(pixels // channels)
        if side * side * channels == pixels and MIN_SIDE <= side <= MAX_SIDE:
            return side, channels
    return None


def check_amount(count: int, side: int, channels: int) -> None:
    """Raise `DataProblem` if there are too many pictures or pixels."""
    if count > MAX_PICTURES:
        raise DataProblem("pictures", number=count, most=MAX_PICTURES)
    size = count * side * side * channels
    if size > MAX_PIXEL_BYTES:
        raise DataProblem("pixel-bytes", size=-(-size // 1_000_000), most=MAX_PIXEL_BYTES // 1_000_000)


def convert_pictures(array: np.ndarray) -> np.ndarray:
    """Return pictures as (n, side, side, channels) uint8; fractions from 0 to 1 are multiplied by 255.

    Args:
        array: (n, pixels), (n, side, side) or (n, side, side, channels), of numbers or booleans.
    """
    shape = array.shape
    if array.ndim == 2:
        found = find_shape(shape[1])
    elif array.ndim in (3, 4) and shape[1] == shape[2]:
        channels = shape[3] if array.ndim == 4 else 1
        found = (shape[1], channels) if channels in CHANNELS and MIN_SIDE <= shape[1] <= MAX_SIDE else None
    else:
        found = None
    if found is None:
        raise DataProblem("array-shape", shape=str(shape)[:60], least=MIN_SIDE, most=MAX_SIDE)
    if not len(array):
        raise DataProblem("no-rows")
    check_amount(len(array), *found)
    side, channels = found
    low, high = float(array.min()), float(array.max())
    if not (low >= 0 and high <= 255):  # NaN fails, too
        raise DataProblem("array-range", low=f"{low:g}", high=f"{high:g}")
    factor = 255 if high <= 1 and high > 0 else 1
    made = np.empty((len(array), side, side, channels), np.uint8)
    for start in range(0, len(array), BLOCK):
        part = array[start : start + BLOCK].reshape(-1, side, side, channels)
        made[start : start + BLOCK] = (
            part if part.dtype == np.uint8 and factor == 1 else np.rint(part.astype(np.float32) * factor)
        )
    return made


def name_labels(labels: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return labels as (n,) uint8 and the names of their classes: by value where all are whole numbers, else by name.

    Args:
        labels: What the file has for each picture.
    """
    names = set(labels)
    if len(names) > MAX_CLASSES:
        raise DataProblem("classes", number=len(names), most=MAX_CLASSES)
    if len(names) < MIN_CLASSES:
        raise DataProblem("one-class", name=next(iter(names), ""))
    for name in names:
        check_class_name(name)
    whole = all(name.lstrip("-").isdecimal() and name.isascii() for name in names)
    classes = sorted(names, key=int) if whole else sorted(names)
    number = {name: place for place, name in enumerate(classes)}
    return np.array([number[label] for label in labels], np.uint8), tuple(classes)


def check_class_name(name: str) -> None:
    """Raise `DataProblem` unless `name` can name a class."""
    if not (1 <= len(name) <= MAX_CLASS_LENGTH and name.isprintable() and name == " ".join(name.split())):
        raise DataProblem("class-name", name=name, most=MAX_CLASS_LENGTH)
