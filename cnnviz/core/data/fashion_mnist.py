"""Read Fashion-MNIST from Keras's cache, or download it: 70,000 pictures of clothes in the form of MNIST.

Keras downloads four files without checking them; here each must be the published one byte for byte, and nothing is
decompressed before that is known. The files are gzip over IDX: a header of 8 or 16 bytes, then the bytes of the array.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data import http_file, mnist_source
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

NAME = "Fashion-MNIST"
ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
"""Where Keras downloads the files from."""
LICENCE = "MIT"
ATTRIBUTION = "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST (2017), Zalando SE"

CLASSES = (
    gettext_noop("T-shirt"),
    gettext_noop("trousers"),
    gettext_noop("pullover"),
    gettext_noop("dress"),
    gettext_noop("coat"),
    gettext_noop("sandal"),
    gettext_noop("shirt"),
    gettext_noop("sneaker"),
    gettext_noop("bag"),
    gettext_noop("ankle boot"),
)
"""What each label means."""

DOWNLOADING = gettext_noop("Downloading Fashion-MNIST")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class File:
    """One of the published files.

    Attributes:
        name: Its name, here and at Keras's address.
        size: Bytes.
        sha256: Digest of these bytes.
        header: Bytes before the array.
        shape: Shape of the array, uint8.
    """

    name: str
    size: int
    sha256: str
    header: int
    shape: tuple[int, ...]


FILES: Mapping[str, tuple[File, File]] = MappingProxyType(
    {
        "train": (
            File(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                16,
                (60_000, 28, 28),
            ),
            File(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                8,
                (60_000,),
            ),
        ),
        "test": (
            File(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                16,
                (10_000, 28, 28),
            ),
            File(
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                8,
                (10_000,),
            ),
        ),
    }
)
"""Part -> its images and labels."""


def get_folder() -> Path:
    """Return where Keras keeps the files, whether they are there or not."""
    return mnist_source.get_cache_path().parent / "fashion-mnist"


def is_cached(part: str) -> bool:
    """Return whether both files of a part, "train" or "test", are in Keras's cache with the size they should have."""
    try:
        return all((get_folder() / file.name).stat().st_size == file.size for file in FILES[part])
    except OSError:
        return False


def read(part: str, progress: Progress = ignore_progress) -> tuple[np.ndarray, np.ndarray]:
    """Read the images (n, 28, 28) and the labels (n,) of a part, "train" or "test", both read-only uint8.

    Reads Keras's cache; what is not there, or damaged, is downloaded into it. Raises `Refusal` when that fails.
    """
    images, labels = (_unpack(file, _obtain(file, progress)) for file in FILES[part])
    return images, labels


def _obtain(file: File, progress: Progress) -> bytes:
    path = get_folder() / file.name
    try:
        if path.stat().st_size == file.size and _is_published(data := path.read_bytes(), file):
            return data
    except OSError:
        pass  # not there: it is downloaded
    progress(0.0, DOWNLOADING)
    try:
        data = http_file.fetch(ADDRESS + file.name, NAME, file.size, file.size, progress, DOWNLOADING)
    except (OSError, http.client.HTTPException) as error:
        raise Refusal(
            "Fashion-MNIST is not on this computer and could not be downloaded ({reason}). Connect this computer to "
            "the Internet, or choose another data set.",
            reason=http_file.describe_error(error),
        ) from error
    if not _is_published(data, file):
        raise Refusal("The downloaded Fashion-MNIST file is not the published one. Try again later.")
    try:
        atomic_file.write(path, data)
    except OSError:
        log.warning("Fashion-MNIST was downloaded but could not be kept in Keras's cache", exc_info=True)
    return data


def _is_published(data: bytes, file: File) -> bool:
    return hashlib.sha256(data).hexdigest() == file.sha256


def _unpack(file: File, data: bytes) -> np.ndarray:
    """Return the array of a file that is the published one."""
    return np.frombuffer(gzip.decompress(data), np.uint8, offset=file.header).reshape(file.shape)
