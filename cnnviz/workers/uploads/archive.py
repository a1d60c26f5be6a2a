"""Open a ZIP file that is not trusted: its names and sizes are checked before anything is unpacked."""

from __future__ import annotations

import contextlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from cnnviz.jobs.sandbox.data_reasons import MAX_ENTRIES, MAX_UNPACKED_BYTES, DataProblem

MAX_NAME_LENGTH = 1_000
"""Characters of a name in the file."""

END = b"PK\x05\x06"
"""How the end record begins (APPNOTE.TXT, 4.3.16)."""

END_BYTES = 22
"""Bytes of the end record without its comment."""

LOCAL_BYTES = 30
"""Bytes of a local header without its name (APPNOTE.TXT, 4.3.7)."""

ENCRYPTED = 0x1
"""Bit of an entry's flags."""

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DRIVE = re.compile(r"[A-Za-z]:")


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a ZIP file all of whose entries may be read; nothing is unpacked yet.

    Raises:
        DataProblem: If it is damaged, has something before or after it, too many or too large entries, links, names
            that lead out of it, names twice, entries that share bytes, or encrypted ones.
    """
    _check_ends(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, LookupError, struct.error, NotImplementedError):
        raise DataProblem("damaged-zip") from None
    _check_entries(archive.infolist(), len(data))
    return archive


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Unpack one entry, at most as many bytes as it states. Raises `DataProblem` if it is damaged."""
    try:
        with archive.open(entry) as file:
            content = file.read(entry.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError, struct.error):
        raise DataProblem("damaged") from None
    if len(content) != entry.file_size:
        raise DataProblem("damaged")
    return content


class EntryStream(io.RawIOBase):
    """One entry, unpacked while it is read, at most as many bytes as it states; `problem` if it is damaged."""

    def __init__(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, problem: str = "damaged") -> None:
        super().__init__()
        self._problem = problem
        self._left = entry.file_size
        with self._watch():
            self._file: Any = archive.open(entry)  # of which `zipfile` states too little for `read1`

        self._length = entry.file_size

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._length - self._left

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as one step of unpacking does; raises `DataProblem` if that fails."""
        with self._watch():
            content = self._file.read1(min(len(buffer), self._left + 1))
        if len(content) > self._left or (self._left and not content):
            raise DataProblem(self._problem)
        self._left -= len(content)
        buffer[: len(content)] = content
        return len(content)

    @contextlib.contextmanager
    def _watch(self) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError, struct.error):
            raise DataProblem(self._problem) from None


def _check_ends(data: bytes) -> None:
    """Check that the file begins with an entry, ends with the end record and has nothing between its parts."""
    at = data.rfind(END)
    if at < 0 or at + END_BYTES > len(data):
        raise DataProblem("damaged-zip")
    number, size, start, comment = struct.unpack_from("<HLLH", data, at + 10)
    if at + END_BYTES + comment != len(data) or start + size != at or not data.startswith(b"PK"):
        raise DataProblem("around-zip")
    # A file of 30 MB has room for 600,000 entries, whose records would fill the memory.
    if number > MAX_ENTRIES or number * 46 > size:
        raise DataProblem("entries", number=number, most=MAX_ENTRIES)


def _check_entries(entries: Sequence[zipfile.ZipInfo], length: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise DataProblem("entries", number=len(entries), most=MAX_ENTRIES)
    size = sum(entry.file_size for entry in entries)
    if size > MAX_UNPACKED_BYTES:
        raise DataProblem("unpacked", size=-(-size // 1_000_000), most=MAX_UNPACKED_BYTES // 1_000_000)
    known = set[str]()
    for entry in entries:
        _check_name(entry)
        if entry.filename in known:
            raise DataProblem("twice", name=entry.filename)
        known.add(entry.filename)
        if entry.flag_bits & ENCRYPTED:
            raise DataProblem("encrypted", name=entry.filename)
        if entry.compress_type not in METHODS:
            raise DataProblem("method", name=entry.filename)
    _check_overlap(entries, length)


def _check_name(entry: zipfile.ZipInfo) -> None:
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise DataProblem("symlink", name=entry.filename)
    name = entry.orig_filename.replace("\\", "/")
    outside = name.startswith("/") or DRIVE.match(name) or ".." in name.split("/") or "\0" in name
    if outside or not name or len(name) > MAX_NAME_LENGTH:
        raise DataProblem("path", name=name)


def _check_overlap(entries: Sequence[zipfile.ZipInfo], length: int) -> None:
    """Check that no two entries share bytes: a bomb of a few kilobytes would unpack the same ones again and again."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise DataProblem("overlap")
        end = entry.header_offset + LOCAL_BYTES + len(entry.filename) + entry.compress_size
    if end > length:
        raise DataProblem("damaged-zip")
