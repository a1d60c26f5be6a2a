"""Read the letters out of EMNIST's archive, a ZIP file with four gzipped IDX files for each of six sets.

Nothing is decompressed before the archive is known to be the published one. Even so each file may only have the length
that its shape needs, and no more than a block of pictures is held at once.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import numpy as np

from cnnviz.core.background import Progress
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

SIDE = 28
CLASSES = 26
COUNTS: Mapping[str, int] = MappingProxyType({"train": 124_800, "test": 20_800})
"""Part -> its pictures."""

IMAGES_MAGIC, LABELS_MAGIC = 0x803, 0x801
"""First four bytes of an IDX file of uint8 with three axes, and with one."""

BLOCK = 1_000
"""Pictures that are held at once, 784 kB."""
HASHED_BYTES = 1 << 20

CHECKING = gettext_noop("Checking EMNIST's archive")
READING = gettext_noop("Taking the letters out of the archive")

DAMAGE = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)
"""Whatever reading a damaged archive may raise."""


def compute_sha256(path: Path, progress: Progress) -> str:
    """Return the SHA-256 of a file as it is on disk, in hexadecimal digits. Raises `OSError`."""
    size, digest, done = max(path.stat().st_size, 1), hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(HASHED_BYTES):
            digest.update(chunk)
            done += len(chunk)
            progress(done / size, CHECKING)
    return digest.hexdigest()


def pack_letters(path: Path, progress: Progress) -> bytes:
    """Return the letters of an archive as a compressed .npz file: x_train, y_train, x_test and y_test, uint8.

    Pictures (n, 28, 28) are upright: the archive has them with rows and columns exchanged. Labels (n,) count from 0,
    which is A; the archive counts from 1. Raises `Refusal` if the archive has another form.
    """
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for part, count in COUNTS.items():
                with _open(archive, part, "images-idx3") as images:
                    _check_header(images, ">4I", (IMAGES_MAGIC, count, SIDE, SIDE))
                    _write(packed, f"x_{part}", (count, SIDE, SIDE), _read_upright(images, part, count, progress))
                with _open(archive, part, "labels-idx1") as labels:
                    _check_header(labels, ">2I", (LABELS_MAGIC, count))
                    _write(packed, f"y_{part}", (count,), iter([_read_labels(labels, count)]))
    except Refusal:
        raise
    except DAMAGE as error:
        raise Refusal(
            "The letters could not be taken out of EMNIST's archive ({reason}). Choose another data set, and tell "
            "whoever runs this server.",
            reason=str(error) or type(error).__name__,
        ) from error
    return made.getvalue()


@contextmanager
def _open(archive: zipfile.ZipFile, part: str, kind: str) -> Iterator[gzip.GzipFile]:
    """Open one of the files, wherever in the archive it lies, and see that nothing follows what is read of it."""
    name = f"emnist-letters-{part}-{kind}-ubyte.gz"
    found = [member for member in archive.infolist() if member.filename.rpartition("/")[2] == name]
    if len(found) != 1:
        raise ValueError(f"{name} is in it {len(found)} times")
    with archive.open(found[0]) as member, gzip.open(member) as file:
        yield file
        if file.read(1):
            raise ValueError(f"{name} is longer than it should be")


def _check_header(file: gzip.GzipFile, form: str, expected: tuple[int, ...]) -> None:
    received = struct.unpack(form, file.read(struct.calcsize(form)))
    if received != expected:
        raise ValueError(f"a header says {received} instead of {expected}")


def _read_upright(file: gzip.GzipFile, part: str, count: int, progress: Progress) -> Iterator[np.ndarray]:
    """Yield the pictures block by block, (n, 28, 28) uint8."""
    whole = sum(COUNTS.values())
    before = 0 if part == "train" else COUNTS["train"]
    for first in range(0, count, BLOCK):
        number = min(BLOCK, count - first)
        block = np.frombuffer(_read_exactly(file, number * SIDE * SIDE), np.uint8).reshape(number, SIDE, SIDE)
        yield block.transpose(0, 2, 1)
        progress((before + first + number) / whole, READING)


def _read_labels(file: gzip.GzipFile, count: int) -> np.ndarray:
    labels = np.frombuffer(_read_exactly(file, count), np.uint8)
    if not 1 <= labels.min() <= labels.max() <= CLASSES:
        raise ValueError(f"labels go from {labels.min()} to {labels.max()}")
    return labels - np.uint8(1)


def _read_exactly(file: gzip.GzipFile, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise EOFError("a file is shorter than it should be")
    return data


def _write(packed: zipfile.ZipFile, name: str, shape: tuple[int, ...], blocks: Iterator[np.ndarray]) -> None:
    """Add an array of uint8 to an .npz file, block by block."""
    with packed.open(f"{name}.npy", "w") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        for block in blocks:
            file.write(block.tobytes())
