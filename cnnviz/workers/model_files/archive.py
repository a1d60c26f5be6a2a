"""Read the members of a `.keras` file, a ZIP archive that a stranger made, without trusting anything it states.

The members must lie one after the other from the first byte to the directory, and the directory must end the file:
nothing before, between, after or on top of one another. (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4.)
"""

from __future__ import annotations

import stat
import struct
import zlib
from dataclasses import dataclass

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import Message, gettext_noop

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"

MAX_SIZES = {CONFIG: 2_000_000, METADATA: 10_000, WEIGHTS: 100_000_000}
"""Member of a `.keras` file -> bytes that it may have."""

MAX_RATIO = 200
"""How many times longer a compressed member may become, beyond its first megabyte."""

FREE_BYTES = 1_000_000

STORED, DEFLATED = 0, 8
ENCRYPTED, DESCRIPTOR = 1, 8
"""Bits of a member's flags: its content is encrypted; its sizes follow it."""

ALLOWED_FLAGS = DESCRIPTOR | 0x6 | 0x800
"""Also the compression level and names in UTF-8."""

ZIP64 = 0xFFFFFFFF
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

WRONG = gettext_noop(
    "This .keras file is not one that Keras writes: {reason}. Save the network again with model.save() and try once "
    "more."
)


@dataclass(frozen=True)
class _Member:
    """An entry of the directory.

    Attributes:
        name: Name of the member.
        method: `STORED` or `DEFLATED`.
        flags: Its flags.
        crc: CRC-32 of its content.
        packed: Bytes in the archive.
        size: Bytes of its content.
        offset: Where its local header begins.
    """

    name: str
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int


def read_members(data: bytes) -> dict[str, bytes]:
    """Read the three members of a `.keras` file.

    Returns:
        Content by name: `CONFIG`, `METADATA` and `WEIGHTS`.

    Raises:
        Refusal: If the archive is not exactly as Keras writes it, or a member is too large.
    """
    members, end = _read_directory(data)
    found = {}
    at = 0
    for member in sorted(members, key=lambda each: each.offset):
        if member.offset != at:
            raise _refuse(Message(gettext_noop("its parts overlap, or bytes lie before or between them")))
        content, at = _read_member(data, member, end)
        found[member.name] = content
    if at != end:
        raise _refuse(Message(gettext_noop("bytes lie between its parts and its directory")))
    return found


def _read_directory(data: bytes) -> tuple[list[_Member], int]:
    """Return the entries of the directory, and where it begins."""
    start = len(data) - _END.size
    if start < 0 or data[start : start + 4] != b"PK\5\6":
        raise _refuse(Message(gettext_noop("it is cut short, or bytes follow its end")))
    _, disk, first_disk, here, count, length, offset, comment = _END.unpack_from(data, start)
    if disk or first_disk or comment or here != count or offset + length != start:
        raise _refuse(Message(gettext_noop("its directory is not where it says, or bytes lie before the archive")))
    if count != len(MAX_SIZES):
        raise _refuse(Message(gettext_noop("it must have config.json, metadata.json, model.weights.h5 and no others")))
    members = []
    at = offset
    for _ in range(count):
        member, at = _read_entry(data, at, start)
        members.append(member)
    if at != start or {member.name for member in members} != set(MAX_SIZES):
        raise _refuse(Message(gettext_noop("it must have config.json, metadata.json, model.weights.h5 and no others")))
    return members, offset


