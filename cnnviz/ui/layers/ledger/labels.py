"""What cells and lines of a ledger are called, in the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.core.layers import Shape
from cnnviz.core.ledger import INPUT, Cell, Line, Part
from cnnviz.ui.i18n import mark, say

#: Name of a line -> what it says; activations are called by their names.
LINES: Mapping[str, str] = {
    "sum": mark("sum of subtotals"),
    "products": mark("sum of all products"),
    "bias": mark("bias"),
    "rounding": mark("float32 rounding"),
    "before": mark("before the activation"),
    "after": mark("value on the map"),
    "unit": mark("value of the unit"),
    "largest": mark("largest value"),
    "sum_of_values": mark("sum of the values"),
    "mean": mark("mean"),
    "read": mark("value before"),
    "frame": mark("zero of the frame"),
    "scaled": mark("times the scale"),
    "offset": mark("offset"),
    "moving_mean": mark("less the learned mean"),
    "centred": mark("difference"),
    "normalized": mark("divided by the deviation"),
    "gamma": mark("times gamma"),
    "beta": mark("beta"),
    "exponential": mark("exponential"),
    "share": mark("share of the sum"),
    "pixel": mark("brightness of the pixel"),
}

#: What the channels of a picture in colour hold.
CHANNELS = (mark("red"), mark("green"), mark("blue"))


def line(each: Line, shape: Shape) -> str:
    """Return what a line of a ledger is, whose cell is of a layer of `shape`."""
    name = "unit" if each.name == "after" and len(shape) == 1 else each.name
    return say(LINES[name]) if name in LINES else name


@dataclass(frozen=True)
class Names:
    """What the cells of a network are called.

    Attributes:
        shapes: of every layer's output and of what is read, by name.
        drawn: whether the visitor drew what is read.
    """

    shapes: Mapping[str, Shape]
    drawn: bool = True

    def short(self, cell: Cell) -> str:
        """Return a cell as a crumb: its layer, its map, its row and column."""
        layer, of, row, column = self.layer(cell.layer), cell.map, cell.row, cell.column
        if len(self.shapes[cell.layer]) == 1:
            return say("{layer} unit {unit}", layer=layer, unit=of)
        if cell.layer != INPUT:
            return say("{layer} map {map} ({row}, {column})", layer=layer, map=of, row=row, column=column)
        return self._coloured(say("{layer} ({row}, {column})", layer=layer, row=row, column=column), of)

    def full(self, cell: Cell) -> str:
        """Return a cell as a heading."""
        layer, of, row, column = self.layer(cell.layer), cell.map, cell.row, cell.column
        if len(self.shapes[cell.layer]) == 1:
            return say("{layer}, unit {unit}", layer=layer, unit=of)
        if cell.layer != INPUT:
            return say("{layer}, map {map}, row {row}, column {column}", layer=layer, map=of, row=row, column=column)
        return self._coloured(say("{layer}, row {row}, column {column}", layer=layer, row=row, column=column), of)

    def layer(self, name: str) -> str:
        """Return what a layer is called; what is read has a name of its own."""
        return read(self.drawn) if name == INPUT else name

    def _coloured(self, place: str, channel: int) -> str:
        if self.shapes[INPUT][-1] != len(CHANNELS):
            return place
        return say("{place}, {colour}", place=place, colour=say(CHANNELS[channel]))

    def map(self, layer: str, of: int) -> str:
        """Return what the values of one map of `layer` are called together; a unit is one value."""
        if len(self.shapes[layer]) == 1:
            return say("unit {unit}", unit=of)
        return say("channel {map}", map=of) if layer == INPUT else say("map {map}", map=of)

    def window(self, layer: str, part: Part) -> str:
        """Return a window on a map of `layer` as a heading; a window of one cell is that cell."""
        of = self.map(layer, part.map)
        if len(self.shapes[layer]) == 1:
            return of
        rows, columns = part.rows, part.columns
        if len(rows) == len(columns) == 1:
            return say("{map}, row {row}, column {column}", map=of, row=rows[0], column=columns[0])
        return say(
            "{map}: rows {top} to {bottom}, columns {left} to {right}",
            map=of,
            top=rows[0],
            bottom=rows[-1],
            left=columns[0],
            right=columns[-1],
        )


def read(drawn: bool) -> str:
    """Return what the network reads, in two words."""
    return say("your drawing") if drawn else say("the digit")
