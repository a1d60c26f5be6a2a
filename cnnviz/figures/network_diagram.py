"""Draw a network as boxes and arrows, wrapped to the width available, with activations to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from cnnviz.core.layers import Layer, Shape
from cnnviz.core.layers.formulas import count, product
from cnnviz.core.layers.layer import Argument
from cnnviz.core.networks.architecture import Architecture
from cnnviz.figures import svg
from cnnviz.figures.slabs import Slab, scale_for

MAX_SIDE = 56.0
SLAB, LABEL, BOX, BELOW = 82.0, 98.0, 106.0, 174.0
LINE = 190.0
BOX_HEIGHT = 52.0
GAP = 22.0
EDGE = 14.0
PAD = 14.0


@dataclass(frozen=True)
class Words:
    """Translated texts of the drawing.

    Attributes:
        title: Accessible name.
        description: Accessible description.
        input: Text in the box of the input.
        parameters: Text below a box, with a field {number}.
        layers: What each layer is called.
    """

    title: str
    description: str
    input: str
    parameters: str
    layers: tuple[str, ...]


@dataclass(frozen=True)
class _Cell:
    """A box with its output.

    Attributes:
        lines: Text in the box, the first line bold.
        shape: Shape of the output.
        below: Text below the box.
        tip: Tooltip.
    """

    lines: tuple[str, ...]
    shape: Shape
    below: str
    tip: str

    @cached_property
    def label(self) -> str:
        """Output shape as text."""
        return product(*self.shape)

    def width(self, scale: float) -> float:
        """Compute the width that the texts and the slab need."""
        first, *others = self.lines
        texts = [svg.width_of(first, 13.5) + PAD, *(svg.width_of(line, 10.5) + PAD for line in others)]
        return max(
            *texts,
            svg.width_of(self.label),
            svg.width_of(self.below, 10.5),
            Slab(self.shape, scale).size[0],
            56,
        )


def draw(architecture: Architecture, words: Words, width: float) -> str:
    """Return `architecture` as SVG, at most `width` units wide (unless one box alone is wider)."""
    cells = [
        _Cell((words.input,), architecture.input_shape, "", words.input),
        *(
            _cell(layer, shape, title, words)
            for (layer, shape), title in zip(architecture.layers_and_inputs(), words.layers, strict=True)
        ),
    ]
    # 1. Lay out: a common scale, then line breaks.
    scale = scale_for([cell.shape for cell in cells], MAX_SIDE)
    lines = _even_lines([cell.width(scale) for cell in cells], width - 2 * EDGE)
    wide = max(lines, key=lambda line: line[-1][1])[-1][1] + 2 * EDGE
    body = [svg.rect(0, 0, wide, LINE * len(lines), "paper")]
    # 2. Draw every cell with the arrow that leads to it; an arrow also leaves every line but the last.
    rest = iter(cells)
    for number, line in enumerate(lines):
        top = LINE * number
        for place, (left, right) in enumerate(line):
            body.append(_draw(next(rest), EDGE + left, EDGE + right, top, scale))
            if number or place:
                start = EDGE + line[place - 1][1] if place else 0.0
                body.append(_arrow(start, EDGE + left, top))
        if number < len(lines) - 1:
            body.append(_arrow(EDGE + line[-1][1], EDGE + line[-1][1] + EDGE, top))
    return svg.document(body, width=wide, height=LINE * len(lines), title=words.title, description=words.description)


def _arrow(start: float, end: float, top: float) -> str:
    y = top + BOX + BOX_HEIGHT / 2
    return svg.arrow((start + 2, y), (end - 2, y))


def _even_lines(widths: Sequence[float], most: float) -> list[list[tuple[float, float]]]:
    """Wrap to as few lines as possible, then shorten the longest of them as far as the number of lines allows."""
    lines = _lines(widths, most)
    while len(shorter := _lines(widths, most - GAP)) == len(lines) and most - GAP > max(widths):
        lines, most = shorter, most - GAP
    return lines


def _lines(widths: Sequence[float], most: float) -> list[list[tuple[float, float]]]:
    """Wrap greedily: return the left and right end of every cell, in lines of at most `most`."""
    lines: list[list[tuple[float, float]]] = [[]]
    for width in widths:
        left = lines[-1][-1][1] + GAP if lines[-1] else 0.0
        if lines[-1] and left + width > most:
            lines.append([])
            left = 0.0
        lines[-1].append((left, left + width))
    return lines


def _cell(layer: Layer, shape: Shape, title: str, words: Words) -> _Cell:
    settings = " · ".join(_short(each) for each in layer.arguments() if each.written and each.name != "name")
    lines = tuple(line for line in (title, settings, layer.name) if line)
    parameters = layer.parameters(shape)
    below = words.parameters.format(number=count(parameters)) if parameters else ""
    return _Cell(lines, layer.output_shape(shape), below, layer.keras_line())


def _short(argument: Argument) -> str:
    """Format an argument briefly: 32, 3 × 3, relu; others as in code."""
    if argument.positional or argument.name == "activation":
        return argument.value.strip('"')
    if argument.name in ("kernel_size", "pool_size"):
        return argument.value.strip("()").replace(", ", " × ")
    return argument.code.replace('"', "")


def _draw(cell: _Cell, left: float, right: float, top: float, scale: float) -> str:
    middle = (left + right) / 2
    first = cell.lines[0]
    begin = top + BOX + BOX_HEIGHT / 2 - 6.5 * (len(cell.lines) - 1) + 4
    texts = [
        svg.text(
            middle,
            begin + 13.5 * place,
            svg.span(line),
            size=12 if line is first else 10.5,
            paint="ink" if line is first else "quiet",
            font_weight=650 if line is first else 400,
        )
        for place, line in enumerate(cell.lines)
    ]
    return svg.group(
        svg.element("title", escape(cell.tip)),
        Slab(cell.shape, scale).centre(middle, top + SLAB / 2 + 2).draw(),
        svg.text(middle, top + LABEL, svg.span(cell.label)),
        svg.rect(left, top + BOX, right - left, BOX_HEIGHT, "box line", rx=6),
        *texts,
        *([svg.text(middle, top + BELOW, svg.span(cell.below), size=10.5, paint="quiet")] if cell.below else []),
    )
