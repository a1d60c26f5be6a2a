"""A ledger as a few lines of NumPy that compute the same number from the downloaded arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnnviz.core.layers import ACTIVATIONS, Flatten, Layer, Shape
from cnnviz.core.layers.activations.functions import SELU_ALPHA, SELU_SCALE
from cnnviz.core.layers.layer import Indices
from cnnviz.core.layers.normalization import MIN_DEVIATION, Normalization
from cnnviz.core.ledger import cells
from cnnviz.core.ledger.activation import get_activation
from cnnviz.core.ledger.cells import INPUT
from cnnviz.core.ledger.fixed_point import Sheet, format_exact
from cnnviz.core.ledger.ledger import Ledger
from cnnviz.core.ledger.receptive_field import Reads
from cnnviz.core.networks.network import Network

NORMALIZING = frozenset({"normalize", "standardize"})
"""Arithmetic of layers that multiply a difference by a scale."""


def write_snippet(network: Network, ledger: Ledger, file: str) -> str:
    """Write a program that prints the cell's value with as many decimals as `count_decimals` says.

    `file` is the name of the file that `trace_export.write_npz` makes with all layers and weights.
    """
    lines = ["import numpy as np", "", f'numbers = np.load("{file}")']
    if ledger.cell.layer == INPUT:
        lines += [_write_digit(network.architecture.input_shape), f"value = x{_write_place(ledger)}"]
    else:
        layer, shape = _find_layer(network, ledger)
        if layer.role == "merging":
            lines += _write_merge(network, ledger, layer)
        else:
            lines += [_write_source(network, ledger.source), *_choose_writer(layer)(ledger, layer, shape)]
        lines += _write_activation(ledger, layer, shape)
    places = count_decimals(ledger)
    shown = "abs(value)" if _may_print_minus_zero(network, ledger, places) else "value"
    return "\n".join([*lines, f'print(f"{{{shown}:.{places}f}}")', ""])


def _may_print_minus_zero(network: Network, ledger: Ledger, places: int) -> bool:
    """Return whether a value that is shown as 0 may come out below 0, or as −0, in the program.

    A normalization multiplies a difference of 0 by a negative scale.
    """
    if float(format_value(ledger, places)):
        return False
    normalized = ledger.cell.layer != INPUT and _find_layer(network, ledger)[0].arithmetic in NORMALIZING
    return ledger.exact < 0 or (ledger.exact == 0 and normalized)


def count_decimals(ledger: Ledger) -> int:
    """Count the decimals in which float64 and float32 agree, at most those of the ledger."""
    for places in range(ledger.sheet.places, 0, -1):
        if f"{ledger.exact:z.{places}f}" == format_value(ledger, places):
            return places
    return 0


def format_value(ledger: Ledger, places: int) -> str:
    """Format the network's float32 value with `places` decimals."""
    sheet = Sheet(places)
    return sheet.format(sheet.round_float32(ledger.stored)).replace("−", "-")


def _find_layer(network: Network, ledger: Ledger) -> tuple[Any, Shape]:
    for layer, shape in network.architecture.layers_and_inputs():
        if layer.name == ledger.cell.layer:
            return layer, shape
    raise ValueError(f"`cell` must be of a layer of the network. Received: {ledger.cell}")


def _write_digit(shape: Shape) -> str:
    return f'x = numbers["digit"].astype(float).reshape{shape}'


def _write_source(network: Network, source: str) -> str:
    if source == INPUT:
        return _write_digit(network.architecture.input_shape)
    return f'x = numbers["{source}/after"].astype(float)'


def _write_merge(network: Network, ledger: Ledger, layer: Layer) -> list[str]:
    """Write one line for the source of each value that is read, and one for what is made of them."""
    lines = ["values = []"]
    shapes = cells.list_shapes(network)
    for part in ledger.parts:
        place = f"[{part.rows[0]}, {part.columns[0]}, {part.map}]" if len(shapes[part.source]) == 3 else f"[{part.map}]"
        lines += [_write_source(network, part.source), f"values.append(x{place})"]
    return [*lines, f"value = {_MERGED[layer.arithmetic]}"]


def _write_weight(layer: Layer, name: str, of: str = "") -> str:
    return f'numbers["{layer.name}/{name}"]{of}'


