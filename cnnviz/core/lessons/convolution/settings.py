"""The settings of a convolution by hand, and how they give way to one another so that only legal ones exist.

Legal is what Keras takes: a dilated kernel that fits into the image, and not both strides and dilation above 1. The
first is kept with padding too, so that changing the padding never makes another setting illegal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnviz.core.layers import windows

SIDES = (3, 8)
"""Smallest and largest side of an image that is convolved by hand."""
SIZES = (1, 5)
"""Likewise of a kernel."""
STRIDES = (1, 4)
DILATIONS = (1, 3)


@dataclass(frozen=True)
class ConvSettings:
    """Sides of a square image and a square kernel, and the steps, each alike for rows and columns."""

    side: int = 5
    size: int = 3
    stride: int = 1
    dilation: int = 1

    @property
    def span(self) -> int:
        """Cells from the dilated kernel's first to its last."""
        return windows.dilated_span(self.size, self.dilation)

    @property
    def legal(self) -> bool:
        return self.span <= self.side and (self.stride == 1 or self.dilation == 1)


def fitted(wanted: ConvSettings, moved: str = "") -> ConvSettings:
    """The legal settings nearest to `wanted`, in which the one that was `moved` last keeps its value where it can.

    `moved` names a field, or none. A kernel never becomes larger than the image; a dilation that was moved makes the
    kernel smaller until it fits, any other time the dilation gives way.
    """
    made = replace(wanted, size=min(wanted.size, wanted.side))
    if made.stride > 1 and made.dilation > 1:
        made = replace(made, stride=1) if moved == "dilation" else replace(made, dilation=1)
    while made.span > made.side:
        gives_way = "size" if moved == "dilation" else "dilation"
        made = replace(made, **{gives_way: getattr(made, gives_way) - 1})
    return made
