"""Draw one layer: its input, its operation and its output.

Elements have an attribute `data-of`, the space-separated names of the arguments that they depend on, so that the page
can highlight them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from cnnviz.core.arguments import format_input_shape, format_output_shape
from cnnviz.core.layers import ACTIVATIONS, Layer, Merge, Shape, windows
from cnnviz.core.layers.convolution import Windowed, measure_dilated_spans
from cnnviz.core.layers.formulas import INPUT, OUTPUT, Formula, Part, amount, count, formula, product, times
from cnnviz.figures import svg
from cnnviz.figures.slabs import Slab, scale_for

WIDTH, HEIGHT = 400.0, 138.0
MIDDLE = 56.0
LEFT, CENTRE, RIGHT = 66.0, 205.0, 338.0
MAX_SIDE = 72.0
MAX_INPUTS = 3
"""Inputs of a merge that are drawn."""

SIGNS = {
    "add": "+",
    "subtract": "−",
    "multiply": "×",
    "average": "mean",
    "maximum": "max",
    "minimum": "min",
    "concatenate": "| |",
}
"""`Layer.arithmetic` of a merge -> what it does as a sign."""


def draw(layer: Layer, shape: Shape, title: str) -> str:
    """Return `layer` on an input of `shape` as SVG; `title` is its accessible name."""
    made = layer.output_shape(shape)
    scale = scale_for([shape, made], MAX_SIDE)
    read, given = Slab(shape, scale).centre(LEFT, MIDDLE), Slab(made, scale).centre(RIGHT, MIDDLE)
    body = [
        read.draw(data_of=INPUT),
        given.draw(data_of=_of(format_output_shape(layer, shape))),
        *_window(layer, shape, read, given),
        svg.arrow((CENTRE - 52, MIDDLE), (CENTRE + 52, MIDDLE)),
        *_work(layer, shape),
        _label(LEFT, format_input_shape(shape)),
        _label(RIGHT, format_output_shape(layer, shape)),
    ]
    return svg.document(body, width=WIDTH, height=HEIGHT, title=title)


def draw_merge(layer: Merge, shapes: Sequence[Shape], title: str) -> str:
    """Return `layer`, which reads inputs of `shapes`, as SVG; of many inputs the first ones and how many more."""
    made = layer.merged_shape(shapes)
    shown = shapes[:MAX_INPUTS]
    scale = scale_for([*shown, made], MAX_SIDE)
    # 1. The inputs one above the other, each smaller the more there are, with a line into the sign.
    step = (HEIGHT - 30) / len(shown)
    body = []
    for place, shape in enumerate(shown):
        y = 4 + step * (place + 0.5)
        body += [
            Slab(shape, 0.7 * scale / len(shown)).centre(LEFT, y - 6).draw(data_of=INPUT),
            svg.text(LEFT, y + step / 2 - 2, svg.span(product(*shape), data_of=INPUT), size=10),
            svg.path([(LEFT + 48, y), (CENTRE - 30, MIDDLE)], "line", fill="none", stroke_width=1.3),
        ]
    more = len(shapes) - len(shown)
    # 2. The sign, and what comes out.
    body += [
        *([svg.text(LEFT, HEIGHT - 8, svg.span(f"+ {more}"), size=12)] if more else []),
        svg.arrow((CENTRE - 30, MIDDLE), (CENTRE - 18, MIDDLE)),
        svg.text(CENTRE, MIDDLE + 6, svg.span(SIGNS[layer.arithmetic], data_of="axis"), size=18),
        svg.arrow((CENTRE + 24, MIDDLE), (RIGHT - 52, MIDDLE)),
        Slab(made, scale).centre(RIGHT, MIDDLE).draw(data_of=OUTPUT),
        _label(RIGHT, times(*(amount(side, OUTPUT) for side in made))),
    ]
    return svg.document(body, width=WIDTH, height=HEIGHT, title=title)


def _of(pieces: Formula) -> str:
    return " ".join(dict.fromkeys(chain.from_iterable(piece.of for piece in pieces)))


def _line(x: float, y: float, pieces: Formula, **more: Any) -> str:
    spans = [svg.span(piece.text, data_of=" ".join(piece.of)) for piece in pieces]
    return svg.text(x, y, *spans, **more)


def _label(x: float, pieces: Formula) -> str:
    return _line(x, HEIGHT - 8, pieces, size=12)


def _work(layer: Any, shape: Shape) -> list[str]:
    """Label the arrow: above it the weights or the window, below it bias and activation."""
    above, below = _above(layer, shape), _below(layer)
    lines = [_line(CENTRE, MIDDLE - 9 - 14 * place, each) for place, each in enumerate(reversed(above))]
    lines += [_line(CENTRE, MIDDLE + 18 + 14 * place, each) for place, each in enumerate(below)]
    activation = getattr(layer, "activation", "linear")
    if activation != "linear":
        lines.append(_curve(activation, MIDDLE + 12 + 14 * len(below)))
    return lines


def _above(layer: Any, shape: Shape) -> list[Formula]:
    weights = layer.weight_shapes(shape)
    if isinstance(layer, Windowed):
        depth = times(amount(weights["kernel"][2], INPUT, "groups")) if "kernel" in weights else ()
        window = formula(Part(product(*layer.kernel_size), ("kernel_size",)), *(" × " if depth else "",), *depth)
        many = [
            Part(f"{count(getattr(layer, name))} × ", (name,))
            for name in ("filters", "depth_multiplier")
            if hasattr(layer, name)
        ]
        return [(*many, *window), _stride(layer)]
    if layer.arithmetic == "transposed":
        window = times(amount(layer.filters, "filters"), Part(product(*layer.kernel_size), ("kernel_size",)))
        return [(*window, Part(" × "), amount(shape[2], INPUT)), _stride(layer)]
    if hasattr(layer, "pool_size"):
        return [formula(f"{layer.reduces} ", Part(product(*layer.pool_size), ("pool_size",))), _stride(layer)]
    if layer.kind == "Dense":
        return [times(amount(layer.units, "units"), amount(shape[-1], INPUT))]
    if layer.role == "pooling":
        return [formula(layer.reduces)]
    return [formula(*OTHERS.get(layer.kind, _numbers)(layer))]


def _numbers(layer: Any) -> list[Part]:
    """List the layer's floating-point arguments with their names."""
    numbers = ((each.name, getattr(layer, each.name)) for each in layer.arguments())
    return [Part(f"{name} {number:g}", (name,)) for name, number in numbers if isinstance(number, float)]