def _write_bias(layer: Any, of: int) -> str:
    return f" + {_write_weight(layer, 'bias', f'[{of}]')}" if layer.use_bias else ""


def _write_place(ledger: Ledger) -> str:
    cell = ledger.cell
    return f"[{cell.row}, {cell.column}, {cell.map}]"


def _write_steps(indices: Indices, shift: int) -> str:
    step = indices[1] - indices[0] if len(indices) > 1 else 1
    end = f"{indices[0] + shift}:{indices[-1] + shift + 1}"
    return end if step == 1 else f"{end}:{step}"


def _count_edges(indices: Indices, side: int) -> tuple[int, int]:
    """Count the cells of padding before and after the side that `indices` need."""
    return max(0, -indices[0]), max(0, indices[-1] + 1 - side)


def _write_window(reads: Reads, shape: Shape, maps: str) -> str:
    """Write the window as an expression, padded only as far as it needs."""
    rows, columns = _count_edges(reads.rows, shape[0]), _count_edges(reads.columns, shape[1])
    padded = f"np.pad(x, ({rows}, {columns}, (0, 0)))" if any(rows + columns) else "x"
    return f"window = {padded}[{_write_steps(reads.rows, rows[0])}, {_write_steps(reads.columns, columns[0])}{maps}]"


def _reads(ledger: Ledger) -> Reads:
    return ledger.reads or Reads((), (), ())


