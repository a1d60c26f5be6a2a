"""What cells and lines of a ledger are called, in the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.layers import Shape
from cnnviz.core.ledger import INPUT, Cell, Line
from cnnviz.ui.words import mark, say

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


def line(each: Line, shape: Shape) -> str:
    """Return what a line of a ledger is, whose cell is of a layer of `shape`."""
    name = "unit" if each.name == "after" and len(shape) == 1 else each.name
    return say(LINES[name]) if name in LINES else name


def short(cell: Cell, shape: Shape) -> str:
    """Return a cell as a crumb: its layer, its map, its row and column."""
    if cell.layer == INPUT:
        return say("your drawing ({row}, {column})", row=cell.row, column=cell.column)
    if len(shape) == 1:
        return say("{layer} unit {unit}", layer=cell.layer, unit=cell.map)
    return say("{layer} map {map} ({row}, {column})", layer=cell.layer, map=cell.map, row=cell.row,
               column=cell.column)  # fmt: skip


def full(cell: Cell, shape: Shape) -> str:
    """Return a cell as a heading."""
    if cell.layer == INPUT:
        return say("your drawing, row {row}, column {column}", row=cell.row, column=cell.column)
    if len(shape) == 1:
        return say("{layer}, unit {unit}", layer=cell.layer, unit=cell.map)
    return say("{layer}, map {map}, row {row}, column {column}", layer=cell.layer, map=cell.map, row=cell.row,
               column=cell.column)  # fmt: skip
