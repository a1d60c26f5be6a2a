"""Turn arrays of pictures and of labels, as files hold them, into the answer: squares of uint8 and classes by name."""

from __future__ import annotations

import math
from collections.abc import Iterable
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
from cnnviz.core.visible_text import is_visible
from cnnviz.jobs.sandbox.data_reasons import DataProblem


@dataclass(frozen=True, eq=False)
class ReadSet:
    """What was read from a file.

    Attributes:
        pictures: (n, side, side, channels) uint8.
        labels: (n,) uint8.
        classes: Name of each label.
        report: Name of a file that was left out, key of the reason, values.
        left_out: How many were left out.
        tested: How many pictures, at the end, are to be the test part; 0 if they are still to be chosen.
    """

    pictures: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    classes: tuple[str, ...]
    report: tuple[tuple[str, str, dict[str, str | int | float]], ...] = ()
    left_out: int = 0
    tested: int = 0


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


class PixelCollector:
    """Pixels that come block by block and end as uint8, so that no more than a block is ever held as other numbers.

    Whether they are whole numbers from 0 to 255 or fractions from 0 to 1 is known only at the end: as long as no pixel
    is above 1, they are stored as fractions, times 255, with one bit for each that says what it rounds to as a whole
    number. The first that is above 1 turns all of them into these.
    """

    def __init__(self) -> None:
        self._pixels = bytearray()
        self._rounded: list[tuple[int, np.ndarray]] | None = []  # number and packed bits of each block
        self._low: float = np.inf
        self._high: float = -np.inf

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest pixel so far; NaN if there was one."""
        return self._low, self._high

    @property
    def is_valid(self) -> bool:
        """Whether all pixels so far are from 0 to 255."""
        return self._low >= 0 and self._high <= 255  # NaN fails, too

    def add(self, block: np.ndarray) -> None:
        """Add a block of any shape, numbers or booleans. Pixels are kept only while all are from 0 to 255."""
        values = block.reshape(-1)
        if not values.size:
            return
        low, high = float(values.min()), float(values.max())
        self._low, self._high = float(np.minimum(self._low, low)), float(np.maximum(self._high, high))
        if not self.is_valid:
            self._pixels, self._rounded = bytearray(), None
            return
        if self._rounded is not None and high > 1:
            self._take_as_whole()
        numbers = values if values.dtype == np.uint8 else values.astype(np.float32)
        if self._rounded is None:
            self._store(numbers)
        else:
            self._rounded.append((numbers.size, np.packbits(numbers > 0.5)))
            self._store(numbers * np.float32(255))

    def stack(self, side: int, channels: int) -> np.ndarray:
        """Return all pixels as (n, side, side, channels) uint8."""
        return np.frombuffer(self._pixels, np.uint8).reshape(-1, side, side, channels)

    def _store(self, numbers: np.ndarray) -> None:
        self._pixels += (numbers if numbers.dtype == np.uint8 else np.rint(numbers).astype(np.uint8)).data

    def _take_as_whole(self) -> None:
        """Turn what is stored as fractions into whole numbers, 0 and 1."""
        at = 0
        for size, bits in self._rounded or ():
            self._pixels[at : at + size] = np.unpackbits(bits, count=size).tobytes()
            at += size
        self._rounded = None


def find_side(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return side and channels of the pictures of an array of this shape: (n, pixels), (n, side, side[, channels]).

    Raises `DataProblem` if they are no squares that are read, if there are none, or too many.
    """
    if len(shape) == 2:
        found = find_shape(shape[1])
    elif len(shape) in (3, 4) and shape[1] == shape[2]:
        channels = shape[3] if len(shape) == 4 else 1
        found = (shape[1], channels) if channels in CHANNELS and MIN_SIDE <= shape[1] <= MAX_SIDE else None
    else:
        found = None
    if found is None:
        raise DataProblem("array-shape", shape=str(shape)[:60], least=MIN_SIDE, most=MAX_SIDE)
    if not shape[0]:
        raise DataProblem("no-rows")
    check_amount(shape[0], *found)
    return found


def convert_pictures(blocks: Iterable[np.ndarray], side: int, channels: int) -> np.ndarray:
    """Return pictures as (n, side, side, channels) uint8; fractions from 0 to 1 are multiplied by 255.

    Args:
        blocks: Pictures in a row, any number at a time, of numbers or booleans.
        side: Pixels a side.
        channels: 1 or 3.
    """
    found = PixelCollector()
    for block in blocks:
        found.add(block)
    if not found.is_valid:
        low, high = found.limits
        raise DataProblem("array-range", low=f"{low:g}", high=f"{high:g}")
    return found.stack(side, channels)


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
    whole = all(name.removeprefix("-").isdecimal() and name.isascii() for name in names)
    classes = sorted(names, key=int) if whole else sorted(names)
    number = {name: place for place, name in enumerate(classes)}
    return np.array([number[label] for label in labels], np.uint8), tuple(classes)


def number_labels(labels: list[str], names: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return labels as (n,) uint8 and the names of their classes; labels that are no numbers of them as `name_labels`.

    Args:
        labels: What the file has for each picture.
        names: Names of the classes in the file.
    """
    numbers = {str(number) for number in range(len(names))}
    if not MIN_CLASSES <= len(set(names)) == len(names) <= MAX_CLASSES or not numbers.issuperset(labels):
        return name_labels(labels)
    for name in names:
        check_class_name(name)
    return np.array([int(label) for label in labels], np.uint8), tuple(names)


def check_class_name(name: str) -> None:
    """Raise `DataProblem` unless `name` can name a class."""
    if not (1 <= len(name) <= MAX_CLASS_LENGTH and is_visible(name) and name == " ".join(name.split())):
        raise DataProblem("class-name", name=name, most=MAX_CLASS_LENGTH)
