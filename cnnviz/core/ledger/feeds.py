"""Which maps of the layer before feed a cell or a whole map, and how much each of them adds to its sum."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers.layer import Indices
from cnnviz.core.ledger import cells
from cnnviz.core.ledger.cells import INPUT, Cell
from cnnviz.core.ledger.fixed_point import MAX_PLACES, Sheet
from cnnviz.core.ledger.ledger import Ledger
from cnnviz.core.ledger.query import Question, ask
from cnnviz.core.ledger.receptive_field import list_windows
from cnnviz.core.networks.network import Network

MAX_MAP_UNIT_SHARE = 1e-5
"""Largest unit of a map's amounts as a share of the largest of them."""


@dataclass(frozen=True)
class Feeds:
    """Contributions of maps to a sum, the largest in size first; equal ones by map.

    Attributes:
        source: the layer that has these maps, or `cells.INPUT`.
        maps: (n,).
        amounts: (n,) in units of a sheet.
    """

    source: str
    maps: Indices
    amounts: tuple[int, ...]


@dataclass(frozen=True)
class MapTotal:
    """The sum of all cells of one map before the activation, by the maps that it is computed from.

    A sum over cells is linear: what the maps and the bias add to each cell adds up over all cells.

    Attributes:
        sheet: the format of all amounts.
        feeds: what each map that is read adds.
        bias: the bias times the number of cells; 0 without one.
        total: the sum of all contributions and the bias.
    """

    sheet: Sheet
    feeds: Feeds
    bias: int
    total: int


def find_feeds(network: Network, trace: Trace, ledger: Ledger) -> Feeds | None:
    """Return what each map adds to the sum of `ledger`; None where no products are added.

    A unit of a dense layer that reads flattened maps is fed by those maps. The amounts add up to the ledger's sum.
    """
    if ledger.parts and ledger.parts[0].weights is not None:
        return _collect(ledger.source, ((part.map, part.counts) for part in ledger.parts))
    if ledger.terms is None or ledger.terms.weights is None:
        return None
    source, channels = _find_flattened(network, trace, ledger.source)
    units = ledger.terms.maps.tolist()
    # Flatten puts channels fastest, so the unit's number says which map it was on.
    return _collect(source, ((unit % channels, int(of)) for unit, of in zip(units, ledger.terms.amounts, strict=True)))


def _collect(source: str, contributions: Iterable[tuple[int, int]]) -> Feeds:
    """Add up contributions by map, and sort them."""
    found: dict[int, int] = {}
    for of, amount in contributions:
        found[of] = found.get(of, 0) + int(amount)
    order = sorted(found, key=lambda of: (-abs(found[of]), of))
    return Feeds(source, tuple(order), tuple(found[of] for of in order))


def _find_flattened(network: Network, trace: Trace, source: str) -> tuple[str, int]:
    """Return the layer whose maps became the units of `source`, and how many; `source` if they were never maps."""
    outputs, shapes = {output.name: output for output in trace.layers}, cells.list_shapes(network)
    layer = source
    while layer != INPUT and len(shapes[layer]) != 3:
        output = outputs[layer]
        if output.layer.changes_values:
            return source, shapes[source][-1]
        layer = cells.name_source(output.sources[0])
    return layer, shapes[layer][-1]


def sum_over_map(network: Network, trace: Trace, layer: str, of: int) -> MapTotal | None:
    """Return what each map that is read adds to map `of` of `layer`, over all its cells; None where no products are.

    Worked out in float64 and rounded once.
    """
    question = ask(network, trace, Cell(layer, of))
    weight = question.layer.cell_weights(question.weights, of)
    if weight is None or len(question.output.output_shape) != 3:
        return None
    added = (_sum_windows(question) * weight.astype(float)).sum(axis=(0, 1))
    rows, columns, _ = question.output.output_shape
    bias = 0.0 if question.bias is None else float(question.bias) * rows * columns
    sheet = _choose_sheet(max(abs(bias), float(np.abs(added).max())))
    feeds = _collect(
        question.source, ((of, sheet.round(float(each))) for of, each in zip(question.reads.maps, added, strict=True))
    )
    offset = sheet.round(bias)
    return MapTotal(sheet, feeds, offset, sum(feeds.amounts) + offset)


def _choose_sheet(largest: float) -> Sheet:
    places = math.ceil(-math.log10(MAX_MAP_UNIT_SHARE * largest)) if largest > 0 else 3
    return Sheet(max(0, min(MAX_PLACES, places)))


def _sum_windows(question: Question) -> np.ndarray:
    """Return for each place in the window the sum of all values that it reads there, (rows, columns, maps) float64.

    Rows and columns do not depend on one another, so one count of each says how often a value is read at a place.
    """
    x = question.whole.astype(float)[..., question.reads.maps]
    down, across = list_windows(question.layer, question.output.input_shape, question.output.output_shape)
    counts = _count(down, x.shape[0]), _count(across, x.shape[1])
    return np.asarray(np.einsum("ah,bw,hwm->abm", *counts, x, optimize=True))


def _count(windows: tuple[Indices, ...], size: int) -> np.ndarray:
    """Return how many windows read an index at a place, (places, size); padding is read by none."""
    found = np.zeros((len(windows[0]), size))
    for window in windows:
        for place, index in enumerate(window):
            if 0 <= index < size:
                found[place, index] += 1
    return found
