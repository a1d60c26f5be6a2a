"""Read MNIST from the file that a setting names or from Keras's cache, or download it.

A download goes into Keras's cache, so that Keras finds it too, and replaces a damaged copy there.
"""

from __future__ import annotations

import http.client
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cnnviz.core import atomic_file
from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data import http_file, mnist_file
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

SETTING = "CNNVIZ_MNIST"
"""Environment variable that may name an mnist.npz; it has priority over every other source."""
ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
DOWNLOAD_SIZE = 11_490_434
"""Bytes, for the progress of a server that does not announce them."""

DOWNLOADING = gettext_noop("Downloading MNIST")

FROM_SETTING = "the file named by CNNVIZ_MNIST"
FROM_CACHE = "Keras's cache"
FROM_DOWNLOAD = "Keras's download address"

Stamp = tuple[str, int, int]
"""Path, modification time in ns, size in bytes: the same stamp means the same content."""

log = logging.getLogger(__name__)
_checked: set[Stamp] = set()
"""Files that passed `mnist_file.read_arrays`, so that they are not hashed again."""


@dataclass(frozen=True)
class CheckedArrays:
    """Checked MNIST arrays.

    Attributes:
        arrays: Those that were asked for, as `mnist_file.read_arrays` returns them.
        source: Where they come from, in words.
    """

    arrays: mnist_file.Arrays
    source: str


def get_cache_path() -> Path:
    """Return where Keras keeps its mnist.npz, whether it exists or not."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets" / "mnist.npz"


def get_stamp() -> Stamp | None:
    """Return the stamp of the file that `read_local` would read, None when there is none."""
    path = _setting() or get_cache_path()
    try:
        state = path.stat()
    except OSError:
        return None
    return str(path), state.st_mtime_ns, state.st_size


def read_local(names: Iterable[str] = mnist_file.SHAPES, progress: Progress = ignore_progress) -> CheckedArrays | None:
    """Read the named arrays from this computer; return None when it has no MNIST file.

    Raises `Refusal` when the file that is there is not MNIST.
    """
    before = get_stamp()
    setting = _setting()
    if setting is None and before is None:
        return None
    path, label, source = (setting, SETTING, FROM_SETTING) if setting else (get_cache_path(), "mnist.npz", FROM_CACHE)
    progress(0.0, gettext_noop("Checking the data file"))
    data = mnist_file.read_bytes(path, label)
    arrays = mnist_file.read_arrays(data, label, names, checked=before in _checked)
    if before is not None:
        _checked.add(before)
    return CheckedArrays(arrays, source)


def download(names: Iterable[str] = mnist_file.SHAPES, progress: Progress = ignore_progress) -> CheckedArrays:
    """Download MNIST into Keras's cache and return the named arrays.

    Raises `Refusal` when the network, the server or the file is not as it should be; the cache is then unchanged.
    """
    progress(0.0, DOWNLOADING)
    try:
        data = http_file.fetch(ADDRESS, "MNIST", DOWNLOAD_SIZE, mnist_file.MAX_BYTES, progress, DOWNLOADING)
    except (OSError, http.client.HTTPException) as error:
        raise Refusal(
            "MNIST could not be downloaded ({reason}). Connect this computer to the Internet, "
            "or set CNNVIZ_MNIST to the path of an mnist.npz.",
            reason=http_file.describe_error(error),
        ) from error
    progress(1.0, gettext_noop("Checking the data file"))
    arrays = mnist_file.read_arrays(data, "mnist.npz", names)
    if not mnist_file.is_published(data):
        raise Refusal("The downloaded MNIST file is not the published one. Try again later.")
    _keep(data)
    return CheckedArrays(arrays, FROM_DOWNLOAD)


def has_setting() -> bool:
    """Return whether `CNNVIZ_MNIST` names a file."""
    return _setting() is not None


def _setting() -> Path | None:
    value = os.environ.get(SETTING)
    return Path(value).expanduser() if value else None


def _keep(data: bytes) -> None:
    """Write the cache. A failure is only logged: the data is good, it is downloaded again next time."""
    try:
        atomic_file.write(get_cache_path(), data)
    except OSError:
        log.warning("MNIST was downloaded but could not be kept in Keras's cache", exc_info=True)
        return
    written = get_stamp()
    if written is not None and _setting() is None:
        _checked.add(written)
