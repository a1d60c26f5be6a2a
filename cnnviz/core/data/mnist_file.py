"""Read `mnist.npz`, an untrusted file.

Sizes are compared before anything is decompressed, pickles are never opened, and the content must be the published
data: either the file is the published one byte for byte, or its arrays hold the published values.

`np.load` is not used: it holds each array whole, and checking MNIST then takes 58 MB instead of 28 MB.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from cnnviz.core.errors import Refusal

SHAPES: dict[str, tuple[int, ...]] = {
    "x_train": (60000, 28, 28),
    "y_train": (60000,),
    "x_test": (10000, 28, 28),
    "y_test": (10000,),
}
FILE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""Digest that Keras publishes for its mnist.npz."""
CONTENT_SHA256 = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"
"""Digest of the bytes of x_train, y_train, x_test and y_test in this order, independent of the file format."""
MAX_BYTES = 64_000_000
"""Size of the file; an uncompressed one has 55 MB, the published one 11 MB."""
MAX_HEADER_BYTES = 512
"""Size of an array's header; NumPy writes 128 bytes."""
CHUNK_BYTES = 1 << 20
"""Bytes held at once of an array that is only checked, which bounds the memory of a server."""

Arrays = dict[str, np.ndarray]


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def read_bytes(path: Path, label: str) -> bytes:
    """Read the whole file, so that the bytes checked are the bytes used.

    `label` names the file in messages: visitors never see a path of the server. Raises `Refusal` when the file
    cannot be read or is larger than any MNIST file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refusal(
            "The data file `{label}` cannot be read ({reason}). Give the path of a readable mnist.npz.",
            label=label,
            reason=error.strerror or type(error).__name__,
        ) from error
    if len(data) > MAX_BYTES:
        raise Refusal(
            "The data file `{label}` must have at most {largest} MB. Received: more than that. "
            "Give the mnist.npz that Keras publishes.",
            label=label,
            largest=MAX_BYTES // 1_000_000,
        )
    return data


def is_published(data: bytes) -> bool:
    """Return whether `data` is byte for byte the file that Keras publishes."""
    return hashlib.sha256(data).hexdigest() == FILE_SHA256


def read_arrays(data: bytes, label: str, names: Iterable[str] = SHAPES, *, checked: bool = False) -> Arrays:
    """Read the named arrays of an MNIST file as read-only uint8 and check them against the published values.

    Names are those of `SHAPES`. `checked` means that this file passed before, so only the named arrays are
    decompressed. Raises `Refusal` for anything that is not MNIST: another kind of file, wrong
    members, wrong types or shapes, labels above 9, damage, or other values.
    """
    wanted = frozenset(names)
    trusted = checked or is_published(data)
    kept: Arrays = {}
    digest = hashlib.sha256()
    with _open_archive(data, label) as archive:
        _check_members(archive, label)
        for name, shape in SHAPES.items():
            if name in wanted or not trusted:
                content = b"".join(_read_chunks(archive, name, label, digest, keep=name in wanted or len(shape) == 1))
                _check_labels(name, content, label)
                if name in wanted:
                    kept[name] = np.frombuffer(content, np.uint8).reshape(shape)
    if not trusted and digest.hexdigest() != CONTENT_SHA256:
        raise Refusal(
            "The data file `{label}` has the form of MNIST but not its published values. "
            "Use an unchanged mnist.npz, or remove the file so that it is downloaded again.",
            label=label,
        )
    return kept


def _open_archive(data: bytes, label: str) -> zipfile.ZipFile:
    start = data[:512].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise _not_an_archive(label, "a web page, perhaps a sign-in or error page")
    if start.startswith(b"\x80"):
        raise _not_an_archive(label, "a Python pickle, which is never opened")
    if start.startswith(b"\x93numpy"):
        raise _not_an_archive(label, "a single NumPy array")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        kind = "an incomplete archive" if start.startswith(b"pk") else "no archive at all"
        raise _not_an_archive(label, kind if data else "an empty file") from error


def _not_an_archive(label: str, received: str) -> Refusal:
    return Refusal(
        "The data file `{label}` must be an mnist.npz archive. Received: {received}. "
        "Download it again or give the path of a complete file.",
        label=label,
        received=received,
    )


def _check_members(archive: zipfile.ZipFile, label: str) -> None:
    members = archive.infolist()
    names = sorted(member.filename for member in members)
    if names != sorted(f"{name}.npy" for name in SHAPES):
        raise Refusal(
            "The data file `{label}` must hold exactly x_train, y_train, x_test and y_test. Received: {names}. "
            "Give the mnist.npz that Keras publishes.",
            label=label,
            names=_shorten(", ".join(names) or "nothing"),
        )
    for member in members:
        size = int(np.prod(SHAPES[member.filename.removesuffix(".npy")]))
        # 8 bytes a value pass, so that float arrays are refused by their type; a bomb is refused before decompression
        if member.file_size > 8 * size + MAX_HEADER_BYTES or member.flag_bits & 0x1:
            raise Refusal(
                "The array {name} in the data file `{label}` must have {size} bytes. Received: {received}. "
                "Give the mnist.npz that Keras publishes.",
                label=label,
                name=member.filename.removesuffix(".npy"),
                size=size,
                received="an encrypted one" if member.flag_bits & 0x1 else member.file_size,
            )


def _shorten(text: str, longest: int = 60) -> str:
    visible = "".join(character if character.isprintable() else "?" for character in text)
    return visible if len(visible) <= longest else visible[: longest - 1] + "…"


def _read_chunks(archive: zipfile.ZipFile, name: str, label: str, digest: _Digest, *, keep: bool) -> Iterator[bytes]:
    """Update `digest` with one array chunk by chunk; yield the chunks when they are to be kept."""
    size = int(np.prod(SHAPES[name]))
    received = 0
    try:
        with archive.open(f"{name}.npy") as member:
            _check_header(member, name, SHAPES[name], label)
            while chunk := member.read(CHUNK_BYTES):
                received += len(chunk)
                digest.update(chunk)
                if keep:
                    yield chunk
    except Refusal:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise _damaged(name, label) from error
    if received != size:
        raise _damaged(name, label)


def _damaged(name: str, label: str) -> Refusal:
    return Refusal(
        "The array {name} in the data file `{label}` is damaged or incomplete. "
        "Download the file again or give the path of a complete one.",
        name=name,
        label=label,
    )


def _check_header(member: IO[bytes], name: str, shape: tuple[int, ...], label: str) -> None:
    readers: dict[tuple[int, int], Any] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    version = np.lib.format.read_magic(member)
    if version not in readers:
        raise _damaged(name, label)
    received_shape, fortran, dtype = readers[version](member, max_header_size=MAX_HEADER_BYTES)
    if received_shape != shape or fortran or dtype != np.uint8:
        kind = "pickled objects, which are never opened" if dtype.hasobject else dtype.name
        raise Refusal(
            "The array {name} in the data file `{label}` must be uint8 of shape {shape}. "
            "Received: {kind} of shape {received}. Give the mnist.npz that Keras publishes.",
            name=name,
            label=label,
            shape=shape,
            kind=_shorten(kind, 40),
            received=_shorten(str(received_shape), 40),
        )


def _check_labels(name: str, content: bytes, label: str) -> None:
    if name.startswith("y_") and max(content) > 9:
        raise Refusal(
            "The labels {name} in the data file `{label}` must be digits from 0 to 9. Received: {largest}. "
            "Give the mnist.npz that Keras publishes.",
            name=name,
            label=label,
            largest=max(content),
        )
