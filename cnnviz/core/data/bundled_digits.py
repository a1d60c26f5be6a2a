"""Load the 1,797 handwritten digits bundled with scikit-learn, for computers without MNIST.

They have 8x8 pixels of 0 to 16 (E. Alpaydin and C. Kaynak, 1998) and are converted to MNIST's format: enlarged to
20x20 and placed by their centre of mass in 28x28. The file is read without importing scikit-learn, which takes 100 MB.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import zlib
from pathlib import Path

import numpy as np

from cnnviz.core.errors import Refusal

COUNT = 1797
TRAIN_COUNT = 1437
"""The first 80 %; the file is ordered by writer, so most of the rest comes from other writers."""
_SIDE, _INNER, _OUTER = 8, 20, 28
_CENTRE = 14
"""Pixel, counted from 0, at which MNIST's digits have their centre of mass."""


def read() -> tuple[np.ndarray, np.ndarray, str]:
    """Read the images (1797, 28, 28) uint8, the labels (1797,) uint8 and the SHA-256 of the file's content.

    Both arrays are read-only. Raises `Refusal` when scikit-learn is not installed or its file is damaged.
    """
    try:
        with gzip.open(_path()) as file:
            text = file.read(4_000_000)
        table = np.loadtxt(text.decode("ascii").splitlines(), delimiter=",", dtype=np.int16, max_rows=COUNT + 1)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise _refusal() from error
    if (
        table.shape != (COUNT, _SIDE * _SIDE + 1)
        or table.min() < 0
        or table[:, :-1].max() > 16
        or table[:, -1].max() > 9
    ):
        raise _refusal()
    images = enlarge(table[:, :-1].reshape(COUNT, _SIDE, _SIDE).astype(np.float32) / 16)
    labels = table[:, -1].astype(np.uint8)
    for array in (images, labels):
        array.flags.writeable = False
    return images, labels, hashlib.sha256(text).hexdigest()


def enlarge(images: np.ndarray) -> np.ndarray:
    """Convert 8x8 digits to MNIST's format.

    images: (n, 8, 8) float32 in [0, 1]. Returns (n, 28, 28) uint8, enlarged bilinearly to 20x20 and centred by
    mass, as far as whole pixels and the border allow.
    """
    weights = _linear_weights(_SIDE, _INNER)
    inner = np.einsum("ri,nij,cj->nrc", weights, images, weights, optimize=True)
    outer = np.zeros((len(images), _OUTER, _OUTER), np.uint8)
    for target, digit in zip(outer, inner, strict=True):
        top, left = (_corner(digit.sum(axis=axis)) for axis in (1, 0))
        target[top : top + _INNER, left : left + _INNER] = np.rint(digit * 255).astype(np.uint8)
    return outer


def _linear_weights(small: int, large: int) -> np.ndarray:
    """Return the weights (large, small) of linear interpolation, pixel centres aligned."""
    centres = (np.arange(large) + 0.5) * small / large - 0.5
    columns = [np.interp(centres, np.arange(small), one) for one in np.eye(small)]
    return np.stack(columns, axis=1).astype(np.float32)


def _corner(ink: np.ndarray) -> int:
    """Return the offset of a row of 20 in 28 that centres its mass."""
    mass = float(ink.sum())
    centre = float(ink @ np.arange(_INNER)) / mass if mass else (_INNER - 1) / 2
    return int(np.clip(round(_CENTRE - centre), 0, _OUTER - _INNER))


def _path() -> Path:
    found = importlib.util.find_spec("sklearn")
    if found is None or not found.submodule_search_locations:
        raise _refusal()
    return Path(found.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"


def _refusal() -> Refusal:
    return Refusal(
        "The digits that scikit-learn carries cannot be read. Install the packages of requirements.txt again, "
        "or set CNNVIZ_MNIST to the path of an mnist.npz."
    )