def _stride(layer: Any) -> Formula:
    """Write strides and dilation in Keras's words."""
    down, across = layer.strides
    pieces = [Part(f"strides {down}" if down == across else f"strides {down}, {across}", ("strides",))]
    if max(rate := getattr(layer, "dilation_rate", (1, 1))) > 1:
        pieces.append(Part(f" dilation {rate[0]}, {rate[1]}", ("dilation_rate",)))
    return tuple(pieces)


def _label_normalization(layer: Any, statistics: str) -> tuple[Any, ...]:
    """Label a normalization by its formula; the argument `statistics` says where mean and variance come from."""
    return (
        *((Part("γ ", ("scale",)),) if layer.scale else ()),
        Part("(x − μ) / √(σ² + ", (statistics,)),
        Part("ε", ("epsilon",)),
        ")",
        *((Part(" + β", ("center",)),) if layer.center else ()),
    )


OTHERS: dict[str, Any] = {
    "BatchNormalization": lambda layer: _label_normalization(layer, "momentum"),
    "LayerNormalization": lambda layer: _label_normalization(layer, "axis"),
    "GroupNormalization": lambda layer: _label_normalization(layer, "groups"),
    "Normalization": lambda layer: (Part("x σ + μ" if layer.invert else "(x − μ) / σ", ("invert",)),),
    "PReLU": lambda _: (Part("max(x, 0) + α min(x, 0)", ("shared_axes",)),),
    "Rescaling": lambda layer: (Part(f"× {layer.scale:g}", ("scale",)), Part(f" + {layer.offset:g}", ("offset",))),
    "ZeroPadding2D": lambda _: (Part("padding", ("padding",)),),
    "Cropping2D": lambda _: (Part("cropping", ("cropping",)),),
    "UpSampling2D": lambda layer: (Part(f"size {product(*layer.size)}", ("size",)), Part(f" {layer.interpolation}")),
    "Resizing": lambda layer: (Part(layer.interpolation, ("interpolation",)),),
    "Permute": lambda layer: (Part(f"axes {', '.join(map(str, layer.dims))}", ("dims",)),),
    "Softmax": lambda _: ("softmax",),
    "ReLU": lambda _: ("relu",),
}
"""Kind -> label above the arrow, in Keras's words and in symbols; kinds that are missing show their numbers."""


