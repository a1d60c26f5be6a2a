"""Read an uploaded file of labelled pictures, an untrusted file, as a set of plain pixels and labels.

Only its length is checked here; `cnnviz.workers.entry.read_data` does everything else in a child process with limits.
Its answer is untrusted too, and checked: sizes before arrays, names as names, reasons by their keys.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.core.data import labelled_set
from cnnviz.core.data.labelled_set import MAX_PIXEL_BYTES, LabelledSet, LeftOut
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.visible_text import keep_visible
from cnnviz.jobs.sandbox import child_process
from cnnviz.jobs.sandbox.data_reasons import AUTO, MAX_BYTES, MAX_VALUE_LENGTH, PREPARATIONS, REASONS

MAX_SECONDS = 75.0
"""Wall time of the child process."""

MAX_HEADER_BYTES = 200_000
"""Bytes of the line of JSON: up to 100 names of classes and a report."""

STOPPED = gettext_noop(
    "Reading this file took too much time or memory and was stopped. Please take fewer or smaller pictures, or save "
    "the file again, and try once more."
)
UNNAMED = "data"
"""Name of a set whose file has none that can be shown."""

CONTAINERS = (".zip", ".csv", ".tsv", ".txt", ".npz", ".npy")
"""Endings of file names that do not belong to the name of the set."""


def read(data: bytes, name: str, preparation: str = AUTO, whose: str = "") -> LabelledSet:
    """Read a ZIP file of pictures, a CSV table or NumPy file that is not trusted.

    Args:
        data: The whole file.
        name: Its name, which gives the set its name; never opened.
        preparation: One of `PREPARATIONS`, for the pictures of a ZIP file.
        whose: Id of the visitor, of whose files one is read at a time.

    Raises:
        Refusal: If it is of another kind, too large, damaged, or takes too much time or memory; in words for the
            person who chose the file.
    """
    check_length(len(data))
    if preparation not in PREPARATIONS:
        raise ValueError(f"`preparation` must be one of {', '.join(PREPARATIONS)}. Received: {preparation!r}.")
    try:
        answer = child_process.ask(
            "read_data",
            preparation.encode() + b"\n" + data,
            seconds=MAX_SECONDS,
            answer_bytes=MAX_PIXEL_BYTES + labelled_set.MAX_PICTURES + MAX_HEADER_BYTES,
            queue=child_process.LABELLED_PICTURES,
            whose=whose,
        )
    except child_process.WorkerError as error:
        raise child_process.refuse_stopped(error, STOPPED) from None
    line, _, arrays = answer.partition(b"\n")
    try:
        header = json.loads(line) if len(line) <= MAX_HEADER_BYTES else {}
        if "refused" in header:
            raise _build_refusal(*header["refused"])
        return _build_set(name_set(name), header, arrays)
    except Refusal:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise Refusal(STOPPED) from None


def check_length(length: int) -> None:
    """Raise `Refusal` for a file that is empty or longer than `MAX_BYTES`."""
    if not length:
        raise Refusal("This file is empty. Please choose another one.")
    if length > MAX_BYTES:
        raise Refusal(
            "This file has {size} MB, but data files may have at most {limit} MB. Please pack it, or take fewer "
            "pictures, and try again.",
            size=-(-length // 1_000_000),
            limit=MAX_BYTES // 1_000_000,
        )


def name_set(file_name: str) -> str:
    """Return the name that a set has by the name of its file: no folders, no ending, visible characters only."""
    base = file_name.replace("\\", "/").rpartition("/")[2]
    for ending in CONTAINERS:
        if base.lower().endswith(ending):
            base = base[: -len(ending)]
            break
    visible = " ".join(keep_visible(base, " ").split())
    return visible[: labelled_set.MAX_NAME_LENGTH].strip() or UNNAMED


def _build_set(name: str, header: Mapping[str, Any], arrays: bytes) -> LabelledSet:
    """Build the record from the child's answer; anything but the expected form raises."""
    count, side, channels = (_check_whole(header[key]) for key in ("count", "side", "channels"))
    pixels = count * side * side * channels
    labelled_set.check_amount(count, pixels)
    if len(arrays) != pixels + count:
        raise ValueError(f"`arrays` must have {pixels + count} bytes. Received: {len(arrays)}.")
    return LabelledSet(
        name=name,
        pictures=np.frombuffer(arrays, np.uint8, pixels).reshape(count, side, side, channels),
        labels=np.frombuffer(arrays, np.uint8, count, pixels),
        classes=labelled_set.check_classes(header["classes"]),
        report=tuple(
            LeftOut(_clean(file), _build_refusal(key, values))
            for file, key, values in header["report"][: labelled_set.MAX_REPORTED]
        ),
        left_out=_check_whole(header["left_out"]),
        tested=_check_whole(header["tested"]),
    )


def _check_whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_PIXEL_BYTES:
        raise ValueError("a number in the answer must be a whole one")
    return value


def _build_refusal(key: str, values: Mapping[str, Any]) -> Refusal:
    """Return a refusal in our own words; of the child come the values alone."""
    said = _build_message(key, values)
    return Refusal(said.template, **said.values)


def _build_message(key: str, values: Mapping[str, Any], *, is_part: bool = False) -> Message:
    """Return a message of ours; a value that is a pair of key and values is one too, but only in the outer one."""
    filled: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, list) and not is_part:
            part, filling = value
            filled[str(name)] = _build_message(part, filling, is_part=True)
        else:
            filled[str(name)] = value if isinstance(value, (int, float)) else _clean(value)
    return Message(REASONS[key], filled)


def _clean(value: object) -> str:
    return keep_visible(str(value))[:MAX_VALUE_LENGTH]
