"""Where the visitor has gone in, as JSON: the path of places, what feeds a map or a cell, and where its windows lie."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from cnnviz.core.inference.trace import LayerOutput, Trace
from cnnviz.core.layers import Shape
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.ledger import INPUT, Cell, Feeds, Ledger, Level, cells, shorten_total, sum_over_map
from cnnviz.core.ledger.fixed_point import Sheet
from cnnviz.core.ledger.receptive_field import Reads, list_receptive_fields, list_windows
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.layers.ledger import labels
from cnnviz.ui.layers.ledger.labels import Names

MAX_FEEDS = 6
"""So many maps that are read are drawn with a line; the others are one sum."""

MAX_SLID = 3
"""So many maps that are read are shown beneath the sliding kernel."""

LIT = gettext_noop(
    "{lit} of {count} cells are above zero. The largest value, {value}, stands in row {row}, column {column}."
)
DARK = gettext_noop("No cell of this map is above zero.")
ALL_MAPS = gettext_noop("{count} maps of {rows} × {columns} values. Click a map, or press Enter on one, to go in.")
ALL_UNITS = gettext_noop("{count} units. Click one, or press Enter on it, to go in.")


def describe_cell(network: Network, trace: Trace, ledger: Ledger, feeds: Feeds | None, names: Names) -> dict[str, Any]:
    """Return what stands around the account of a cell, which `feeds` feed: for `view_model.describe`."""
    cell = ledger.cell
    return {
        "level": "cell",
        "place": list_breadcrumbs(cell, "cell", names),
        "explained": _describe_explained(trace, cell, "cell"),
        "feeds": None if feeds is None else _describe_feeds(network, trace, cell, feeds, ledger.sheet, names),
        "geometry": _describe_geometry(network, trace, cell, feeds, names),
        "largest": None,
    }


def describe_map(network: Network, trace: Trace, cell: Cell, names: Names, *, brief: bool = False) -> dict[str, Any]:
    """Return the account of the map of `cell` as JSON data: what each map that is read adds to the sum of its cells.

    `brief`: whether numbers have few decimals, with which they still add up.
    """
    output = _get_output(trace, cell.layer)
    shape = output.output_shape
    total = sum_over_map(network, trace, cell.layer, cell.map)
    if brief and total is not None:
        total = shorten_total(total)
    _, _, field_rows, field_columns = _list_geometry(network.architecture, cell.layer)
    feeds = None if total is None else total.feeds
    title = translate("{layer}, map {map}", layer=names.name_layer(cell.layer), map=cell.map)
    return _make_view(network, trace, cell, "map", title, names) | {
        "feeds": None
        if total is None or feeds is None
        else _describe_feeds(network, trace, cell, feeds, total.sheet, names),
        "geometry": _describe_geometry(network, trace, cell, feeds, names),
        "lines": []
        if total is None or feeds is None
        else [
            _make_line("feeds", total.sheet.format(sum(feeds.amounts)), "total"),
            _make_line("bias", total.sheet.format_addend(total.bias), "addend", f"{shape[0]} × {shape[1]} × bias"),
            _make_line("all_before", total.sheet.format(total.total), "total"),
        ],
        "field": {
            **encode_digit(network, trace),
            "rows": sorted(set().union(*field_rows)),
            "columns": sorted(set().union(*field_columns)),
        },
        "facts": [_describe_values(output.after[..., cell.map])],
        "largest": _find_largest(output, cell.map),
        "marks": [
            {"block": f"{find_published_layer(trace, cell.layer)}/after", "maps": [cell.map]}
            | {"rows": [0, shape[0] - 1], "columns": [0, shape[1] - 1]}
        ],
    }


def describe_layer(network: Network, trace: Trace, cell: Cell, names: Names) -> dict[str, Any]:
    """Return what is said while the visitor looks at all maps of the layer of `cell`, as JSON data."""
    output = _get_output(trace, cell.layer)
    shape = output.output_shape
    said = (
        translate(ALL_MAPS, count=shape[2], rows=shape[0], columns=shape[1])
        if len(shape) == 3
        else translate(ALL_UNITS, count=shape[0])
    )
    return _make_view(network, trace, cell, "layer", names.name_layer(cell.layer), names) | {
        "facts": [said],
        "largest": _find_largest(output, None),
    }


def _make_view(network: Network, trace: Trace, cell: Cell, level: Level, title: str, names: Names) -> dict[str, Any]:
    """Return a view without an account; it has every key of `view_model.describe`."""
    return {
        "level": level,
        "cell": cells.write_place(cell, names.shapes[cell.layer], level),
        "title": title,
        "value": "",
        "place": list_breadcrumbs(cell, level, names),
        "breadcrumbs": [],
        "index": 0,
        "next": None,
        "pixel": False,
        "pooled": False,
        "source": describe_source(trace, find_source(network, cell.layer), names.shapes),
        "explained": _describe_explained(trace, cell, level),
        "marks": [],
        "field": None,
        "windows": [],
        "terms": [],
        "others": {"count": 0, "amounts": []},
        "lines": [],
        "facts": [],
        "shares": None,
        "feeds": None,
        "geometry": None,
        "largest": None,
    }


def _make_line(name: str, amount: str, role: str, work: str = "") -> dict[str, str]:
    return {"name": name, "label": translate(labels.LINES[name]), "role": role, "work": work, "amount": amount}


def list_breadcrumbs(cell: Cell, level: Level, names: Names) -> list[dict[str, Any]]:
    """Return the places from the digit to `cell`, down to `level`, each with the step that leads there."""
    found: list[dict[str, Any]] = [{"text": names.name_layer(INPUT), "step": {"kind": "close"}}]
    if cell.layer == INPUT:
        place = translate("row {row}, column {column}", row=cell.row, column=cell.column)
        return [*found, {"text": place, "step": {"kind": "choose", **vars(cell)}}]
    shape = names.shapes[cell.layer]
    found.append(
        {"text": names.name_layer(cell.layer), "step": {"kind": "layer", "layer": cell.layer, "map": cell.map}}
    )
    if level == "layer":
        return found
    step = {"kind": "map", "layer": cell.layer, "map": cell.map}
    found.append({"text": names.name_map(cell.layer, cell.map), "step": step})
    if level == "cell" and len(shape) == 3:
        place = translate("row {row}, column {column}", row=cell.row, column=cell.column)
        found.append({"text": place, "step": {"kind": "choose", **vars(cell)}})
    return found


def encode_digit(network: Network, trace: Trace) -> dict[str, Any]:
    """Return the pixels that the network reads, a byte a channel."""
    shape = network.architecture.input_shape
    pixels = np.round(trace.digit.reshape(shape) * (255 / trace.highest)).astype(np.uint8)
    return {"shape": list(shape), "digit": base64.b64encode(pixels.tobytes()).decode()}


def describe_source(trace: Trace, source: str, shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """Return the layer that is read and the name under which its values are published to the viewers."""
    shape = shapes.get(source, ())
    rows, columns = shape[:2] if len(shape) == 3 else (1, shape[0] if shape else 1)
    return {
        "layer": source,
        "input": source == INPUT,
        "units": len(shape) == 1,
        "rows": rows,
        "columns": columns,
        "block": f"{find_published_layer(trace, source)}/after",
    }


def find_published_layer(trace: Trace, layer: str) -> str:
    """Return the layer whose values `layer` passes on unchanged; layers that change nothing are not published."""
    for output in reversed(trace.layers):
        if output.name == layer and isinstance(output.layer, PassThrough):
            return find_published_layer(trace, cells.name_source(output.sources[0]))
    return layer


def find_source(network: Network, layer: str) -> str:
    """Return the layer that `layer` reads, of several the first, or `INPUT`."""
    return cells.name_source(network.architecture.sources(layer)[0])


def _get_output(trace: Trace, layer: str) -> LayerOutput:
    return next(output for output in trace.layers if output.name == layer)


def _describe_explained(trace: Trace, cell: Cell, level: Level) -> dict[str, Any] | None:
    """Return what the page's viewers bring into sight: a layer, a map of it, a cell of that."""
    if cell.layer == INPUT:
        return None
    place = {"row": cell.row, "column": cell.column} if level == "cell" else {"row": None, "column": None}
    of = None if level == "layer" else cell.map
    return {"block": f"{find_published_layer(trace, cell.layer)}/after", "map": of, **place}