def _read_entry(data: bytes, at: int, end: int) -> tuple[_Member, int]:
    """Return the entry of the directory at `at`, and where the next one begins."""
    if at + _ENTRY.size > end or data[at : at + 4] != b"PK\1\2":
        raise _refuse(Message(gettext_noop("its directory is damaged")))
    fields = _ENTRY.unpack_from(data, at)
    _, _, _, flags, method, _, _, crc, packed, size, name_length, extra, comment, disk, _, attributes, offset = fields
    name = data[at + _ENTRY.size : at + _ENTRY.size + name_length].decode("latin-1")
    if flags & ENCRYPTED:
        raise _refuse(Message(gettext_noop("its parts are encrypted")))
    if stat.S_IFMT(attributes >> 16) not in (0, stat.S_IFREG):
        raise _refuse(Message(gettext_noop("a part of it is a link or a folder")))
    if flags & ~ALLOWED_FLAGS or method not in (STORED, DEFLATED) or comment or disk or ZIP64 in (packed, size, offset):
        raise _refuse(Message(gettext_noop("a part of it is packed in an unusual way")))
    if name not in MAX_SIZES:
        raise _refuse(Message(gettext_noop("it must have config.json, metadata.json, model.weights.h5 and no others")))
    if size > MAX_SIZES[name]:
        raise Refusal(
            "The part {name} of this file has {size:,} bytes unpacked; up to {most:,} are read. Use fewer or smaller "
            "layers and save the network again.",
            name=name,
            size=size,
            most=MAX_SIZES[name],
        )
    if size > FREE_BYTES and size > MAX_RATIO * packed:
        raise _refuse(Message(gettext_noop("a part of it becomes more than 200 times as long when it is unpacked")))
    return _Member(name, method, flags, crc, packed, size, offset), at + _ENTRY.size + name_length + extra


def _read_member(data: bytes, member: _Member, end: int) -> tuple[bytes, int]:
    """Return a member's content, and where the next one must begin."""
    at = member.offset
    if at + _LOCAL.size > end or data[at : at + 4] != b"PK\3\4":
        raise _refuse(Message(gettext_noop("a part of it is not where the directory says")))
    _, _, flags, method, _, _, crc, packed, size, name_length, extra = _LOCAL.unpack_from(data, at)
    name = data[at + _LOCAL.size : at + _LOCAL.size + name_length].decode("latin-1")
    start = at + _LOCAL.size + name_length + extra
    stop = start + member.packed
    stated = _read_zip64(data[start - extra : start]) if ZIP64 in (packed, size) else (size, packed)
    known = (member.size, member.packed)
    follows = bool(flags & DESCRIPTOR)
    if name != member.name or method != member.method or flags != member.flags or stop > end:
        raise _refuse(Message(gettext_noop("its directory and its parts contradict each other")))
    if (stated, crc) != (known, member.crc) and not (follows and stated in ((0, 0), known) and crc in (0, member.crc)):
        raise _refuse(Message(gettext_noop("its directory and its parts contradict each other")))
    content = _unpack(data[start:stop], member)
    if zlib.crc32(content) != member.crc:
        raise _refuse(Message(gettext_noop("a part of it is damaged: its checksum is wrong")))
    return content, stop + (_measure_descriptor(data, stop, member) if follows else 0)


def _unpack(packed: bytes, member: _Member) -> bytes:
    if member.method == STORED:
        content = packed
    else:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflater.decompress(packed, member.size + 1)
        except zlib.error:
            raise _refuse(Message(gettext_noop("a part of it is damaged"))) from None
        if not inflater.eof or inflater.unused_data:
            raise _refuse(Message(gettext_noop("a part of it is longer or shorter than the directory says")))
    if len(content) != member.size:
        raise _refuse(Message(gettext_noop("a part of it is longer or shorter than the directory says")))
    return content


def _read_zip64(extra: bytes) -> tuple[int, int]:
    """Return the size and packed size in the extra field of a local header (APPNOTE 4.5.3)."""
    if len(extra) == 20 and extra[:4] == b"\1\0\x10\0":
        return struct.unpack("<QQ", extra[4:])
    raise _refuse(Message(gettext_noop("a part of it is packed in an unusual way")))


def _measure_descriptor(data: bytes, at: int, member: _Member) -> int:
    """Return how many bytes the data descriptor at `at` has (APPNOTE 4.3.9): with or without signature, of 4 or 8."""
    for beginning in (b"PK\7\x08", b""):
        for sizes in ("<LLL", "<LQQ"):
            expected = beginning + struct.pack(sizes, member.crc, member.packed, member.size)
            if data[at : at + len(expected)] == expected:
                return len(expected)
    raise _refuse(Message(gettext_noop("its directory and its parts contradict each other")))


def _refuse(reason: Message) -> Refusal:
    return Refusal(WRONG, reason=reason)
