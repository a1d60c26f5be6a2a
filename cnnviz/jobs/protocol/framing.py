"""Messages between our own processes: a head that is JSON, and raw arrays, in one piece of bytes.

A message is a safetensors file in memory (https://huggingface.co/docs/safetensors) whose metadata holds the head. It is
numbers and short strings whatever it was made from; nothing that is read from one is ever executed. On a stream a
message stands behind its length, eight bytes, little end first.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import IO, Any

import numpy as np

from cnnviz.core.training.protocol import Arrays, Facts

LONGEST = 1 << 30
"""Bytes of the longest message: weights, optimizer and best weights of the largest network allowed are 320 MB."""

NOTHING: Arrays = MappingProxyType({})

HEAD = "head"
_LENGTH = struct.Struct("<Q")


class MessageError(RuntimeError):
    """Something that is no message of ours: cut off, too long, or of another form."""


def pack(head: Facts, arrays: Arrays = NOTHING) -> bytes:
    """One message.

    Args:
        head: What `json.dumps` takes; infinities and NaN are allowed, NumPy's numbers are not.
        arrays: Boolean, integer, float or complex64 arrays of any shape by name.

    Raises:
        MessageError: If the head is no JSON, a dtype has no place in the format, or the message becomes too long.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save

    dense = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    _check_length(sum(array.nbytes for array in dense.values()))
    try:
        data: bytes = save(dense, metadata={HEAD: json.dumps(dict(head))})
    except (SafetensorError, TypeError, ValueError) as error:
        raise MessageError(f"a message cannot carry this: {error}") from error
    _check_length(len(data))
    return data


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Head and arrays of a message; the arrays are read-only.

    Raises:
        MessageError: If `data` is anything but one whole message.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    _check_length(len(data))
    try:
        arrays: dict[str, np.ndarray] = load(data)
        head = json.loads(_metadata(data)[HEAD])
    except (SafetensorError, ValueError, KeyError, TypeError, struct.error) as error:
        raise MessageError(f"not a message: {error}") from error
    if not isinstance(head, dict):
        raise MessageError(f"the head of a message is a table, not {type(head).__name__}")
    return head, arrays


def write(stream: IO[bytes], head: Facts, arrays: Arrays = NOTHING) -> None:
    """Write one message behind its length and flush. Raises `MessageError` and what the stream raises."""
    data = pack(head, arrays)
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read(stream: IO[bytes]) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """The next message of a stream, None at its end. Raises `MessageError` if it ends within a message."""
    prefix = _exactly(stream, _LENGTH.size)
    if not prefix:
        return None
    (length,) = _LENGTH.unpack(_whole(prefix, _LENGTH.size))
    _check_length(length)
    return unpack(_whole(_exactly(stream, length), length))


def _metadata(data: bytes) -> Mapping[str, Any]:
    """The table `__metadata__` of a safetensors header, which stands behind its own length."""
    (length,) = _LENGTH.unpack_from(data)
    found: Mapping[str, Any] = json.loads(data[_LENGTH.size : _LENGTH.size + length])["__metadata__"]
    return found


def _exactly(stream: IO[bytes], length: int) -> bytes:
    """Up to `length` bytes; fewer only at the end of the stream, also where a raw stream returns early."""
    pieces = []
    while length > 0 and (piece := stream.read(min(length, 1 << 24))):
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _whole(data: bytes, length: int) -> bytes:
    if len(data) != length:
        raise MessageError(f"the stream ended after {len(data)} of {length} bytes")
    return data


def _check_length(length: int) -> None:
    if length > LONGEST:
        raise MessageError(f"a message has at most {LONGEST} bytes, not {length}")
