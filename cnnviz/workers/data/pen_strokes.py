"""Digits that people wrote with pens, as strokes: reading them, splitting them by writer, rendering them.

The file is a gzipped JSON list of `{"label": 0 to 9, "writer": "source:id", "strokes": [[[x, y], ...], ...]}`; the
larger side of a drawing is 1, x runs right and y down. It comes from UNIPEN train_r01_v07, category 1a.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnviz.core.drawing import preprocessing
from cnnviz.core.drawing.strokes import SIDE, Drawing, Stroke, render
from cnnviz.core.errors import Refusal

NAME = "UNIPEN train_r01_v07, category 1a"
SOURCE = "UNIPEN train_r01_v07, category 1a (isolated digits), doi 10.5281/zenodo.1195803"
LICENCE = "CC BY 4.0"
ATTRIBUTION = "International Unipen Foundation: UNIPEN"

LARGE = 200
"""Larger side of a drawing on the canvas of 280 pixels, from brush centre to brush centre."""

BRUSH = 20.0

HELD_OUT = frozenset(
    {
        "ced:None",
        "aga:AnnZchrl",
        "aga:greghunt",
        "aga:lzbthwht",
        "aga:nikkshmn",
        "art:writer03",
        "imp:boskovic",
        "imp:brent",
        "imp:leaver",
        "imp:payne",
        "imp:shah",
        "imp:xiao",
    }
)
"""Writers who are never trained on, about a fifth of the digits: one of the five large sources as a whole, and people
from each of the three small ones."""


@dataclass(frozen=True, eq=False)
class PenDigit:
    """One digit: `strokes` are `(points, 2)` float64 arrays, the drawing's larger side is 1."""

    label: int
    writer: str
    strokes: tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class PenData:
    """All digits of a file, with the SHA-256 of the file."""

    digits: tuple[PenDigit, ...]
    sha256: str

    @property
    def writers(self) -> frozenset[str]:
        return frozenset(item.writer for item in self.digits)

    def of(self, writers: frozenset[str]) -> tuple[PenDigit, ...]:
        """The digits that these writers wrote."""
        return tuple(item for item in self.digits if item.writer in writers)


def read(path: Path) -> PenData:
    """Read a file of pen strokes. Raises `Refusal` if it is not one."""
    try:
        packed = path.read_bytes()
        entries = json.loads(gzip.decompress(packed))
        digits = tuple(
            PenDigit(
                int(entry["label"]),
                str(entry["writer"]),
                tuple(np.array(stroke, float).reshape(-1, 2) for stroke in entry["strokes"] if stroke),
            )
            for entry in entries
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Refusal(
            "The pen strokes must be a gzipped JSON list of digits with label, writer and strokes. "
            "Received: {name}. Choose another file.",
            name=path.name,
        ) from error
    return PenData(digits, hashlib.sha256(packed).hexdigest())


def drawing(strokes: tuple[np.ndarray, ...], size: float = LARGE, width: float = BRUSH) -> Drawing:
    """Place strokes in the middle of the canvas, their larger side `size` pixels, drawn with a brush of `width`."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-6)
    offset = SIDE / 2 - (low + high) / 2 * scale
    return Drawing(tuple(Stroke(tuple(map(tuple, (s * scale + offset).tolist())), width) for s in strokes))


def rendered(digits: tuple[PenDigit, ...], size: float = LARGE, width: float = BRUSH) -> np.ndarray:
    """What a network reads when these digits are drawn: `(n, 28, 28)` float32 in [0, 1]."""
    images = [preprocessing.from_canvas(render(drawing(item.strokes, size, width))).digit for item in digits]
    return np.stack(images)


def labels(digits: tuple[PenDigit, ...]) -> np.ndarray:
    """The labels, `(n,)` uint8."""
    return np.array([item.label for item in digits], np.uint8)
