"""Download a file of known size over HTTP, with progress, a deadline and a bound on what is taken."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request

from cnnviz.core.background import Progress

MAX_SILENCE = 10.0
"""Seconds that the connection may be silent."""
MAX_SECONDS = 300.0
"""Seconds for the whole download."""


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
        while chunk := answer.read(1 << 16):
            received += chunk
            if len(received) > largest:
                raise OSError(f"the answer is far larger than {name}")
            if time.monotonic() > deadline:
                raise TimeoutError("it took more than five minutes")
            progress(min(len(received) / (announced or size), 1.0), message)
    if announced and len(received) < announced:
        raise http.client.IncompleteRead(bytes(received))
    return bytes(received)


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
