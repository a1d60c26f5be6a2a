"""Names of the cells and lines of a ledger, in the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.core.layers import Shape
from cnnviz.core.ledger import INPUT, Cell, Line, Part
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.prediction import wording

LINES: Mapping[str, str] = {
    "sum": gettext_noop("sum of subtotals"),
    "products": gettext_noop("sum of all products"),
    "bias": gettext_noop("bias"),
    "rounding": gettext_noop("float32 rounding"),
    "before": gettext_noop("before the activation"),
    "after": gettext_noop("value on the map"),
    "unit": gettext_noop("value of the unit"),
    "largest": gettext_noop("largest value"),
    "smallest": gettext_noop("smallest value"),
    "sum_of_values": gettext_noop("sum of the values"),
    "mean": gettext_noop("mean"),
    "read": gettext_noop("value before"),
    "subtracted": gettext_noop("less the second value"),
    "multiplied": gettext_noop("times the next value"),
    "frame": gettext_noop("zero of the frame"),
    "scaled": gettext_noop("times the scale"),
    "offset": gettext_noop("offset"),
    "moving_mean": gettext_noop("less the learned mean"),
    "centred": gettext_noop("difference"),
    "normalized": gettext_noop("divided by the deviation"),
    "less_mean": gettext_noop("less their mean"),
    "restored": gettext_noop("times the deviation"),
    "added_mean": gettext_noop("mean of the data"),
    "slope": gettext_noop("times the slope"),
    "gamma": gettext_noop("times gamma"),
    "beta": gettext_noop("beta"),
    "exponential": gettext_noop("exponential"),
    "share": gettext_noop("share of the sum"),
    "pixel": gettext_noop("brightness of the pixel"),
    "feeds": gettext_noop("products of all cells"),
    "all_before": gettext_noop("all before the activation"),
}
"""Name of a line -> what it says; activations are called by their names."""

CHANNELS = (gettext_noop("red"), gettext_noop("green"), gettext_noop("blue"))
"""What the channels of a picture in colour hold."""


def name_line(each: Line, shape: Shape) -> str:
    """Return what a line of a ledger is, whose cell is of a layer of `shape`."""
    name = "unit" if each.name == "after" and len(shape) == 1 else each.name
    return translate(LINES[name]) if name in LINES else name


@dataclass(frozen=True)
class Names:
    """Names of the cells of a network.

    Attributes:
        shapes: of every layer's output and of what is read, by name.
        titles: layer -> what it is called in words.
        drawn: whether the visitor drew what is read.
    """

    shapes: Mapping[str, Shape]
    titles: Mapping[str, str]
    drawn: bool = True

    def name_briefly(self, cell: Cell) -> str:
        """Return a cell as a breadcrumb: its layer, its map, its row and column."""
        layer, of, row, column = self.name_layer(cell.layer), cell.map, cell.row, cell.column
        if len(self.shapes[cell.layer]) == 1:
            return translate("{layer} unit {unit}", layer=layer, unit=of)
        if cell.layer != INPUT:
            return translate("{layer} map {map} ({row}, {column})", layer=layer, map=of, row=row, column=column)
        return self._with_colour(translate("{layer} ({row}, {column})", layer=layer, row=row, column=column), of)

    def name_fully(self, cell: Cell) -> str:
        """Return a cell as a heading."""
        layer, of, row, column = self.name_layer(cell.layer), cell.map, cell.row, cell.column
        if len(self.shapes[cell.layer]) == 1:
            return translate("{layer}, unit {unit}", layer=layer, unit=of)
        if cell.layer != INPUT:
            return translate(
                "{layer}, map {map}, row {row}, column {column}", layer=layer, map=of, row=row, column=column
            )
        return self._with_colour(
            translate("{layer}, row {row}, column {column}", layer=layer, row=row, column=column), of
        )

    def name_layer(self, name: str) -> str:
        """Return what a layer is called; what is read has a name of its own."""
        return read(self.drawn) if name == INPUT else self.titles[name]

    def _with_colour(self, place: str, channel: int) -> str:
        if self.shapes[INPUT][-1] != len(CHANNELS):
            return place
        return translate("{place}, {colour}", place=place, colour=translate(CHANNELS[channel]))

    def name_map(self, layer: str, of: int) -> str:
        """Return what the values of one map of `layer` are called together; a unit is one value."""
        if len(self.shapes[layer]) == 1:
            return translate("unit {unit}", unit=of)
        return translate("channel {map}", map=of) if layer == INPUT else translate("map {map}", map=of)

    def name_window(self, layer: str, part: Part) -> str:
        """Return a window on a map of `layer` as a heading; a window of one cell is that cell."""
        if part.source:
            return self.name_fully(Cell(part.source, part.map, part.rows[0], part.columns[0]))
        of = self.name_map(layer, part.map)
        if len(self.shapes[layer]) == 1:
            return of
        rows, columns = part.rows, part.columns
        if len(rows) == len(columns) == 1:
            return translate("{map}, row {row}, column {column}", map=of, row=rows[0], column=columns[0])
        return translate(
            "{map}: rows {top} to {bottom}, columns {left} to {right}",
            map=of,
            top=rows[0],
            bottom=rows[-1],
            left=columns[0],
            right=columns[-1],
        )


def read(drawn: bool) -> str:
    """Return what the network reads, in two words."""
    return translate("your drawing") if drawn else translate(wording.word(gettext_noop("the digit")))
