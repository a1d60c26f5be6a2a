"""A reliability curve in SVG: how often answers are right, over how sure they are, with how many there are of each."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.core.evaluation.statistics import Bin
from cnnviz.figures import svg

WIDTH, HEIGHT = 440, 400
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 70
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
DOT = 4.5


def draw(bins: Sequence[Bin], *, title: str, description: str, x: str, y: str, counts: str) -> str:
    """Draw the curve with its 95 % intervals and the diagonal of a network that is as often right as it is sure.

    Args:
        bins: Answers sorted by how sure they are, at least one bin.
        title: Name of the picture, plain text, as all others.
        description: What it shows, for those who hear it.
        x: Title of the horizontal axis.
        y: Title of the vertical axis.
        counts: Title of the line of numbers below: answers in each bin.
    """
    body = [*_draw_axes(), svg.path([_place(0, 0), _place(1, 1)], "line", stroke_dasharray="4 4", fill="none")]
    points = [_place(each.confidence, each.right) for each in bins]
    body.append(svg.path(points, "line", fill="none", stroke_width=1.5))
    for each, (across, down) in zip(bins, points, strict=True):
        low, high = _place(each.confidence, each.low), _place(each.confidence, each.high)
        body.append(svg.path([low, high], "line", fill="none", stroke_width=2))
        body.append(svg.element("circle", paint="ink", cx=float(across), cy=float(down), r=DOT))
    body += _write_counts(bins)
    body += [
        svg.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 32, svg.span(x)),
        svg.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 22, svg.span(counts), paint="quiet"),
        svg.text(
            12, (TOP + HEIGHT - BOTTOM) / 2, svg.span(y), transform=f"rotate(-90 12 {(TOP + HEIGHT - BOTTOM) / 2})"
        ),
    ]
    return svg.document(body, width=WIDTH, height=HEIGHT, title=title, description=description)


def _place(confidence: float, right: float) -> tuple[float, float]:
    return (
        LEFT + confidence * (WIDTH - LEFT - RIGHT),
        HEIGHT - BOTTOM - right * (HEIGHT - TOP - BOTTOM),
    )


def _draw_axes() -> list[str]:
    lines = [svg.path([_place(0, 1), _place(0, 0), _place(1, 0)], "line", fill="none")]
    for tick in TICKS:
        across, down = _place(tick, 0)
        lines.append(svg.text(across, down + 15, svg.span(f"{tick:.0%}"), size=10, paint="quiet"))
        across, down = _place(0, tick)
        lines.append(svg.text(across - 5, down + 3.5, svg.span(f"{tick:.0%}"), size=10, anchor="end", paint="quiet"))
    return lines


def _write_counts(bins: Sequence[Bin]) -> list[str]:
    """Write how many answers are in each bin, below its place, none over another."""
    texts, edge = [], 0.0
    for each in bins:
        words = f"{each.count:,}"
        half = svg.width_of(words, 9.5) / 2
        across = max(_place(each.confidence, 0)[0], edge + half)
        edge = across + half + 3
        texts.append((across, words))
    over = max(0.0, edge - WIDTH)
    return [svg.text(across - over, HEIGHT - 5, svg.span(words), size=9.5) for across, words in texts]