def _write_convolution(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    of, reads = ledger.cell.map, _reads(ledger)
    maps = "" if len(reads.maps) == shape[2] else f", {_write_steps(reads.maps, 0)}"
    return [
        _write_window(reads, shape, maps),
        f"kernel = {_write_weight(layer, 'kernel', f'[..., {of}]')}",
        f"value = (window * kernel).sum(){_write_bias(layer, of)}",
    ]


def _write_depthwise(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    channel, maker = divmod(ledger.cell.map, layer.depth_multiplier)
    return [
        _write_window(_reads(ledger), shape, f", {channel}"),
        f"kernel = {_write_weight(layer, 'kernel', f'[:, :, {channel}, {maker}]')}",
        f"value = (window * kernel).sum(){_write_bias(layer, ledger.cell.map)}",
    ]


def _write_separable(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    of = ledger.cell.map
    return [
        _write_window(_reads(ledger), shape, ""),
        f'maps = np.einsum("rcm,rcmk->mk", window, {_write_weight(layer, "depthwise_kernel")}).reshape(-1)',
        f"value = maps @ {_write_weight(layer, 'pointwise_kernel', f'[0, 0, :, {of}]')}{_write_bias(layer, of)}",
    ]


def _write_transposed(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    cell = ledger.cell
    down, across = (
        list(layer.list_contributions(shape, place, axis)[1]) for axis, place in enumerate((cell.row, cell.column))
    )
    if not (down and across):
        return [f"value = 0.0{_write_bias(layer, cell.map)}  # no window reaches this cell"]
    return [
        _write_window(_reads(ledger), shape, ""),
        f"kernel = {_write_weight(layer, 'kernel', f'[np.ix_({down}, {across})][..., {cell.map}, :]')}",
        f"value = (window * kernel).sum(){_write_bias(layer, cell.map)}",
    ]


def _write_resampled(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    cell, reads = ledger.cell, _reads(ledger)
    if len(reads.rows) == len(reads.columns) == 1:
        return _write_moved(ledger, layer, shape)
    shares = layer.place_weights(shape, {}, cell.row, cell.column, cell.map)[..., 0]
    written = ", ".join(f"[{', '.join(map(format_exact, line))}]" for line in shares)
    return [
        _write_window(reads, shape, f", {cell.map}"),
        f"value = (window * np.float32([{written}])).sum()",
    ]


def _write_dense(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    of = ledger.cell.map
    x = "x" if len(shape) == 1 else f"x[{ledger.cell.row}, {ledger.cell.column}]"
    return [f"value = {x} @ {_write_weight(layer, 'kernel', f'[:, {of}]')}{_write_bias(layer, of)}"]


def _write_pooling(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    inside = _reads(ledger).clip(shape)
    place = f"[{_write_steps(inside.rows, 0)}, {_write_steps(inside.columns, 0)}, {ledger.cell.map}]"
    return [f"value = x{place}.{layer.reduces}()"]


def _write_frame(ledger: Ledger, layer: Any, _: Shape) -> list[str]:
    return [f"value = np.pad(x, (*{layer.padding}, (0, 0))){_write_place(ledger)}"]


def _write_copy(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    if isinstance(layer, Flatten):
        return [f"value = x.reshape(-1)[{ledger.cell.map}]"]
    return _write_same(ledger, layer, shape)


def _write_moved(ledger: Ledger, _: Any, shape: Shape) -> list[str]:
    """Write the place in the input of a value that stands elsewhere in the output."""
    reads = _reads(ledger)
    place = f"{reads.rows[0]}, {reads.columns[0]}, " if len(shape) == 3 else ""
    return [f"value = x[{place}{reads.maps[0]}]"]


def _write_value(ledger: Ledger, shape: Shape) -> str:
    return f"x{_write_place(ledger)}" if len(shape) == 3 else f"x[{ledger.cell.map}]"


def _write_same(ledger: Ledger, _: Any, shape: Shape) -> list[str]:
    return [f"value = {_write_value(ledger, shape)}"]


def _write_rescaling(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    scale, offset = (f"np.float32({format_exact(np.float32(each))})" for each in (layer.scale, layer.offset))
    return [f"value = {_write_value(ledger, shape)} * {scale} + {offset}"]


def _write_index(ledger: Ledger, layer: Any, shape: Shape) -> str:
    """Write the index of the layer's weights that belongs to the cell."""
    cell = ledger.cell
    index = layer.find_index(shape, cell.row, cell.column, cell.map)
    return f"[{', '.join(map(str, index)) or '()'}]"


def _write_normalization(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    index, value = _write_index(ledger, layer, shape), _write_value(ledger, shape)
    if isinstance(layer, Normalization):
        return _write_figures(layer, index, value)
    arrays = [
        f"{name} = float({_write_weight(layer, name, index)})"
        for name in (*_list_weights(layer), "moving_mean", "moving_variance")
    ]
    root = f"np.sqrt(moving_variance + {layer.epsilon:g})"
    return [*arrays, f"value = ({value} - moving_mean) / {root}{_write_scale_and_shift(layer)}"]


def _write_figures(layer: Normalization, index: str, value: str) -> list[str]:
    given = {"mean": layer.mean, "variance": layer.variance}
    lines = []
    for name, figure in given.items():
        if figure is None:
            lines.append(f"{name} = float({_write_weight(layer, name, index)})")
        else:
            place = int(index.strip("[]")) if isinstance(figure, tuple) else 0
            chosen = np.float32(figure[place] if isinstance(figure, tuple) else figure)
            lines.append(f"{name} = float(np.float32({format_exact(chosen)}))")
    lines.append(f"deviation = max(np.sqrt(variance), {MIN_DEVIATION})")
    return [*lines, f"value = {value} * deviation + mean" if layer.invert else f"value = ({value} - mean) / deviation"]


def _list_weights(layer: Any) -> list[str]:
    return [*(["gamma"] if layer.scale else []), *(["beta"] if layer.center else [])]


def _write_scale_and_shift(layer: Any) -> str:
    return f"{' * gamma' if layer.scale else ''}{' + beta' if layer.center else ''}"


def _write_standardization(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    index, reads = _write_index(ledger, layer, shape), _reads(ledger)
    sides = (reads.rows, reads.columns, reads.maps) if len(shape) == 3 else (reads.maps,)
    arrays = [f"{name} = float({_write_weight(layer, name, index)})" for name in _list_weights(layer)]
    value, epsilon = f"({_write_value(ledger, shape)} - values.mean())", f"np.float32({layer.epsilon:g})"
    return [
        f"values = x[{', '.join(_write_steps(side, 0) for side in sides)}]",
        *arrays,
        f"value = {value} / np.sqrt(values.var() + {epsilon}){_write_scale_and_shift(layer)}",
    ]


def _write_slope(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    slope = f"float({_write_weight(layer, 'alpha', _write_index(ledger, layer, shape))})"
    return [f"value = {_write_value(ledger, shape)}", f"value = value if value > 0 else {slope} * value"]


def _write_activation(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    """Return the lines that apply the activation."""
    name = get_activation(layer)
    if name == "softmax":
        return _write_softmax(ledger, layer, shape)
    if layer.arithmetic == "activation" and name not in ACTIVATIONS:
        return list(layer.write_code())
    return list(_ACTIVATIONS.get(name, ()))


def _write_softmax(ledger: Ledger, layer: Any, shape: Shape) -> list[str]:
    cell = ledger.cell
    place = f"[{cell.row}, {cell.column}]" if len(layer.output_shape(shape)) == 3 else ""
    return [
        f'logits = numbers["{layer.name}/before"]{place}.astype(float)  # the sums of all units',
        f"logits[{cell.map}] = value",
        "grown = np.exp(logits - logits.max())",
        f"value = grown[{cell.map}] / grown.sum()",
    ]


_ACTIVATIONS: Mapping[str, tuple[str, ...]] = {
    "relu": ("value = max(value, 0)",),
    "leaky_relu": ("value = value if value > 0 else 0.2 * value",),
    "elu": ("value = value if value > 0 else np.expm1(value)",),
    "gelu": ("from math import erfc", "value = value * erfc(-value / 2**0.5) / 2"),
    "silu": ("value = value / (1 + np.exp(-value))",),
    "sigmoid": ("value = 1 / (1 + np.exp(-value))",),
    "tanh": ("value = np.tanh(value)",),
    "relu6": ("value = min(max(value, 0), 6)",),
    "celu": ("value = value if value > 0 else np.expm1(value)",),
    "selu": (
        f"value = value if value > 0 else {SELU_ALPHA} * np.expm1(value)",
        f"value = {SELU_SCALE} * value",
    ),
    "softplus": ("value = np.logaddexp(0, value)",),
    "softsign": ("value = value / (1 + abs(value))",),
    "squareplus": (
        "root = np.hypot(value, 2)",
        "value = (value + root) / 2 if value > 0 else 2 / (root - value)",
    ),
    "soft_shrink": ("value = value - min(max(value, -0.5), 0.5)",),
    "hard_shrink": ("value = value if abs(value) > 0.5 else 0.0",),
    "tanh_shrink": ("value = value - np.tanh(value)",),
    "sparse_plus": ("value = value if value >= 1 else (max(value, -1) + 1) ** 2 / 4",),
    "sparse_sigmoid": ("value = (min(max(value, -1), 1) + 1) / 2",),
    "exponential": ("value = np.exp(value)",),
    "hard_sigmoid": ("value = min(max(value + 3, 0), 6) / 6",),
    "hard_silu": ("value = value * min(max(value + 3, 0), 6) / 6",),
    "hard_tanh": ("value = min(max(value, -1), 1)",),
    "mish": ("value = value * np.tanh(np.logaddexp(0, value))",),
    "log_sigmoid": ("value = -np.logaddexp(0, -value)",),
}

_MERGED: Mapping[str, str] = {
    "add": "sum(values)",
    "subtract": "values[0] - values[1]",
    "multiply": "np.prod(values)",
    "average": "sum(values) / len(values)",
    "maximum": "max(values)",
    "minimum": "min(values)",
    "concatenate": "values[0]",
}
"""`Layer.arithmetic` of a merge -> what it makes of the values that it reads."""

_BODIES: Mapping[str, Callable[[Ledger, Any, Shape], list[str]]] = {
    "convolution": _write_convolution,
    "depthwise": _write_depthwise,
    "separable": _write_separable,
    "transposed": _write_transposed,
    "dense": _write_dense,
    "copy": _write_copy,
    "move": _write_moved,
    "resample": _write_resampled,
    "frame": _write_frame,
    "normalize": _write_normalization,
    "standardize": _write_standardization,
    "parametric": _write_slope,
    "scale": _write_rescaling,
    "activation": _write_same,
}
"""`Layer.arithmetic` -> the lines up to the activation."""


def _choose_writer(layer: Layer) -> Callable[[Ledger, Any, Shape], list[str]]:
    return _write_pooling if layer.role == "pooling" else _BODIES[layer.arithmetic]
