"""Read a safetensors file that a stranger made: the length of a table of contents, the table as JSON, the numbers.

The arrays must lie one after the other and fill the file (huggingface.co/docs/safetensors, "Format").
"""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.networks.architecture import Architecture
from cnnviz.workers.model_files import strict_json

MAX_HEADER_BYTES = 1_000_000
TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}

WRONG = gettext_noop(
    "This .safetensors file is not sound: {reason}. Export it from cnnviz again (“About this network”) and try once "
    "more."
)


def read_header(data: bytes) -> tuple[dict[str, Any], dict[str, str], int]:
    """Return the table of contents, the remarks in it, and where the numbers begin."""
    if len(data) < 8:
        raise _wrong(Message(gettext_noop("it is cut short")))
    (length,) = struct.unpack_from("<Q", data)
    if length > MAX_HEADER_BYTES or 8 + length > len(data):
        raise _wrong(Message(gettext_noop("its table of contents is cut short or too long")))
    table = strict_json.parse(gettext_noop("The table of contents"), data[8 : 8 + length].rstrip(b" "))
    if not isinstance(table, dict):
        raise _wrong(Message(gettext_noop("its table of contents is no table")))
    remarks = table.pop("__metadata__", {})
    if not isinstance(remarks, dict) or not all(isinstance(each, str) for each in remarks.values()):
        raise _wrong(Message(gettext_noop("its remarks are no texts")))
    return table, remarks, 8 + length


def read_arrays(data: bytes, architecture: Architecture) -> dict[str, dict[str, np.ndarray]]:
    """Read the weights of an architecture, float32 by layer and name.

    Raises:
        Refusal: If the file has other arrays, or they do not fill it.
    """
    table, _, start = read_header(data)
    expected = {
        f"{layer}/{name}": (layer, name, shape)
        for layer, shapes in architecture.weight_shapes().items()
        for name, shape in shapes.items()
    }
    if set(table) != set(expected):
        odd = sorted(set(table) ^ set(expected))[0]
        raise Refusal(
            "The weights of this file do not belong to its layers: “{path}” is missing or too much. Take the file out "
            "of cnnviz again and try once more.",
            path=odd,
        )
    found: dict[str, dict[str, np.ndarray]] = {layer: {} for layer in architecture.weight_shapes()}
    taken = 0
    for path, (begin, end) in sorted(_read_places(table).items(), key=lambda item: item[1]):
        layer, name, shape = expected[path]
        entry = table[path]
        dtype = np.dtype(TYPES[entry["dtype"]])
        if entry.get("shape") != list(shape) or end - begin != math.prod(shape) * dtype.itemsize:
            raise Refusal(
                "The weights of this file do not belong to its layers: “{path}” has shape {shape}, but the layer needs "
                "{expected}. Take the file out of cnnviz again and try once more.",
                path=path,
                shape=entry.get("shape"),
                expected=shape,
            )
        if begin != taken or start + end > len(data):
            raise _wrong(Message(gettext_noop("its arrays overlap, leave gaps or are cut short")))
        taken = end
        with np.errstate(over="ignore"):
            array = np.frombuffer(data, dtype, math.prod(shape), start + begin).astype(np.float32).reshape(shape)
        if not np.isfinite(array).all():
            raise Refusal(
                "“{path}” in this file has values that are infinite or not a number, so the network cannot answer. "
                "Train it again with a smaller learning rate, and save it.",
                path=path,
            )
        found[layer][name] = array
    if start + taken != len(data):
        raise _wrong(Message(gettext_noop("bytes follow its arrays")))
    return found


def _read_places(table: dict[str, Any]) -> dict[str, tuple[int, int]]:
    places = {}
    for path, entry in table.items():
        if not isinstance(entry, dict) or entry.get("dtype") not in TYPES:
            raise _wrong(Message(gettext_noop("an array in it is not of floating-point numbers")))
        place = entry.get("data_offsets")
        if not isinstance(place, list) or len(place) != 2 or not all(type(each) is int and each >= 0 for each in place):
            raise _wrong(Message(gettext_noop("its table of contents is damaged")))
        places[path] = (place[0], place[1])
    return places


def _wrong(reason: Message) -> Refusal:
    return Refusal(WRONG, reason=reason)
