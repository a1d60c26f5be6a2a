"""A ledger as the JSON that its component shows: every number a text, so that all places write it alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers import Shape
from cnnviz.core.ledger import (
    INPUT,
    Cell,
    Ledger,
    Level,
    Part,
    Shares,
    cells,
    find_feeds,
    find_receptive_field,
    shorten,
    shorten_feeds,
)
from cnnviz.core.ledger.fixed_point import format_factor
from cnnviz.core.ledger.receptive_field import Reads
from cnnviz.core.ledger.shortened import format_short
from cnnviz.core.networks.network import Network
from cnnviz.ui.i18n import gettext_noop, translate, translate_message
from cnnviz.ui.layers.ledger import labels, place
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import layer_names

MAX_WINDOWS = 24
"""So many windows and single contributions can be looked at; the table that is downloaded has all."""

MAX_TERMS = 72
MAX_SHARES = 12

Factor = Callable[[np.float32], str]
"""Writes a value or a weight."""

READ: Mapping[str, str] = {
    "drawing": gettext_noop(
        "Row and column are those of the {rows} × {columns} digit that was made of your drawing; the page Draw shows "
        "the steps."
    ),
    "picture": gettext_noop(
        "Row and column are those of the {rows} × {columns} digit that was made of the picture; the page Draw shows it."
    ),
    "sample": gettext_noop("Row and column are those of the {rows} × {columns} digit that the network reads."),
}
"""Kind of a subject -> the remark in the last account of a path."""


def describe(
    network: Network,
    trace: Trace,
    ledger: Ledger,
    path: Sequence[Cell],
    index: int,
    kind: str = "drawing",
    *,
    brief: bool = False,
) -> dict[str, Any]:
    """Return everything about `ledger`, the account of `path[index]`, as JSON data.

    Args:
        network: The network.
        trace: What it made of the digit.
        ledger: The account.
        path: The cells from the first one down to the digit.
        index: The place of the ledger's cell there.
        kind: Of the subject, a key of `READ`.
        brief: Whether numbers have few decimals, with which they still add up.
    """
    names = make_names(network, kind)
    feeds = find_feeds(network, trace, ledger)
    if brief:
        full, ledger = ledger, shorten(ledger)
        feeds = None if feeds is None else shorten_feeds(feeds, full, ledger)
    factor = partial(format_short, places=ledger.sheet.places) if brief else format_factor
    shapes = names.shapes
    shape = shapes[ledger.cell.layer]
    return {
        "cell": cells.write(ledger.cell, shape),
        "title": translate("{cell}: {value}", cell=names.name_fully(ledger.cell), value=factor(ledger.stored)),
        "value": ledger.sheet.format(ledger.total),
        "breadcrumbs": [names.name_briefly(each) for each in path],
        "index": index,
        "next": vars(path[index + 1]) if index + 1 < len(path) else None,
        "pixel": ledger.cell.layer == INPUT,
        "pooled": bool(ledger.reduces),
        "source": place.describe_source(trace, ledger.source, shapes),
        "marks": _list_marks(trace, ledger, shapes),
        "field": _describe_field(network, trace, ledger.cell),
        "windows": [_describe_window(trace, ledger, part, names, factor) for part in ledger.parts[:MAX_WINDOWS]],
        "terms": _describe_terms(trace, ledger, names, factor),
        "others": _sum_others(ledger),
        "lines": [
            {
                "name": line.name,
                "label": labels.name_line(line, shape),
                "role": line.role,
                "work": line.work,
                "amount": _format_amount(ledger, line.role, line.amount),
            }
            for line in ledger.lines
        ],
        "facts": [
            *map(translate_message, ledger.facts),
            *_explain_place(ledger, shape, kind),
        ],
        "shares": None if ledger.shares is None else _describe_shares(ledger, ledger.shares, names),
        **place.describe_cell(network, trace, ledger, feeds, names),
    }


def describe_place(
    network: Network, trace: Trace, cell: Cell, level: Level, kind: str = "drawing", *, brief: bool = False
) -> dict[str, Any]:
    """Return everything about the map or the layer of `cell` as JSON data, with the keys of `describe`."""
    names = make_names(network, kind)
    if level == "map":
        return place.describe_map(network, trace, cell, names, brief=brief)
    return place.describe_layer(network, trace, cell, names)


def make_names(network: Network, kind: str) -> labels.Names:
    """Return the names of the cells of `network`, which reads a subject of `kind`."""
    titles = layer_names.in_words(network.architecture.layers)
    return labels.Names(cells.list_shapes(network), titles, kind == "drawing")


def _explain_place(ledger: Ledger, shape: Shape, kind: str) -> list[str]:
    """Say that row and column of a pixel refer to the 28 × 28 digit, not to the drawing."""
    return [translate(wording.word(READ[kind]), rows=shape[0], columns=shape[1])] if ledger.cell.layer == INPUT else []


def _format_amount(ledger: Ledger, role: str, amount: int) -> str:
    return ledger.sheet.format_addend(amount) if role == "addend" else ledger.sheet.format(amount)


def _list_marks(trace: Trace, ledger: Ledger, shapes: Mapping[str, Shape]) -> list[dict[str, Any]]:
    """Return the frames in the page's viewers: the window on the maps that are read, and the cell itself."""
    cell, marks = ledger.cell, []
    if len(shapes[cell.layer]) == 3:
        marks.append(
            _make_mark(place.find_published_layer(trace, cell.layer), Reads((cell.row,), (cell.column,), (cell.map,)))
        )
    read = [(part.source, Reads(part.rows, part.columns, (part.map,))) for part in ledger.parts if part.source]
    if not read and ledger.reads is not None:
        read = [(ledger.source, ledger.reads)]
    marks += [
        _make_mark(place.find_published_layer(trace, source), reads.clip(shapes[source]))
        for source, reads in read
        if len(shapes[source]) == 3
    ]
    return marks


