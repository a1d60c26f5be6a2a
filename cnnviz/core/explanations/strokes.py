"""Rub out a stroke and see what tips the answer: the drawing without each of its strokes, or pieces of its only one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.drawing.strokes import Drawing, Point, Stroke
from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.inference.subject import InputSource, prepare_digit, to_network_input
from cnnviz.core.inference.trace import compute_logits
from cnnviz.core.layers.activations.functions import softmax
from cnnviz.core.networks.network import Network

MAX_STROKES = 12
"""Strokes that are rubbed out, the longest of a drawing."""

PIECES = 4
"""Equal pieces of a drawing's only stroke."""


@dataclass(frozen=True, eq=False)
class Rubbing:
    """A drawing without one of its strokes, or without a piece of its only one.

    Attributes:
        number: Of the stroke or piece, from 1 on, in the order in which it was drawn.
        is_piece: Whether it is a piece.
        digit: (28, 28) float32 in [0, 1]: the rest, prepared.
        answer: What the network reads in the rest, 0 to 9.
        share: The share of that answer, in [0, 1].
        fall: By how much the contrast falls: above 0 what was rubbed out speaks for the class.
    """

    number: int
    is_piece: bool
    digit: np.ndarray
    answer: int
    share: float
    fall: float


def rub_out_each(
    network: Network, source: InputSource, steps: frozenset[str], contrast: Contrast
) -> tuple[Rubbing, ...]:
    """Read the drawing `source` without each stroke; empty if it is no drawing, or nothing would be left of it.

    Args:
        network: The network.
        source: What is read.
        steps: Preparation steps that are switched on: the rest is prepared anew, and so may move and grow.
        contrast: What is measured.
    """
    if source.kind != "drawing" or not source.drawing:
        return ()
    parts = [(number, rest) for number, rest in _list_rests(source.drawing) if rest]
    if not parts:
        return ()
    rests = [source, *(replace(source, drawing=rest) for _, rest in parts)]
    digits = [prepare_digit(rest, steps) for rest in rests]
    logits = compute_logits(network, np.stack([to_network_input(network, source, digit) for digit in digits]))
    shares, measured = softmax(logits), contrast.measure(logits)
    is_piece = len(_list_drawn(source.drawing)) == 1
    return tuple(
        Rubbing(number, is_piece, digit, int(row.argmax()), float(row.max()), float(measured[0] - after))
        for (number, _), digit, row, after in zip(parts, digits[1:], shares[1:], measured[1:], strict=True)
    )


def _list_drawn(drawing: Drawing) -> list[Stroke]:
    return [stroke for stroke in drawing.strokes if stroke.points]


def _list_rests(drawing: Drawing) -> Iterator[tuple[int, Drawing]]:
    """Yield the number of what is rubbed out, and what is left of the drawing."""
    strokes = _list_drawn(drawing)
    if len(strokes) == 1:
        for piece in range(PIECES):
            yield piece + 1, Drawing(tuple(_cut_out(strokes[0], piece / PIECES, (piece + 1) / PIECES)))
        return
    longest = sorted(range(len(strokes)), key=lambda index: -_measure_length(strokes[index]))[:MAX_STROKES]
    for index in sorted(longest):
        yield index + 1, Drawing((*strokes[:index], *strokes[index + 1 :]))


def _measure_length(stroke: Stroke) -> float:
    return sum(itertools.starmap(math.dist, itertools.pairwise(stroke.points)))


def _cut_out(stroke: Stroke, start: float, end: float) -> Iterator[Stroke]:
    """Yield what is left of a stroke on both sides of a part of its length, from `start` to `end` in [0, 1]."""
    length = _measure_length(stroke)
    before, behind = list[Point](), list[Point]()
    walked = 0.0
    for one, other in itertools.pairwise(stroke.points):
        step = math.dist(one, other)
        if walked < start * length:
            before += [one, _walk(one, other, min(1.0, (start * length - walked) / step))] if step else []
        if walked + step > end * length:
            behind += [_walk(one, other, max(0.0, (end * length - walked) / step)), other]
        walked += step
    for points in (before, behind):
        if points:
            yield replace(stroke, points=tuple(points))


def _walk(one: Point, other: Point, share: float) -> Point:
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])