def _below(layer: Any) -> list[Formula]:
    return [formula(Part("+ bias", ("use_bias",)))] if getattr(layer, "use_bias", False) else []


def _curve(activation: str, y: float) -> str:
    """Plot the activation on [−3, 3] beside its name; softmax, a function of all values at once, has no curve."""
    name = svg.span(activation, data_of="activation")
    if activation == "softmax":
        return svg.text(CENTRE, y + 8, name)
    x = np.linspace(-3, 3, 61, dtype=np.float32)
    bent = ACTIVATIONS[activation](x).clip(-2, 2)
    points = [(CENTRE - 22 + 8 * float(a), y + 10 - 6 * float(b)) for a, b in zip(x, bent, strict=True)]
    points = [(px, min(max(py, y - 6), y + 20)) for px, py in points]
    axes = [svg.path([(CENTRE - 46, y + 10), (CENTRE + 2, y + 10)], "line", stroke_width=0.6, stroke_opacity=0.5)]
    curve = svg.path(points, "line", fill="none", stroke_width=1.8, data_of="activation")
    return svg.group(*axes, curve) + svg.text(CENTRE + 10, y + 12, name, anchor="start")


def _window(layer: Any, shape: Shape, read: Slab, given: Slab) -> list[str]:
    """Draw the window on the input, its next position, the padding around the input, and the output cell."""
    if layer.kind == "ZeroPadding2D":
        (above, _), (left, _) = layer.padding
        corner = given.cell(above, left)
        return [
            svg.rect(
                *corner,
                shape[1] * given.scale,
                shape[0] * given.scale,
                "line",
                fill="none",
                data_of="padding",
            )
        ]
    if not hasattr(layer, "strides") or layer.arithmetic == "transposed":
        return []
    # 1. Size of the window, and padding on each side.
    pooling = hasattr(layer, "pool_size")
    span = layer.pool_size if pooling else measure_dilated_spans(layer.kernel_size, layer.dilation_rate)
    reach = "pool_size" if pooling else "kernel_size dilation_rate"
    margins = [
        windows.compute_margins(side, each, stride, layer.padding)
        for side, each, stride in zip(shape[:2], span, layer.strides, strict=True)
    ]
    (above, below), (left, right) = margins
    # 2. Padding, two positions of the window, and lines from the window to the cell that it computes.
    frame = svg.rect(
        *read.cell(-above, -left),
        (shape[1] + left + right) * read.scale,
        (shape[0] + above + below) * read.scale,
        "line",
        fill="none",
        stroke_dasharray="3 2",
        data_of="padding",
    )
    start, next_ = read.cell(-above, -left), read.cell(-above, -left + layer.strides[1])
    sides = span[1] * read.scale, span[0] * read.scale
    cell = given.cell(0, 0)
    lines = [
        svg.path(
            [(start[0] + sides[0], start[1] + place * sides[1]), (cell[0], cell[1] + place * given.scale)],
            "line",
            stroke_width=0.6,
            stroke_opacity=0.45,
            data_of=reach,
        )
        for place in (0, 1)
    ]
    return [
        *lines,
        frame,
        svg.rect(*next_, *sides, "line", fill="none", stroke_dasharray="1.5 1.5", data_of="strides"),
        svg.rect(*start, *sides, "line", fill="none", stroke_width=2, data_of=reach),
        svg.rect(*cell, given.scale, given.scale, "line", fill="none", stroke_width=1.5, data_of=reach),
    ]
