"""Write a file so that a reader sees the old content or the new one, never a part of either."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import secrets
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

MAX_WRITING_SECONDS = 3600.0
"""A temporary file that was not touched for longer is left over, whichever process wrote it."""

_PART = re.compile(r"\..+\.(?P<machine>[0-9a-f]{8})-(?P<process>[0-9]+)\.[^.]+\.part")
_MACHINE = f"{zlib.crc32(platform.node().encode()):08x}"

_writing: set[str] = set()
"""Names of the temporary files that this process is writing; each is random, and noted before the file is there."""


def write(path: Path, data: bytes | Iterable[bytes | memoryview], durable: bool = True) -> None:
    """Replace `path` by `data`, or by several pieces one after the other, creating its folder.

    The data reaches the disk before the name does (temporary file beside it, fsync, rename), so a killed process
    or a full disk leaves the old file as it was and no new one. Without `durable` the fsync is left out: a killed
    process still cannot leave half a file, a power cut can. Raises `OSError`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    # The name has the writing process in it, so that `sweep` can find out whether it still runs.
    temporary = path.parent / f".{path.name}.{_MACHINE}-{os.getpid()}.{secrets.token_hex(8)}.part"
    _writing.add(temporary.name)
    try:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in (data,) if isinstance(data, bytes) else data:
                file.write(piece)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.chmod(0o644)  # whatever the umask: a shared model folder has other readers
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    finally:
        _writing.discard(temporary.name)
    if durable:
        _sync_folder(path.parent)


def sweep(folder: Path) -> int:
    """Delete the temporary files in `folder` that killed processes have left; return how many. Raises nothing."""
    swept = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and entry.name.endswith(".part") and _is_left_over(entry):
                with contextlib.suppress(OSError):
                    Path(entry.path).unlink()
                    swept += 1
    return swept


def _is_left_over(entry: os.DirEntry[str]) -> bool:
    if entry.name in _writing:
        return False
    found = _PART.fullmatch(entry.name)
    if found and found["machine"] == _MACHINE and _has_ended(int(found["process"])):
        return True
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > MAX_WRITING_SECONDS


def _has_ended(process: int) -> bool:
    """Return whether a process of this machine has ended; False where that is not known."""
    if process == os.getpid():
        return True  # of an earlier process with the same number: this one knows what it is writing
    if os.name == "nt":  # signal 0 would be Ctrl+C there
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system lets a folder be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
