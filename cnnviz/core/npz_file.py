"""Read small .npz files that may be damaged, or made to fill the memory."""

from __future__ import annotations

import io
import zipfile
import zlib

import numpy as np


def read(content: bytes, max_bytes: int) -> dict[str, np.ndarray]:
    """Return all arrays of an .npz file by their names. Nothing in it is unpickled.

    Args:
        content: The whole file.
        max_bytes: What all arrays may take decompressed; checked before anything is.

    Raises:
        ValueError: If it is no such file, is damaged, or takes more.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > max_bytes:
            raise ValueError(f"`content` must take at most {max_bytes} bytes. Received: {size}. Write the file again.")
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return dict(file)
    except (OSError, LookupError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError("`content` must be a whole .npz file. Received: a damaged one. Write it again.") from error
