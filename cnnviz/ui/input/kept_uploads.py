"""Uploads that a reload finds again: the newest ones of this server, each under a key that only its tab knows.

A link carries the 28x28 digit of an upload alone, and a reload begins a new session. So the picture stays in the
server's memory for a while, and the tab keeps the key. Nothing is written to a disk.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from cnnviz.core.inference.subject import InputSource
from cnnviz.jobs.sandbox.upload import Picture

MAX_BYTES = 200_000_000
"""Of all kept pictures together; the oldest go first. A picture has 4 MB at most."""


@dataclass(frozen=True)
class KeptUpload:
    """An upload as it was last seen.

    Attributes:
        picture: What was read of the file.
        source: How it is turned, cut and read.
    """

    picture: Picture
    source: InputSource


class KeptUploads:
    """Keeps the newest uploads, up to a number of bytes."""

    def __init__(self, most_bytes: int = MAX_BYTES) -> None:
        """Keep pictures of at most `most_bytes` together."""
        self._most = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, KeptUpload] = OrderedDict()

    def put(self, key: str, upload: KeptUpload) -> None:
        """Keep `upload` under `key` in place of what was there; it is the newest now."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = upload
            while len(self._kept) > 1 and self._size() > self._most:
                self._kept.popitem(last=False)

    def get(self, key: str) -> KeptUpload | None:
        """Return what is kept under `key`, or None."""
        with self._lock:
            return self._kept.get(key)

    def _size(self) -> int:
        return sum(each.picture.rgba.nbytes for each in self._kept.values())


UPLOADS = KeptUploads()
"""The uploads of all visitors of this process."""


def new_key() -> str:
    """Return a key that nobody can guess."""
    return secrets.token_urlsafe(32)
