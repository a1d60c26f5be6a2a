"""The file of a labelled set: a line of JSON, the pixels, the labels. The pixels are mapped, not read.

    {"format": "cnnviz-set", "version": 1, "name", "classes", "count", "side", "channels", "tested", ...}
    count * side * side * channels bytes of pixels, then count bytes of labels

The last `tested` pictures are the test part, so that both parts are slices of the file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.core.data import labelled_parts, labelled_set
from cnnviz.core.data.labelled_set import MAX_PIXEL_BYTES, LabelledSet, LeftOut
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks

FORMAT, VERSION = "cnnviz-set", 1
MAX_HEADER_BYTES = 200_000

UNREADABLE = (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""Whatever reading a damaged file may raise; a `Refusal` is a ValueError."""


@dataclass(frozen=True, eq=False)
class KeptSet:
    """A labelled set whose last pictures are its test part.

    Attributes:
        labelled: The set, in the order of the file.
        tested: Number of pictures of the test part.
    """

    labelled: LabelledSet = field(repr=False)
    tested: int

    @property
    def trained(self) -> int:
        """Number of pictures of the training part."""
        return len(self.labelled.labels) - self.tested


def divide(labelled: LabelledSet) -> KeptSet:
    """Return a set with its pictures in the order of their parts: those of its file, or drawn by chance."""
    if labelled.tested:
        return KeptSet(labelled, labelled.tested)
    order, tested = labelled_parts.order_parts(labelled.labels)
    ordered = replace(labelled, pictures=labelled.pictures[order], labels=labelled.labels[order])
    return KeptSet(ordered, tested)


def pack(kept: KeptSet) -> tuple[bytes, memoryview, memoryview]:
    """Return the content of the file of a set, in pieces that lie in memory already."""
    labelled = kept.labelled
    header = {
        "format": FORMAT,
        "version": VERSION,
        "name": labelled.name,
        "classes": list(labelled.classes),
        "count": len(labelled.labels),
        "side": labelled.shape[0],
        "channels": labelled.shape[2],
        "tested": kept.tested,
        "report": [[each.name, each.reason.to_json()] for each in labelled.report],
        "left_out": labelled.left_out,
    }
    return json.dumps(header).encode() + b"\n", labelled.pictures.data, labelled.labels.data


def holds(path: Path, kept: KeptSet) -> bool:
    """Return whether the file at `path` has exactly the content that `pack` would write."""
    try:
        with path.open("rb") as file:
            same_header = file.readline(MAX_HEADER_BYTES + 1) == pack(kept)[0]
        return same_header and read(path).labelled.sha256 == kept.labelled.sha256
    except (*UNREADABLE, Refusal):
        return False


def read_header(path: Path) -> dict[str, Any]:
    """Return the header of the file of a set. Raises `Refusal` if it is damaged or gone."""
    try:
        with path.open("rb") as file:
            return _parse_header(file.readline(MAX_HEADER_BYTES + 1))
    except UNREADABLE:
        raise describe_damage() from None


def read(path: Path) -> KeptSet:
    """Return the set of a file. Raises `Refusal` if it is damaged or gone."""
    try:
        with path.open("rb") as file:
            line = file.readline(MAX_HEADER_BYTES + 1)
        header = _parse_header(line)
        count, side, channels = header["count"], header["side"], header["channels"]
        pixels = count * side * side * channels
        if path.stat().st_size != len(line) + pixels + count:
            raise ValueError("the file has another length than its header states")
        pictures = np.memmap(path, np.uint8, "r", len(line), (count, side, side, channels))
        with path.open("rb") as file:
            file.seek(len(line) + pixels)
            labels = np.frombuffer(file.read(count), np.uint8)
        report = tuple(LeftOut(str(name), Refusal.from_json(reason)) for name, reason in header["report"])
        labelled = LabelledSet(
            header["name"], pictures, labels, tuple(header["classes"]), report, int(header["left_out"])
        )
        return KeptSet(labelled, header["tested"])
    except UNREADABLE:
        raise describe_damage() from None


def _parse_header(line: bytes) -> dict[str, Any]:
    header = json.loads(line) if line.endswith(b"\n") else None
    if not isinstance(header, dict) or (header.get("format"), header.get("version")) != (FORMAT, VERSION):
        raise ValueError("this is no file of a set")
    count = checks.whole("count", header["count"], 1, labelled_set.MAX_PICTURES)
    checks.whole("side", header["side"], labelled_set.MIN_SIDE, labelled_set.MAX_SIDE)
    checks.whole("tested", header["tested"], 0, count)
    if header["channels"] not in labelled_set.CHANNELS:
        raise ValueError("a picture has one or three channels")
    labelled_set.check_name(header["name"])
    labelled_set.check_classes(header["classes"])
    if count * header["side"] ** 2 * header["channels"] > MAX_PIXEL_BYTES:
        raise ValueError("the set is larger than any that is kept")
    return header


def describe_damage() -> Refusal:
    """Return what to say of a set that cannot be read, or is gone."""
    return Refusal("This set of pictures is damaged or was deleted. Open its file again, or choose another set.")
