"""Read a table of labels and pixels, one picture a line, in the form of Kaggle's digit recognizer, header or none.

    label,pixel0,pixel1,...        the header, which may be missing
    5,0,0,12,...

The label stands first, or where the header says: in its first or last column. Neither the unpacked text nor its numbers
are ever held as a whole: each line is converted by itself, and what is refused is refused with its line number.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from cnnviz.core.data.labelled_set import MAX_CLASS_LENGTH, MAX_SIDE
from cnnviz.jobs.sandbox.data_reasons import DataProblem
from cnnviz.workers.uploads.arrays import PixelCollector, ReadSet, check_amount, find_shape, name_labels

LABEL_NAMES = ("label", "labels", "class", "target", "y", "digit", "letter", "character", "category")
"""What a header calls the column of labels."""

SEPARATORS = (",", ";", "\t")
MAX_COLUMNS = MAX_SIDE * MAX_SIDE * 3 + 1
MAX_LINE_BYTES = MAX_COLUMNS * 24
"""Bytes of a line: 64×64 colours as fractions with all their digits."""

LEVELS = {str(level): level for level in range(256)}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Form:
    """How the lines of a table are read.

    Attributes:
        separator: Between two columns.
        label_last: Whether the label is in the last column.
        columns: How many columns each line has.
        side: Pixels a side.
        channels: 1 or 3.
    """

    separator: str
    label_last: bool
    columns: int
    side: int
    channels: int


def read(file: BinaryIO) -> ReadSet:
    """Read a table. Raises `DataProblem` with the number of the line that cannot be read."""
    form: Form | None = None
    header: list[str] | None = None
    pixels, labels = PixelCollector(), list[str]()
    for number, line in _iterate_lines(file):
        if form is None:
            separator = max(SEPARATORS, key=line.count)
            columns = [_unquote(each) for each in line.split(separator)]
            if header is None and sum(not NUMBER.fullmatch(each) for each in columns) > 1:
                header = columns
                continue
            form = _find_form(separator, header, len(columns), number)
        label, values = _read_line(line, form, number)
        labels.append(sys.intern(label))
        pixels.add(values)
        check_amount(len(labels), form.side, form.channels)
    if form is None:
        raise DataProblem("no-rows")
    numbers, classes = name_labels(labels)
    return ReadSet(pixels.stack(form.side, form.channels), numbers, classes)


def _iterate_lines(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line that is not empty."""
    for number in itertools.count(1):
        line = file.readline(MAX_LINE_BYTES + 1)
        if not line:
            return
        if len(line) > MAX_LINE_BYTES:
            raise DataProblem("line-length", line=number)
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip("\r\n")
        except UnicodeError:
            raise DataProblem("encoding", line=number) from None
        if text.strip():
            yield number, text


def _find_form(separator: str, header: list[str] | None, columns: int, line: int) -> Form:
    """Find out how lines are read from the header, if there is one, and the number of columns."""
    shape = find_shape(columns - 1)
    if shape is None:
        raise DataProblem("columns", line=line, number=columns)
    if header is None:
        return Form(separator, label_last=False, columns=columns, side=shape[0], channels=shape[1])
    if len(header) != columns:
        raise DataProblem("uneven", line=line, number=columns, expected=len(header))
    first, last = header[0], header[-1]
    if first.lower() not in LABEL_NAMES and last.lower() not in LABEL_NAMES:
        raise DataProblem("label-place", first=first, last=last)
    return Form(separator, first.lower() not in LABEL_NAMES, columns, *shape)


def _read_line(line: str, form: Form, number: int) -> tuple[str, np.ndarray]:
    """Return the label and the pixels, (pixels,) uint8 or float32, of a line."""
    columns = line.count(form.separator) + 1
    if columns != form.columns:
        raise DataProblem("uneven", line=number, number=columns, expected=form.columns)
    if form.label_last:
        rest, _, label = line.rpartition(form.separator)
    else:
        label, _, rest = line.partition(form.separator)
    label = " ".join(_unquote(label).split())
    if re.fullmatch(r"\d{1,9}\.0*", label):
        label = label.partition(".")[0]
    if not 1 <= len(label) <= MAX_CLASS_LENGTH:
        raise DataProblem("label", line=number)
    return label, _convert_values(rest.replace('"', ""), form, number)


def _convert_values(text: str, form: Form, number: int) -> np.ndarray:
    """Convert the pixels of a line; what is no number from 0 to 255 is named."""
    columns = text.split(form.separator)
    with contextlib.suppress(KeyError):  # whole numbers as most tables have them, ten times as fast
        return np.frombuffer(bytes(map(LEVELS.__getitem__, columns)), np.uint8)
    with contextlib.suppress(ValueError):
        values = np.array(columns, np.float32)
        if values.min() >= 0 and values.max() <= 255:  # NaN fails, too
            return values
    for each in columns:
        plain = each.strip()
        if not NUMBER.fullmatch(plain) or not 0 <= float(plain) <= 255:
            raise DataProblem("value", line=number, value=plain[:20] or "empty")
    raise DataProblem("value", line=number, value="?")


def _unquote(text: str) -> str:
    return text.strip().strip('"').strip()
