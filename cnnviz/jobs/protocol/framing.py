"""Encode messages between our own processes: a JSON header and raw arrays in one byte string.

A message is a safetensors file in memory (https://huggingface.co/docs/safetensors) whose metadata holds the header.
It consists of numbers and short strings; nothing that is read from it is ever executed. On a stream each message is
preceded by its length as eight little-endian bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import IO, Any

import numpy as np

from cnnviz.core.training.protocol import Arrays

Header = Mapping[str, Any]

MAX_BYTES = 1 << 30
"""Length of the longest message: weights, optimizer and best weights of the largest network allowed are 320 MB."""

CHUNK_BYTES = 1 << 24
"""How much is read from a stream at a time."""

NO_ARRAYS: Arrays = MappingProxyType({})

HEADER_KEY = "head"
"""Key of the header in the metadata. Checkpoints on disk have it too."""

_LENGTH = struct.Struct("<Q")


class MessageError(RuntimeError):
    """The bytes are not one of our messages: truncated, too long, or malformed."""


def pack(header: Header, arrays: Arrays = NO_ARRAYS) -> bytes:
    """Encode one message.

    Args:
        header: Whatever `json.dumps` takes; infinities and NaN are allowed, NumPy scalars are not.
        arrays: Boolean, integer, float or complex64 arrays of any shape by name.

    Raises:
        MessageError: If the header is not JSON, a dtype is not supported, or the message becomes too long.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save

    dense = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    _check_length(sum(array.nbytes for array in dense.values()))
    try:
        data: bytes = save(dense, metadata={HEADER_KEY: json.dumps(dict(header))})
    except (SafetensorError, TypeError, ValueError) as error:
        raise MessageError(f"a message cannot carry this: {error}") from error
    _check_length(len(data))
    return data


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Decode one message into its header and arrays; the arrays are read-only.

    Raises:
        MessageError: If `data` is anything but one whole message.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    _check_length(len(data))
    try:
        arrays: dict[str, np.ndarray] = load(data)
        header = json.loads(_read_metadata(data)[HEADER_KEY])
    except (SafetensorError, ValueError, KeyError, TypeError, struct.error) as error:
        raise MessageError(f"not a message: {error}") from error
    if not isinstance(header, dict):
        raise MessageError(f"the header of a message is an object, not {type(header).__name__}")
    return header, arrays


def write(stream: IO[bytes], header: Header, arrays: Arrays = NO_ARRAYS) -> None:
    """Write one message after its length and flush. Raises `MessageError` and what the stream raises."""
    data = pack(header, arrays)
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read(stream: IO[bytes]) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """Read the next message of a stream, None at its end. Raises `MessageError` if it ends within a message."""
    prefix = _read_up_to(stream, _LENGTH.size)
    if not prefix:
        return None
    (length,) = _LENGTH.unpack(_check_complete(prefix, _LENGTH.size))
    _check_length(length)
    return unpack(_check_complete(_read_up_to(stream, length), length))


def _read_metadata(data: bytes) -> Mapping[str, Any]:
    """Return the object `__metadata__` of a safetensors header, which follows its own length."""
    (length,) = _LENGTH.unpack_from(data)
    found: Mapping[str, Any] = json.loads(data[_LENGTH.size : _LENGTH.size + length])["__metadata__"]
    return found


def _read_up_to(stream: IO[bytes], length: int) -> bytes:
    """Read `length` bytes; fewer only at the end of the stream, even where a raw stream returns early."""
    chunks = []
    while length > 0 and (chunk := stream.read(min(length, CHUNK_BYTES))):
        chunks.append(chunk)
        length -= len(chunk)
    return b"".join(chunks)


def _check_complete(data: bytes, length: int) -> bytes:
    if len(data) != length:
        raise MessageError(f"the stream ended after {len(data)} of {length} bytes")
    return data


def _check_length(length: int) -> None:
    if length > MAX_BYTES:
        raise MessageError(f"a message has at most {MAX_BYTES} bytes, not {length}")