def _describe_values(values: np.ndarray) -> str:
    """Say how many cells of a map are above zero, and which is the largest."""
    lit = int((values > 0).sum())
    if not lit:
        return translate(DARK)
    row, column = (int(side) for side in np.unravel_index(values.argmax(), values.shape))
    value = f"{float(values[row, column]):.3g}"
    return translate(LIT, lit=lit, count=values.size, value=value, row=row, column=column)


def _find_largest(output: LayerOutput, of: int | None) -> dict[str, Any]:
    """Return the way in to the largest value of map `of`, or of all."""
    values = output.after if of is None or output.after.ndim == 1 else output.after[..., of]
    place = tuple(int(side) for side in np.unravel_index(values.argmax(), values.shape))
    if output.after.ndim == 1:
        row, column, of = 0, 0, place[0]
    elif of is None:
        row, column, of = place
    else:
        row, column = place
    return {"kind": "choose", "layer": output.name, "map": of, "row": row, "column": column}


def _describe_feeds(
    network: Network, trace: Trace, cell: Cell, feeds: Feeds, sheet: Sheet, names: Names
) -> dict[str, Any] | None:
    """Return the maps that feed `cell` or its map; None where there is nothing to draw a line from."""
    shape = names.shapes[feeds.source]
    if len(shape) != 3:
        return None
    largest = max(1, *(abs(amount) for amount in feeds.amounts))
    kernel = _get_kernel(network, trace, cell, feeds)
    shown = list(zip(feeds.maps, feeds.amounts, strict=True))[:MAX_FEEDS]
    rest = feeds.amounts[MAX_FEEDS:]
    return {
        **describe_source(trace, feeds.source, names.shapes),
        "items": [
            {
                "map": of,
                "name": _name_read(feeds.source, of, names),
                "amount": sheet.format(amount),
                "size": round(abs(amount) / largest, 4),
                "negative": amount < 0,
                "kernel": None if kernel is None else kernel[of],
            }
            for of, amount in shown
        ],
        "others": {"count": len(rest), "amount": sheet.format(sum(rest))},
        "total": sheet.format(sum(feeds.amounts)),
    }


