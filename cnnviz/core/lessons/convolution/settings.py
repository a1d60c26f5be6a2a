"""The settings of a convolution by hand, and how one change adjusts the others so that they stay legal.

Legal is what Keras accepts: a dilated kernel that fits into the image, and not both stride and dilation above 1. The
first holds with padding, too, so that changing the padding never makes another setting illegal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnviz.core.layers import windows

SIDES = (3, 8)
"""Smallest and largest side of the image."""
SIZES = (1, 5)
"""Smallest and largest side of the kernel."""
STRIDES = (1, 4)
DILATIONS = (1, 3)


@dataclass(frozen=True)
class ConvSettings:
    """Settings of a convolution, each the same for rows and columns.

    Attributes:
        side: Side of the square image, within `SIDES`.
        size: Side of the square kernel, within `SIZES`.
        stride: Within `STRIDES`.
        dilation: Within `DILATIONS`.
    """

    side: int = 5
    size: int = 3
    stride: int = 1
    dilation: int = 1

    @property
    def span(self) -> int:
        """Cells that the dilated kernel covers."""
        return windows.measure_dilated_span(self.size, self.dilation)

    @property
    def legal(self) -> bool:
        """Whether Keras accepts these settings."""
        return self.span <= self.side and (self.stride == 1 or self.dilation == 1)


def make_legal(wanted: ConvSettings, moved: str = "") -> ConvSettings:
    """Return the legal settings nearest to `wanted`; the one that was `moved` last keeps its value where possible.

    `moved` names a field, or is "". A kernel never becomes larger than the image; a dilation that was moved shrinks the
    kernel until it fits, in any other case the dilation is reduced.
    """
    made = replace(wanted, size=min(wanted.size, wanted.side))
    # Of stride and dilation, keep the one that was moved.
    if made.stride > 1 and made.dilation > 1:
        made = replace(made, stride=1) if moved == "dilation" else replace(made, dilation=1)
    # Shrink the dilated kernel step by step until it fits.
    while made.span > made.side:
        gives_way = "size" if moved == "dilation" else "dilation"
        made = replace(made, **{gives_way: getattr(made, gives_way) - 1})
    return made
