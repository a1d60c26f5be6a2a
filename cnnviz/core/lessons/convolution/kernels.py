"""Kernels that people know by name, kernels as people type them, and what a kernel finds.

Written as they lie on the image, not turned around: networks do not flip them. Sources: Sobel and Feldman 1968 for
their pair; the Laplacian of four neighbours; -1 0 1 rows as the tutorials have them.
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
    """`label`: its name. `why`: what it does. Both marked for translation."""

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
    """`kernel` with `size` × `size` weights: its middle stays, zeros are added or weights taken off all around."""
    old, new = np.array(kernel, float), np.zeros((size, size))
    shift = int((size - len(old)) / 2)
    for (row, column), weight in np.ndenumerate(old):
        if 0 <= row + shift < size and 0 <= column + shift < size:
            new[row + shift, column + shift] = weight
    return to_grid(new)


def parse_weight(typed: object) -> float:
    """The weight that somebody typed: a number or a fraction such as 1/9; a comma may stand for the point.

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
    """A weight as people write it: 2, −0.5, 1/9, and three significant digits of a learned one."""
    fraction = Fraction(value).limit_denominator(25)
    if abs(float(fraction) - value) < 1e-9 and fraction.denominator not in (1, 2, 4, 5, 10, 20, 25):
        return str(fraction).replace("-", "−")
    return f"{value + 0.0:.3g}".replace("-", "−") if abs(value) >= 0.001 or value == 0 else _format_tiny(value)


def _format_tiny(value: float) -> str:
    return f"{value:.5f}".replace("-", "−").rstrip("0").rstrip(".").replace("−0", "−0" if round(value, 5) else "0")


def apply_edits(kernel: Grid, texts: Sequence[Sequence[str]]) -> tuple[Grid, tuple[int, int, Refusal] | None]:
    """`kernel` with what was typed over it as weights, as `number_grid.apply_edits` does it."""
    return number_grid.apply_edits(kernel, texts, parse_weight, format_weight)


def parse_square(written: str, sides: tuple[int, int] = SIZES, read: Callable[[object], float] = parse_weight) -> Grid:
    """The square of numbers in a text: a line or a pair of brackets a row, blanks, tabs or commas between them.

    Raises `Refusal` for what `read` refuses, and for anything but a square with from `sides[0]` to `sides[1]` rows.
    """
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
    """How much of a kernel's answer to a vertical and a horizontal stroke is for the vertical one, 0 to 1.

    Both strokes are the same 3 × 15 cells, one turned by 90°, on 15 × 15; answers are sums of squares after relu.
    """
    vertical, horizontal = measure_stroke_responses(kernel)
    return vertical / (vertical + horizontal) if vertical + horizontal else 0.0


def measure_stroke_responses(kernel: Grid) -> tuple[float, float]:
    """A kernel's answers to the vertical and to the horizontal stroke of `compute_vertical_share`."""
    stroke = np.zeros((15, 15), np.float32)
    stroke[:, 6:9] = 1
    weights = np.array(kernel, np.float32)[:, :, None, None]
    found = correlate(np.stack([stroke, stroke.T])[..., None], weights)
    vertical, horizontal = (np.maximum(found, 0) ** 2).sum(axis=(1, 2, 3))
    return float(vertical), float(horizontal)
