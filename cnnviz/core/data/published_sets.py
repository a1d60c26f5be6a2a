"""Read data sets that are published in the form of MNIST, from Keras's cache or from where they are published.

Each has four files, which must be the published ones byte for byte; nothing is decompressed before that is known. They
are gzip over IDX: a header of 8 or 16 bytes, then the bytes of the array. EMNIST's letters are another matter
(`emnist.letters`).
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data import http_file, mnist_source
from cnnviz.core.data.emnist.letters import LETTERS, ArchivedLetters
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

log = logging.getLogger(__name__)

IMAGES_HEADER, LABELS_HEADER = 16, 8
"""Bytes before the array of a file of images and of labels."""


@dataclass(frozen=True)
class File:
    """One of the published files.

    Attributes:
        name: Its name, here and at the address.
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


@dataclass(frozen=True)
class PublishedSet:
    """A data set in the form of MNIST.

    Attributes:
        title: What it is called.
        address: Where its files are downloaded from.
        folder: Name of its folder beside Keras's data sets.
        licence: Its licence.
        attribution: Authors and title.
        classes: What each label means; messages of the catalogue, or names that are none.
        downloading: Message for the progress of a download.
        files: Part, "train" or "test" -> its images and labels.
    """

    title: str
    address: str
    folder: str
    licence: str
    attribution: str
    classes: tuple[str, ...]
    downloading: str
    files: Mapping[str, tuple[File, File]] = field(repr=False)

    @property
    def count(self) -> int:
        """Number of pictures of both parts."""
        return sum(self.sizes.values())

    @property
    def sizes(self) -> Mapping[str, int]:
        """Part, "train" or "test" -> number of its pictures."""
        return {part: labels.shape[0] for part, (_, labels) in self.files.items()}

    def get_folder(self) -> Path:
        """Return where the files are kept, whether they are there or not."""
        return mnist_source.get_cache_path().parent / self.folder

    def is_cached(self, part: str) -> bool:
        """Return whether both files of a part, "train" or "test", are there with the size they should have."""
        try:
            return all((self.get_folder() / file.name).stat().st_size == file.size for file in self.files[part])
        except OSError:
            return False

    def read(self, part: str, progress: Progress = ignore_progress) -> tuple[np.ndarray, np.ndarray]:
        """Read the images (n, 28, 28) and the labels (n,) of a part, "train" or "test", both read-only uint8.

        What is not in the cache, or damaged, is downloaded into it. Raises `Refusal` when that fails.
        """
        images, labels = (_unpack(file, self._obtain(file, progress)) for file in self.files[part])
        return images, labels

    def _obtain(self, file: File, progress: Progress) -> bytes:
        path = self.get_folder() / file.name
        try:
            if path.stat().st_size == file.size and _is_published(data := path.read_bytes(), file):
                return data
        except OSError:
            pass  # not there: it is downloaded
        progress(0.0, self.downloading)
        try:
            data = http_file.fetch(
                self.address + file.name, self.title, file.size, file.size, progress, self.downloading
            )
        except (OSError, http.client.HTTPException) as error:
            raise http_file.refuse_offline(self.title, error) from error
        if not _is_published(data, file):
            raise Refusal("The downloaded file of {set} is not the published one. Try again later.", set=self.title)
        try:
            atomic_file.write(path, data)
        except OSError:
            log.warning("%s was downloaded but could not be kept in Keras's cache", self.title, exc_info=True)
        return data


def _is_published(data: bytes, file: File) -> bool:
    return hashlib.sha256(data).hexdigest() == file.sha256


def _unpack(file: File, data: bytes) -> np.ndarray:
    """Return the array of a file that is the published one."""
    return np.frombuffer(gzip.decompress(data), np.uint8, offset=file.header).reshape(file.shape)


def _list_files(part: str, count: int, images: tuple[int, str], labels: tuple[int, str]) -> tuple[File, File]:
    """Return the two files of a part under MNIST's names; of each its size and its SHA-256."""
    return (
        File(f"{part}-images-idx3-ubyte.gz", *images, IMAGES_HEADER, (count, 28, 28)),
        File(f"{part}-labels-idx1-ubyte.gz", *labels, LABELS_HEADER, (count,)),
    )


FASHION_MNIST = PublishedSet(
    title="Fashion-MNIST",
    address="https://storage.googleapis.com/tensorflow/tf-keras-datasets/",  # Keras's own; it checks nothing
    folder="fashion-mnist",
    licence="MIT",
    attribution="H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST (2017), Zalando SE",
    classes=(
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
    ),
    downloading=gettext_noop("Downloading Fashion-MNIST"),
    files=MappingProxyType(
        {
            "train": _list_files(
                "train",
                60_000,
                (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            ),
            "test": _list_files(
                "t10k",
                10_000,
                (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            ),
        }
    ),
)

KUZUSHIJI_MNIST = PublishedSet(
    title="Kuzushiji-MNIST",
    address="http://codh.rois.ac.jp/kmnist/dataset/kmnist/",  # without TLS; the digests say what is taken
    folder="kuzushiji-mnist",
    licence="CC BY-SA 4.0",
    attribution="KMNIST Dataset (created by CODH), adapted from Kuzushiji Dataset (created by NIJL and others)",
    classes=("o お", "ki き", "su す", "tsu つ", "na な", "ha は", "ma ま", "ya や", "re れ", "wo を"),
    downloading=gettext_noop("Downloading Kuzushiji-MNIST"),
    files=MappingProxyType(
        {
            "train": _list_files(
                "train",
                60_000,
                (18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
                (29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
            ),
            "test": _list_files(
                "t10k",
                10_000,
                (3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
                (5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
            ),
        }
    ),
)
"""Ten characters of old Japanese handwriting (T. Clanuwat and others, arXiv 1812.01718); sizes and digests are those
that TensorFlow Datasets checks."""

SETS: Mapping[str, PublishedSet | ArchivedLetters] = MappingProxyType(
    {"fashion": FASHION_MNIST, "kuzushiji": KUZUSHIJI_MNIST, "letters": LETTERS}
)
"""Name in a link -> the set."""
