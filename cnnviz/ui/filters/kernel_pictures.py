"""Pictures of kernels: all filters of a convolution on one canvas, signed, on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from cnnviz.figures import kernel_strips
from cnnviz.ui.components.feature_maps import LABELS, Block, Selection, feature_maps
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_plural
from cnnviz.ui.shell import session

WEIGHTS: Mapping[str, str] = MappingProxyType(
    {
        **LABELS,
        "point": gettext_noop("Point at a weight to read it."),
        "point_select": gettext_noop("Point to read a weight; click to choose a filter."),
        "read_map": gettext_noop("filter {map}, row {row}, column {column}: weight {value}"),
        "read_named_map": gettext_noop("filter {map}, {where}: weight {value}"),
        "read_cell": gettext_noop("row {row}, column {column}: weight {value}"),
        "range_network": gettext_noop("one scale for all of these weights: blue below 0, red or orange above"),
        "maps_select": gettext_noop(
            "{title}, {subtitle}: the kernels of {maps} filters. Arrow keys go from weight to weight, Enter chooses a "
            "filter."
        ),
    }
)
"""The texts of the viewer of maps where it shows weights."""

BARS: Mapping[str, str] = MappingProxyType(
    {
        **LABELS,
        "point_select": gettext_noop("Point to read a bar; click to choose its filter."),
        "read_unit": gettext_noop("filter {unit}: {value} of its initial length"),
        "bars": gettext_noop(
            "{title}, {subtitle}: {rows} filters. Arrow keys go from one to the next, Enter chooses it."
        ),
    }
)
"""The texts where it shows how far filters moved."""

MOST = {True: 480, False: 168}
"""CSS pixels of the longer side of a picture, by whether it is a strip of several input channels."""


def show(
    key: str,
    kernels: np.ndarray,
    title: str,
    *,
    order: Sequence[int],
    largest: float,
    height: int = 520,
) -> Selection | None:
    """Show all filters of a convolution; return the filter that was clicked in this run, as the place in `order`.

    Args:
        key: The element's key.
        kernels: (rows, columns, inputs, filters) float32.
        title: What stands above.
        order: The filters, in the order in which they stand.
        largest: The largest size of a weight on the scale.
        height: CSS pixels that the picture should not be higher than.
    """
    rows, columns, inputs, _ = kernels.shape
    stacked = kernel_strips.stack_channels(kernels)[..., list(order)]
    block = Block(
        id="kernels",
        title=title,
        subtitle=_describe_size(kernels.shape),
        values=stacked,
        signed=True,
        ticks=tuple(map(str, order)),
        names=None if inputs == 1 else (_name_rows(len(stacked), rows), _name_columns(columns)),
    )
    return feature_maps(
        key,
        [block],
        mode="mosaic",
        height=height,
        side=MOST[inputs > 1],
        colour_range="network",
        network_range=(-largest, largest),
        palette=session.get("palette"),
        labels=translate_all(WEIGHTS),
        on_select=lambda: None,
    )


def _describe_size(shape: tuple[int, ...]) -> str:
    rows, columns, inputs, filters = shape
    return translate_plural(
        "{filters} filters, {rows} × {columns} weights each",
        "{filters} filters, {rows} × {columns} weights for each of {number} input maps",
        inputs,
        filters=filters,
        rows=rows,
        columns=columns,
    )


def _name_rows(count: int, rows: int) -> list[str]:
    """Return for every row of a strip which input map and which row of its kernel it is."""
    places = [kernel_strips.place_row(row, rows) for row in range(count)]
    return [
        "" if place is None else translate("input map {map}, row {row}", map=place[0], row=place[1]) for place in places
    ]


def _name_columns(columns: int) -> list[str]:
    return [translate("column {column}", column=column) for column in range(columns)]
