"""Draw a network as boxes and arrows, wrapped to the width available, with activations to scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from cnnviz.core.layers import Layer, Shape
from cnnviz.core.layers.formulas import count, product
from cnnviz.core.layers.layer import Argument
from cnnviz.core.networks.architecture import PICTURE, Architecture
from cnnviz.figures import svg
from cnnviz.figures.slabs import Slab, scale_for

MAX_SIDE = 56.0
SLAB, LABEL, BOX, BELOW = 82.0, 98.0, 106.0, 174.0
LINE = 190.0
BOX_HEIGHT = 52.0
GAP = 22.0
EDGE = 14.0
PAD = 14.0
LANE = 8.0
"""Height of the lane of a line that leads further than to the next cell."""
OUT, IN = 6.0, 9.0
"""Distances from a cell at which such a line goes down and up again."""


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
            _cell(layer, shape, architecture.output_shape(layer.name), title, words)
            for (layer, shape), title in zip(architecture.layers_and_inputs(), words.layers, strict=True)
        ),
    ]
    # 1. Lay out: a common scale, line breaks, and beneath each line the lanes of what is read further on.
    scale = scale_for([cell.shape for cell in cells], MAX_SIDE)
    lines = _even_lines([cell.width(scale) for cell in cells], width - 2 * EDGE)
    wide = max(lines, key=lambda line: line[-1][1])[-1][1] + 2 * EDGE
    buses = _find_buses(architecture)
    places = [(number, *ends) for number, line in enumerate(lines) for ends in line]
    lanes = _assign_lanes(buses, [number for number, _, _ in places], len(lines))
    heights = [LINE + LANE * len(set(each.values())) for each in lanes]
    tops = [sum(heights[:number]) for number in range(len(lines))]
    body = [svg.rect(0, 0, wide, sum(heights), "paper")]
    # 2. Draw every cell with the arrow from the one before, if it is read; it also leaves the line before.
    for at, (number, left, right) in enumerate(places):
        top = tops[number]
        body.append(_draw(cells[at], EDGE + left, EDGE + right, top, scale))
        if at and _reads_before(architecture, at):
            before, _, end = places[at - 1]
            if before != number:
                body.append(_arrow(EDGE + end, EDGE + end + EDGE, tops[before]))
            body.append(_arrow(EDGE + end if before == number else 0.0, EDGE + left, top))
    # 3. Draw what is read further on.
    for source, readers in buses.items():
        body += _draw_bus(source, readers, places, lanes, tops, wide)
    return svg.document(body, width=wide, height=sum(heights), title=words.title, description=words.description)


def _reads_before(architecture: Architecture, at: int) -> bool:
    """Return whether cell number `at`, counted with the picture as 0, reads the cell before it."""
    names = (PICTURE, *(layer.name for layer in architecture.layers))
    return names[at - 1] in architecture.sources(names[at])


def _find_buses(architecture: Architecture) -> dict[int, list[int]]:
    """Return each cell that is read by others than the next one, with these; cells are counted from the picture."""
    names = (PICTURE, *(layer.name for layer in architecture.layers))
    found: dict[int, list[int]] = {}
    for at, name in enumerate(names[1:], 1):
        for source in dict.fromkeys(architecture.sources(name)):
            if names[at - 1] != source:
                found.setdefault(names.index(source), []).append(at)
    return found


def _assign_lanes(buses: Mapping[int, Sequence[int]], lines: Sequence[int], count: int) -> list[dict[int, int]]:
    """Return for each line which lane a cell's bus has there; buses that overlap have different ones.

    Args:
        buses: As `_find_buses` returns them.
        lines: The line of each cell.
        count: Number of lines.
    """
    found: list[dict[int, int]] = [{} for _ in range(count)]
    for number in range(count):
        taken: list[tuple[int, int, int]] = []
        for source, readers in sorted(buses.items()):
            if not lines[source] <= number <= lines[readers[-1]]:
                continue
            # A bus ends in front of the cells that read it, where the next one may begin.
            begin, end = source, readers[-1]
            used = {lane for first, last, lane in taken if begin < last and first < end}
            lane = next(lane for lane in range(len(taken) + 1) if lane not in used)
            taken.append((begin, end, lane))
            found[number][source] = lane
    return found


def _draw_bus(
    source: int,
    readers: Sequence[int],
    places: Sequence[tuple[int, float, float]],
    lanes: Sequence[Mapping[int, int]],
    tops: Sequence[float],
    wide: float,
) -> list[str]:
    """Draw a line from the side of a cell down to its lane, along it, and up to every cell that reads it."""
    first, last = places[source][0], places[readers[-1]][0]
    body = []
    for number in range(first, last + 1):
        side, lane = tops[number] + BOX + BOX_HEIGHT - 10, tops[number] + LINE - 8 + LANE * lanes[number][source]
        entries = [EDGE + places[reader][1] for reader in readers if places[reader][0] == number]
        out = EDGE + places[source][2]
        start = out + OUT if number == first else 0.0
        end = max(entries) - IN if number == last else wide
        points = [(out, side), (start, side), (start, lane)] if number == first else [(start, lane)]
        body.append(svg.path([*points, (end, lane)], "line", fill="none"))
        for left in entries:
            body.append(svg.path([(left - IN, lane), (left - IN, side)], "line", fill="none"))
            body.append(svg.arrow((left - IN, side), (left - 2, side)))
    return body


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


def _cell(layer: Layer, shape: Shape, made: Shape, title: str, words: Words) -> _Cell:
    settings = " · ".join(_short(each) for each in layer.arguments() if each.written and each.name != "name")
    lines = tuple(line for line in (title, settings, layer.name) if line)
    parameters = layer.parameters(shape)
    below = words.parameters.format(number=count(parameters)) if parameters else ""
    return _Cell(lines, made, below, layer.keras_line())


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