def _name_read(source: str, of: int, names: Names) -> str:
    """Return what a map that is read is called; the only one of the digit is the digit."""
    return names.name_layer(source) if source == INPUT and names.shapes[source][2] == 1 else names.name_map(source, of)


def _get_kernel(network: Network, trace: Trace, cell: Cell, feeds: Feeds) -> dict[int, list[list[float]]] | None:
    """Return the slice of the kernel for each map that is read, rounded for pictures; None for a dense layer."""
    output = _get_output(trace, cell.layer)
    weights = output.layer.cell_weights(network.weights_of(cell.layer), cell.map)
    if weights is None or len(output.output_shape) != 3:
        return None
    maps = output.layer.reads(output.input_shape, cell.row, cell.column, cell.map)[2]
    return {of: [[float(f"{x:.4g}") for x in line] for line in weights[..., maps.index(of)]] for of in feeds.maps}


def _describe_geometry(
    network: Network, trace: Trace, cell: Cell, feeds: Feeds | None, names: Names
) -> dict[str, Any] | None:
    """Return the windows and receptive fields of all cells of a map; None where rows or columns are missing."""
    if cell.layer == INPUT:
        return None
    output = _get_output(trace, cell.layer)
    if len(output.output_shape) != 3 or len(output.input_shape) != 3 or output.layer.role == "merging":
        return None
    above = network.architecture.layers[: [each.name for each in trace.layers].index(cell.layer) + 1]
    if not all(layer.keeps_axes for layer in above):
        return None  # rows and columns have changed places, so no row has rows of its own
    reads = Reads(*output.layer.reads(output.input_shape, cell.row, cell.column, cell.map))
    rows, columns, field_rows, field_columns = _list_geometry(network.architecture, cell.layer)
    shown = (feeds.maps if feeds is not None else reads.maps)[:MAX_SLID]
    return {
        "source": describe_source(trace, find_source(network, cell.layer), names.shapes),
        "own": f"{find_published_layer(trace, cell.layer)}/after",
        "map": cell.map,
        "name": names.name_map(cell.layer, cell.map),
        "reads": list(reads.maps),
        "shown": [{"map": of, "name": _name_read(find_source(network, cell.layer), of, names)} for of in shown],
        "rows": rows,
        "columns": columns,
        "field_rows": field_rows,
        "field_columns": field_columns,
        "slides": output.layer.role in ("weighted", "pooling"),
        "row": cell.row,
        "column": cell.column,
    }


@lru_cache(maxsize=64)
def _list_geometry(architecture: Architecture, layer: str) -> tuple[list[list[int]], ...]:
    """Return rows and columns of the windows, and those of the receptive fields, for each row and column of a layer."""
    each, shape = next(found for found in architecture.layers_and_inputs() if found[0].name == layer)
    windows = list_windows(each, shape, architecture.output_shape(layer))
    fields = list_receptive_fields(architecture, layer)
    return tuple([list(indices) for indices in side] for side in (*windows, *fields))
