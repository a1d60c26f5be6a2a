"""Download a file of known size over HTTP, with progress, a deadline and a bound on what is taken."""

from __future__ import annotations

import errno
import http.client
import time
import urllib.error
import urllib.request
from io import FileIO
from pathlib import Path

from cnnviz.core.background import Progress
from cnnviz.core.errors import Refusal

MAX_SILENCE = 10.0
"""Seconds that the connection may be silent."""
MAX_SECONDS = 300.0
"""Seconds for the whole download."""
MAX_LARGE_SECONDS = 3600.0
"""Seconds for one attempt at a download that goes on where it broke off: 562 MB at 1.25 Mbit/s."""
CHUNK_BYTES = 1 << 16
"""Bytes that are taken at once."""


class DiskError(OSError):
    """Raised when what has come cannot be written."""


def fetch(address: str, name: str, size: int, largest: int, progress: Progress, message: str) -> bytes:
    """Return the content at `address`.

    Args:
        address: Where it is.
        name: What it is, for the error.
        size: Bytes to expect, for the progress of a server that does not announce them.
        largest: Bytes that are taken at most.
        progress: Told the fraction that has come, with `message`.
        message: What is downloaded, a message of the catalogue.

    Raises:
        OSError: For a connection that fails, is silent or slow, or brings too much.
        http.client.HTTPException: For an answer that is not HTTP or incomplete.
    """
    deadline = time.monotonic() + MAX_SECONDS
    received = bytearray()
    with urllib.request.urlopen(address, timeout=MAX_SILENCE) as answer:
        announced = _parse_size(answer.headers.get("Content-Length"))
        while chunk := answer.read(CHUNK_BYTES):
            received += chunk
            if len(received) > largest:
                raise OSError(f"the answer is far larger than {name}")
            if time.monotonic() > deadline:
                raise TimeoutError("it took more than five minutes")
            progress(min(len(received) / (announced or size), 1.0), message)
    if announced and len(received) < announced:
        raise http.client.IncompleteRead(bytes(received))
    return bytes(received)


def save(address: str, path: Path, name: str, size: int, progress: Progress, message: str) -> None:
    """Download a file of exactly `size` bytes to `path`; what an earlier attempt has left there is not asked for again.

    Nothing is held in memory but a chunk. What has come stays at `path` when the connection breaks, so that the next
    call goes on there, if the server can. Whether the content is the right one, the caller finds out.

    Args:
        address: Where it is.
        path: Where it goes; its folder exists.
        name: What it is, for the error.
        size: Its bytes.
        progress: Told the fraction that is there, with `message`.
        message: What is downloaded, a message of the catalogue.

    Raises:
        OSError: For a connection that fails, is silent or slow, or brings another amount.
        http.client.HTTPException: For an answer that is not HTTP or incomplete.
        DiskError: If the bytes cannot be written.
    """
    deadline = time.monotonic() + MAX_LARGE_SECONDS
    held = path.stat().st_size if path.exists() else 0
    if held == size:
        return
    if held > size:
        path.unlink()
        held = 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={held}-"} if held else {})
    with urllib.request.urlopen(request, timeout=MAX_SILENCE) as answer:
        # A server that knows no ranges answers 200 with the whole file.
        goes_on = answer.status == http.client.PARTIAL_CONTENT
        if goes_on and not answer.headers.get("Content-Range", "").startswith(f"bytes {held}-"):
            raise OSError(f"the server sent another part of {name}")
        with path.open("ab" if goes_on else "wb", buffering=0) as file:  # so that closing has nothing left to write
            received = held if goes_on else 0
            while chunk := answer.read(CHUNK_BYTES):
                received += len(chunk)
                if received > size:
                    raise OSError(f"the answer is larger than {name}")
                if time.monotonic() > deadline:
                    raise TimeoutError("it took more than an hour")
                _append(file, chunk)
                progress(received / size, message)
    if received < size:
        raise http.client.IncompleteRead(b"", size - received)


def refuse_offline(name: str, error: Exception) -> Refusal:
    """Return what is said of a data set that is not here and could not be downloaded.

    Args:
        name: The title of the data set.
        error: What `fetch` or `save` raised.
    """
    return Refusal(
        "{set} is not on this computer and could not be downloaded ({reason}). Connect this computer to the "
        "Internet, or choose another data set.",
        set=name,
        reason=describe_error(error),
    )


def _append(file: FileIO, chunk: bytes) -> None:
    try:
        if file.write(chunk) != len(chunk):
            raise OSError(errno.ENOSPC, "no room left")
    except OSError as error:
        raise DiskError(error.errno, error.strerror) from error


def _parse_size(header: str | None) -> int:
    """Parse the size in bytes that the server announces; 0 when it does not."""
    return int(header) if header and header.isdecimal() else 0


def describe_error(error: Exception) -> str:
    """Describe what went wrong with a download in a few words, without an address or a path."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code}"
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return "no answer in time"
    if isinstance(error, http.client.IncompleteRead | ConnectionError):
        return "the connection broke off"
    if isinstance(error, urllib.error.URLError):
        return "no connection"
    return str(error)[:60]
