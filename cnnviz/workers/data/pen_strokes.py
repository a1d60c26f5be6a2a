"""Read digits that people wrote with pens, select them by writer, and render them.

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

DATA = "mnist+pen"
"""`data` of a plan that trains on pen strokes too."""

NAME = "UNIPEN train_r01_v07, category 1a"
SOURCE = "UNIPEN train_r01_v07, category 1a (isolated digits), doi 10.5281/zenodo.1195803"
LICENCE = "CC BY 4.0"
ATTRIBUTION = "International Unipen Foundation: UNIPEN"

DRAWING_SIZE = 200
"""Larger side of a drawing on the canvas of 280 pixels, from brush centre to brush centre."""

BRUSH_WIDTH = 20.0
"""In pixels of the same canvas."""

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
    """One digit.

    Attributes:
        label: 0 to 9.
        writer: `source:id`.
        strokes: `(points, 2)` float64 arrays; the drawing's larger side is 1.
    """

    label: int
    writer: str
    strokes: tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class PenData:
    """All digits of a file.

    Attributes:
        digits: In the order of the file.
        sha256: Of the file.
    """

    digits: tuple[PenDigit, ...]
    sha256: str

    @property
    def writers(self) -> frozenset[str]:
        return frozenset(item.writer for item in self.digits)

    def select(self, writers: frozenset[str]) -> tuple[PenDigit, ...]:
        """Select the digits of these writers."""
        return tuple(item for item in self.digits if item.writer in writers)


def read_for(data: str, path: Path | None) -> PenData | None:
    """Read the pen strokes that go with a plan's `data`; None if there are none.

    Raises:
        Refusal: If the plan needs pen strokes and `path` is None, or the file is not one of pen strokes.
    """
    if data == DATA and path is None:
        raise Refusal("This plan needs pen strokes. Received: none. Name their file in the job's `pen`.")
    return read(path) if path else None


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


def place_strokes(strokes: tuple[np.ndarray, ...], size: float = DRAWING_SIZE, width: float = BRUSH_WIDTH) -> Drawing:
    """Place strokes in the middle of the canvas: larger side `size`, brush `width`, both in pixels."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-6)
    offset = SIDE / 2 - (low + high) / 2 * scale
    return Drawing(tuple(Stroke(tuple(map(tuple, (s * scale + offset).tolist())), width) for s in strokes))


def render_digits(digits: tuple[PenDigit, ...], size: float = DRAWING_SIZE, width: float = BRUSH_WIDTH) -> np.ndarray:
    """Render and preprocess digits like a visitor's drawing: `(n, 28, 28)` float32 in [0, 1]."""
    images = [preprocessing.from_canvas(render(place_strokes(item.strokes, size, width))).digit for item in digits]
    return np.stack(images)


def stack_labels(digits: tuple[PenDigit, ...]) -> np.ndarray:
    """Return the labels, `(n,)` uint8."""
    return np.array([item.label for item in digits], np.uint8)