def _make_mark(layer: str, reads: Reads) -> dict[str, Any]:
    return {"block": f"{layer}/after", **{side: list(each) for side, each in vars(reads).items()}}


def _describe_field(network: Network, trace: Trace, cell: Cell) -> dict[str, Any]:
    reads = find_receptive_field(network, cell)
    return {**place.encode_digit(network, trace), "rows": list(reads.rows), "columns": list(reads.columns)}


def _describe_window(trace: Trace, ledger: Ledger, part: Part, names: labels.Names, factor: Factor) -> dict[str, Any]:
    text = ledger.sheet.format
    pooled = bool(ledger.reduces)
    single = part.weights is None and not pooled
    won = part.inside & (part.values == part.values[part.inside].max()) if ledger.reduces == "max" else None
    source = part.source or ledger.source
    return {
        "name": names.name_window(source, part),
        "of": names.name_map(source, part.map),
        "source": place.describe_source(trace, source, names.shapes),
        "map": part.map,
        "rows": list(part.rows),
        "columns": list(part.columns),
        "values": _format_grid(part.values, factor) if not pooled else _format_grid(part.amounts, text),
        "inside": part.inside.tolist(),
        "winner": None if won is None else won.tolist(),
        "weights": None if part.weights is None else _format_grid(part.weights, factor),
        "amounts": _format_grid(part.amounts, text),
        "subtotal": "" if single or ledger.reduces == "mean" else text(part.subtotal),
        "kernel": part.kernel,
        "weight": "" if part.weight is None else factor(part.weight),
        "share": "" if part.share is None else text(part.share),
    }


def _format_grid(values: np.ndarray, text: Any) -> list[list[str]]:
    return [[text(each) for each in line] for line in values]


def _describe_terms(trace: Trace, ledger: Ledger, names: labels.Names, factor: Factor) -> list[dict[str, Any]]:
    terms = ledger.terms
    if terms is None:
        return []
    largest = max(1.0, float(np.abs(terms.amounts[:1].astype(float)).max(initial=0)))
    made = []
    for i in range(min(MAX_TERMS, len(terms.values))):
        cell = Cell(ledger.source, int(terms.maps[i]), int(terms.rows[i]), int(terms.columns[i]))
        amount = int(terms.amounts[i])
        made.append(
            {
                "name": _name_origin(trace, cell, names),
                "map": cell.map,
                "row": cell.row,
                "column": cell.column,
                "value": ledger.sheet.format(amount) if terms.weights is None else factor(terms.values[i]),
                "weight": None if terms.weights is None else factor(terms.weights[i]),
                "amount": ledger.sheet.format(amount),
                "size": round(abs(amount) / largest, 4),
            }
        )
    return made


def _name_origin(trace: Trace, cell: Cell, names: labels.Names) -> str:
    """Name the last map that a value was on: a flattened one is known by its place there."""
    outputs = {output.name: output for output in trace.layers}
    while cell.layer in outputs and not outputs[cell.layer].layer.changes_values:
        output = outputs[cell.layer]
        before = cells.name_source(output.sources[0])
        shape = names.shapes[before]
        if output.kind == "Flatten" and len(shape) == 3:
            row, column, of = (int(side) for side in np.unravel_index(cell.map, shape))
            cell = Cell(before, of, row, column)
        else:
            cell = Cell(before, cell.map, cell.row, cell.column)
    return names.name_briefly(cell)


def _sum_others(ledger: Ledger) -> dict[str, Any]:
    """Return the number of addends and the sum of those from each place on; no sums where nothing is added."""
    if ledger.terms is not None:
        added, shown = [int(each) for each in ledger.terms.amounts], MAX_TERMS
    else:
        added, shown = [part.counts for part in ledger.parts], MAX_WINDOWS
    is_sum = not any(part.source for part in ledger.parts) or ledger.lines[0].name == "sum_of_values"
    if ledger.reduces == "max" or not is_sum:
        return {"count": len(added), "amounts": []}
    rest, left = [], sum(added)
    for amount in [*added[:shown], 0]:
        rest.append(ledger.sheet.format(left))
        left -= amount
    return {"count": len(added), "amounts": rest}


def _describe_shares(ledger: Ledger, shares: Shares, names: labels.Names) -> dict[str, Any]:
    """Return all units of a softmax, or the most likely ones, the cell's own and the sum of the others."""
    units = list(range(len(shares.shares)))
    if len(units) > MAX_SHARES:
        first = sorted(units, key=lambda unit: -int(shares.shares[unit]))[:MAX_SHARES]
        units = sorted({*first, ledger.cell.map})
    columns = (shares.logits, shares.shifted, shares.exponentials, shares.shares)
    rows = [
        {
            "unit": unit,
            "name": names.name_map(ledger.cell.layer, unit),
            "own": unit == ledger.cell.map,
            "texts": [ledger.sheet.format(int(column[unit])) for column in columns],
        }
        for unit in units
    ]
    left = shares.total - sum(int(shares.exponentials[unit]) for unit in units)
    return {
        "rows": rows,
        "largest": ledger.sheet.format(int(shares.logits.max())),
        "total": ledger.sheet.format(shares.total),
        "others": {"count": len(shares.shares) - len(units), "amount": ledger.sheet.format(left)},
    }
