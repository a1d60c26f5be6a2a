"""Export a trace: every number that the pages show, as NPZ for NumPy and as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

import numpy as np

from cnnviz.core.inference.trace import LayerOutput, Trace
from cnnviz.core.networks.network import pack_weights

COLUMNS = ("layer", "stage", "map", "row", "column", "value")


def write_npz(
    trace: Trace,
    layers: tuple[LayerOutput, ...] | None = None,
    weights: Mapping[str, Mapping[str, np.ndarray]] | None = None,
) -> bytes:
    """Return a compressed NPZ file with the digit and ``<layer>/before`` and ``<layer>/after`` of `layers`.

    Arrays are float32 with the shapes of the layers' outputs; ``before`` is left out where a layer has no activation.
    With `weights` it has ``<layer>/kernel`` and so on as well.

    Args:
        trace: what to write.
        layers: the layers to write; all when None.
        weights: the network's weights by layer and Keras's name.
    """
    chosen = trace.layers if layers is None else layers
    arrays = {f"{layer.name}/{stage}": values for layer in chosen for stage, values in iterate_stages(layer)}
    arrays |= pack_weights({layer.name: (weights or {}).get(layer.name, {}) for layer in chosen})
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, digit=trace.digit, **arrays)
    return file.getvalue()


def write_csv(trace: Trace, layers: tuple[LayerOutput, ...] | None = None) -> bytes:
    """Return a CSV file, UTF-8, one line per value: layer, stage, map, row, column, value.

    Values of dense layers have their unit's number as `map` and no row and column. Each value is written with the
    fewest digits that give the same float32 back.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for layer in trace.layers if layers is None else layers:
        for stage, values in iterate_stages(layer):
            writer.writerows(_rows(layer.name, stage, values))
    return text.getvalue().encode()


def iterate_stages(layer: LayerOutput) -> Iterator[tuple[str, np.ndarray]]:
    """Yield ``("before", values)`` where there is an activation, then ``("after", values)``."""
    if layer.before is not layer.after:
        yield "before", layer.before
    yield "after", layer.after


def _rows(name: str, stage: str, values: np.ndarray) -> Iterator[tuple[object, ...]]:
    if values.ndim == 1:
        yield from ((name, stage, unit, "", "", str(value)) for unit, value in enumerate(values))
    else:
        for (row, column, channel), value in np.ndenumerate(values):
            yield name, stage, channel, row, column, str(value)
