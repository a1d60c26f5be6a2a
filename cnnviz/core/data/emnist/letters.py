"""EMNIST's letters: fetched once with all of EMNIST, kept as one file beside Keras's data sets.

They are a part of an archive of 562 MB, and its digest alone is published. So nobody fetches it by looking: a page says
how large it is, and `fetch` is begun by a click. The archive is deleted once the letters are out of it.
"""

from __future__ import annotations

import contextlib
import http.client
import shutil
import string
import time
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnviz.core import atomic_file
from cnnviz.core.background import Progress, ignore_progress
from cnnviz.core.data import http_file, mnist_source
from cnnviz.core.data.emnist import archive
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

KEPT_BYTES = 40_000_000
"""Disk space that the letters take at most: their gzipped files have 36 MB."""

MAX_PARTIAL_SECONDS = 86_400.0
"""What came of the archive is deleted by the next visitor who looks, once nobody went on with it for a day."""

BUSY_SECONDS = 3 * http_file.MAX_SILENCE
"""Seconds without a byte after which no other process can still be downloading."""

DOWNLOADING = gettext_noop("Downloading EMNIST's archive")

_written: set[Path] = set()
"""Archives that this process itself has begun to download; what grows beside them is another process's."""


@dataclass(frozen=True)
class ArchivedLetters:
    """EMNIST's letters, and the archive that they are a part of.

    Attributes:
        title: What the set is called.
        address: Where the archive is downloaded from.
        size: Bytes of the archive.
        sha256: Digest of these bytes.
        folder: Name of the folder beside Keras's data sets that the letters are kept in.
        licence: Their licence.
        attribution: Authors and title.
        classes: What each label means; names that are no messages.
    """

    title: str = "EMNIST Letters"
    # The address that torchvision has now; TensorFlow Datasets has the one before, and the size and the digest.
    address: str = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
    size: int = 561_753_746
    sha256: str = "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e"
    folder: str = "emnist-letters"
    licence: str = "published by NIST without a licence"
    attribution: str = "G. Cohen, S. Afshar, J. Tapson, A. van Schaik: EMNIST (2017), from NIST Special Database 19"
    classes: tuple[str, ...] = tuple(string.ascii_uppercase)

    @property
    def count(self) -> int:
        """Number of pictures of both parts."""
        return sum(self.sizes.values())

    @property
    def sizes(self) -> Mapping[str, int]:
        """Part, "train" or "test" -> number of its pictures."""
        return archive.COUNTS

    def get_folder(self) -> Path:
        """Return where the letters are kept, whether they are there or not."""
        return mnist_source.get_cache_path().parent / self.folder

    def is_cached(self, _part: str = "") -> bool:
        """Return whether the letters are there; both parts are in one file."""
        return self._kept.is_file()

    def read(self, part: str, progress: Progress = ignore_progress) -> tuple[np.ndarray, np.ndarray]:
        """Read the images (n, 28, 28) and the labels (n,) of a part, "train" or "test", both read-only uint8.

        Raises `Refusal` if they are not there, or damaged; nothing is downloaded.
        """
        progress(0.0, gettext_noop("Loading the pictures"))
        try:
            with np.load(self._kept, allow_pickle=False) as file:
                images, labels = file[f"x_{part}"], file[f"y_{part}"]
            count = archive.COUNTS[part]
            if (images.shape, labels.shape) != ((count, archive.SIDE, archive.SIDE), (count,)):
                raise ValueError("the arrays have other shapes")
            if (images.dtype, labels.dtype) != (np.uint8, np.uint8) or labels.max() >= len(self.classes):
                raise ValueError("the arrays have other values")
        except FileNotFoundError as error:
            raise Refusal(
                "{set} is not on this server yet. Choose it on the page Data to fetch it.", set=self.title
            ) from error
        except (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            with contextlib.suppress(OSError):
                self._kept.unlink()
            raise Refusal(
                "The file of {set} on this server was damaged and is deleted. It has to be fetched again.",
                set=self.title,
            ) from error
        for array in (images, labels):
            array.flags.writeable = False
        return images, labels

    def count_partial(self) -> int:
        """Return how many bytes of the archive an earlier attempt has left; after a day they are deleted."""
        with contextlib.suppress(OSError):
            state = self._partial.stat()
            if time.time() - state.st_mtime < MAX_PARTIAL_SECONDS:
                return state.st_size
            self._partial.unlink()
        return 0

    def fetch(self, progress: Progress = ignore_progress) -> Path:
        """Download the archive, check it, keep the letters, delete the archive; return the file of the letters.

        A download that broke off goes on where it was. Raises `Refusal` if anything is not as it should be.
        """
        progress(0.0, DOWNLOADING)
        try:
            self.get_folder().mkdir(parents=True, exist_ok=True)
            self._check_alone()
            self._check_room()
        except OSError as error:
            raise self._describe_disk(error) from error
        self._download(progress)
        try:
            if archive.compute_sha256(self._partial, progress) != self.sha256:
                self._partial.unlink()
                raise Refusal(
                    "The downloaded archive of {set} is not the published one, so nothing in it was opened, and it is "
                    "deleted. Try again later.",
                    set=self.title,
                )
            atomic_file.write(self._kept, archive.pack_letters(self._partial, progress))
            self._partial.unlink()
        except OSError as error:
            raise self._describe_disk(error) from error
        return self._kept

    @property
    def _kept(self) -> Path:
        return self.get_folder() / "emnist-letters.npz"

    @property
    def _partial(self) -> Path:
        return self.get_folder() / "gzip.zip.download"

    def _check_alone(self) -> None:
        """Raise `Refusal` while another process of this server downloads the archive to the same place."""
        if self._partial in _written or not self._partial.exists():
            return
        if time.time() - self._partial.stat().st_mtime < BUSY_SECONDS:
            raise Refusal(
                "{set} may be on their way already, fetched by another process of this server. Look again in a few "
                "minutes.",
                set=self.title,
            )

    def _check_room(self) -> None:
        """Raise `Refusal` unless the disk has room for the rest of the archive and for the letters."""
        needed = self.size - self.count_partial() + KEPT_BYTES
        free = shutil.disk_usage(self.get_folder()).free
        if free < needed:
            raise Refusal(
                "There is no room for {set} on this server's disk: {needed} MB are needed for a while, {free} MB are "
                "free. Ask whoever runs this server to make room, or choose another data set.",
                set=self.title,
                needed=-(-needed // 1_000_000),
                free=free // 1_000_000,
            )

    def _download(self, progress: Progress) -> None:
        _written.add(self._partial)
        try:
            http_file.save(self.address, self._partial, self.title, self.size, progress, DOWNLOADING)
        except http_file.DiskError as error:
            self._partial.unlink()  # so that whoever else needs the room has it
            raise self._describe_disk(error) from error
        except (OSError, http.client.HTTPException) as error:
            came = self.count_partial()
            if came:
                raise Refusal(
                    "{set} could not be downloaded whole ({reason}). {came} of {size} MB are here, and the next "
                    "attempt goes on from there. Connect this computer to the Internet and try again.",
                    set=self.title,
                    reason=http_file.describe_error(error),
                    came=came // 1_000_000,
                    size=round(self.size / 1e6),
                ) from error
            raise http_file.refuse_offline(self.title, error) from error

    def _describe_disk(self, error: OSError) -> Refusal:
        return Refusal(
            "{set} could not be kept on this server's disk ({reason}). Ask whoever runs this server, or choose another "
            "data set.",
            set=self.title,
            reason=error.strerror or type(error).__name__,
        )


LETTERS = ArchivedLetters()
