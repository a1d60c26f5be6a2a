"""Well-known kernels, kernels as visitors type them, and how strongly a kernel responds to strokes.

Written as they lie on the image, not turned around: networks do not flip them. Sources: Sobel and Feldman 1968 for
their pair; the Laplacian of four neighbours; -1 0 1 rows as in many tutorials.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers.convolution import correlate
from cnnviz.core.lessons import number_grid
from cnnviz.core.lessons.convolution.settings import SIZES
from cnnviz.core.lessons.number_grid import MAX_NUMBER, Grid, to_grid
from cnnviz.core.messages import gettext_noop


@dataclass(frozen=True)
class Kernel:
    """A named kernel.

    Attributes:
        label: Its name, a marked text.
        why: What it does, a marked text.
        weights: Square grid of weights.
    """

    label: str
    why: str
    weights: Grid

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", to_grid(self.weights))


KERNELS: Mapping[str, Kernel] = {
    "rows": Kernel(
        gettext_noop("The tutorials’ −1 0 1"),
        gettext_noop("Right minus left, three rows together: large where it becomes brighter from left to right."),
        ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)),
    ),
    "identity": Kernel(
        gettext_noop("Identity"),
        gettext_noop("Only the cell in the middle counts, once: the picture stays as it is."),
        ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    ),
    "blur": Kernel(
        gettext_noop("Blur"),
        gettext_noop("The mean of nine cells: what is small fades into its neighbourhood."),
        ((1 / 9,) * 3,) * 3,
    ),
    "sharpen": Kernel(
        gettext_noop("Sharpen"),
        gettext_noop("Five times the middle minus its four neighbours: whatever differs from its neighbours grows."),
        ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    ),
    "sobel-x": Kernel(
        gettext_noop("Sobel x"),
        gettext_noop("Right minus left, the middle row twice: large where it becomes brighter from left to right."),
        ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    ),
    "sobel-y": Kernel(
        gettext_noop("Sobel y"),
        gettext_noop("Below minus above, the middle column twice: large where it becomes brighter from top to bottom."),
        ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    ),
    "laplacian": Kernel(
        gettext_noop("Laplacian"),
        gettext_noop(
            "Four neighbours minus four times the middle: large at edges of any direction, 0 where nothing changes."
        ),
        ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    ),
}
"""Name in links -> kernel."""


def resize(kernel: Grid, size: int) -> Grid:
    """Resize `kernel` to `size` × `size` around its middle; new weights are 0."""
    old, new = np.array(kernel, float), np.zeros((size, size))
    shift = int((size - len(old)) / 2)
    for (row, column), weight in np.ndenumerate(old):
        if 0 <= row + shift < size and 0 <= column + shift < size:
            new[row + shift, column + shift] = weight
    return to_grid(new)


def parse_weight(typed: object) -> float:
    """Parse a typed weight: a number or a fraction such as 1/9; a comma may stand for the point.

    Raises `Refusal` for anything but a number from -99 to 99.
    """
    plain = str(typed).strip().replace(",", ".").replace("−", "-")
    number = r"(\d{1,12}(\.\d{0,12})?|\.\d{1,12})"
    if not re.fullmatch(rf"[+-]?{number}(/{number})?", plain, re.ASCII):
        raise Refusal(
            "A weight must be a number. Received: {value}. Type one such as 1, −0.5 or 1/9; the old value is kept.",
            value=str(typed)[:40],
        )
    top, _, bottom = plain.partition("/")
    divisor = float(bottom or 1)
    value = float(top) / divisor + 0.0 if divisor else math.inf  # + 0.0: no -0.0
    if abs(value) > MAX_NUMBER:
        raise Refusal(
            "A weight must be a number from −{largest} to {largest}. Received: {value}. Type a smaller one; the old "
            "value is kept.",
            largest=MAX_NUMBER,
            value=str(typed)[:40],
        )
    return value


def format_weight(value: float) -> str:
    """Format a weight: 2, −0.5, 1/9, and three significant digits of a learned one."""
    fraction = Fraction(value).limit_denominator(25)
    if abs(float(fraction) - value) < 1e-9 and fraction.denominator not in (1, 2, 4, 5, 10, 20, 25):
        return str(fraction).replace("-", "−")
    return f"{value + 0.0:.3g}".replace("-", "−") if abs(value) >= 0.001 or value == 0 else _format_tiny(value)


def _format_tiny(value: float) -> str:
    """Format a weight below 0.001 with up to five decimals."""
    return f"{value:.5f}".replace("-", "−").rstrip("0").rstrip(".").replace("−0", "−0" if round(value, 5) else "0")


def apply_edits(kernel: Grid, texts: Sequence[Sequence[str]]) -> tuple[Grid, tuple[int, int, Refusal] | None]:
    """Replace weights of `kernel` by the texts typed over them, as `number_grid.apply_edits` does."""
    return number_grid.apply_edits(kernel, texts, parse_weight, format_weight)


def parse_square(written: str, sides: tuple[int, int] = SIZES, read: Callable[[object], float] = parse_weight) -> Grid:
    """Parse a pasted square of numbers: one line or one pair of brackets per row, blanks, tabs or commas in between.

    Raises `Refusal` for what `read` refuses, and for anything but a square of `sides[0]` to `sides[1]` rows.
    """
    # Split at the end of a line, a semicolon or a closing bracket; whatever else separates is skipped.
    lines = re.split(r"[\n;\]]", written)
    rows = [each for line in lines if (each := re.findall(r"[^\s\[(){},]+", line))]
    if not sides[0] <= len(rows) <= sides[1] or any(len(row) != len(rows) for row in rows):
        raise Refusal(
            "Numbers that are pasted must be a square of {smallest} × {smallest} to {largest} × {largest}. Received: "
            "rows of {lengths}. Give as many rows as columns; the old ones are kept.",
            smallest=sides[0],
            largest=sides[1],
            lengths=", ".join(map(str, map(len, rows))) or "0",
        )
    return to_grid([[read(each) for each in row] for row in rows])


def compute_vertical_share(kernel: Grid) -> float:
    """Return the vertical stroke's share, in [0, 1], of a kernel's responses to a vertical and a horizontal stroke.

    Both strokes are the same 3 × 15 cells, one turned by 90°, on 15 × 15; a response is the sum of squares after ReLU.
    """
    vertical, horizontal = measure_stroke_responses(kernel)
    return vertical / (vertical + horizontal) if vertical + horizontal else 0.0


def measure_stroke_responses(kernel: Grid) -> tuple[float, float]:
    """Return the responses to the vertical and to the horizontal stroke of `compute_vertical_share`."""
    stroke = np.zeros((15, 15), np.float32)
    stroke[:, 6:9] = 1
    weights = np.array(kernel, np.float32)[:, :, None, None]
    found = correlate(np.stack([stroke, stroke.T])[..., None], weights)
    vertical, horizontal = (np.maximum(found, 0) ** 2).sum(axis=(1, 2, 3))
    return float(vertical), float(horizontal)
