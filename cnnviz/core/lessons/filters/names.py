"""Name a filter by what it answers to: of all test patterns, drawn with equal energy, the one with the largest answer.

An answer is the value before the activation, less the value for empty paper. For a first convolution it is the sum of
pattern times kernel, so by Cauchy and Schwarz no picture answers with more than the length of the positive part of the
kernel: how close a pattern comes to that says how well its name fits. For deeper filters, which are not linear, that
bound is the largest answer that a patch of a test digit got.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.inference import trace
from cnnviz.core.lessons.filters.patterns import INK, NAMES, PAPER, Pattern, make_patterns
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.network import Network

MIN_FIT = 0.85
"""Least share of the largest possible answer that a pattern must get for the filter to be named after it."""

MAX_INK = 0.75
"""Most that ink everywhere may get of a pattern's answer: with more, the filter just answers to ink."""

NO_PATTERN = gettext_noop("no simple pattern")


@dataclass(frozen=True)
class FilterName:
    """What a filter is named after.

    Attributes:
        pattern: A key of `patterns.NAMES`; "" for no simple pattern.
        fit: The answer to the best pattern as a share of the largest possible answer with equal energy, 0 to 1.
    """

    pattern: str
    fit: float

    @property
    def words(self) -> str:
        """What it is in words, a key of the catalogue."""
        return NAMES.get(self.pattern, NO_PATTERN)


def name_kernel(kernel: np.ndarray) -> FilterName:
    """Name a filter that reads the picture itself: (rows, columns) or (rows, columns, channels) float.

    Patterns are grey, so the channels are added up.
    """
    flat = np.asarray(kernel, np.float64)
    flat = flat.sum(axis=2) if flat.ndim == 3 else flat
    patterns = make_patterns(*flat.shape)
    answers = np.array([float((flat * pattern.image).sum()) for pattern in patterns])
    return name_by_answers(answers, patterns, float(np.linalg.norm(np.maximum(flat, 0))))


def name_by_answers(answers: np.ndarray, patterns: Sequence[Pattern], bound: float) -> FilterName:
    """Name a filter by its `answers`, (patterns,), less that to empty paper.

    Args:
        answers: One a pattern.
        patterns: The patterns.
        bound: The largest answer that a picture with an energy (the root of the sum of squares) of 1 can get.
    """
    if not len(patterns):
        return FilterName("", 0.0)
    if answers.max() <= 0:
        return FilterName(PAPER, 1.0)
    each = answers / [np.linalg.norm(pattern.image) for pattern in patterns]
    place = int(each.argmax())
    fit = float(min(1.0, each[place] / max(bound, each[place])))
    best, ink = patterns[place].name, float(answers[[pattern.name for pattern in patterns].index(INK)])
    is_told_from_ink = best == INK or ink <= MAX_INK * answers[place]
    return FilterName(best if fit >= MIN_FIT and is_told_from_ink else "", fit)


def answer_patterns(
    network: Network, layer: str, field: tuple[int, int, int, int], cell: tuple[int, int]
) -> np.ndarray:
    """Return the answers of all filters of a layer to all patterns in the receptive field of one cell.

    Args:
        network: The network.
        layer: A convolution.
        field: First row, first column, rows and columns of the cell's receptive field, which lies within the picture.
        cell: Row and column of the cell.

    Returns:
        (patterns, filters) float64, less the answers to empty paper; no rows where the field is too small.
    """
    top, left, rows, columns = field
    patterns = make_patterns(rows, columns)
    if not patterns:
        return np.zeros((0, network.architecture.output_shape(layer)[-1]))
    pictures = np.zeros((len(patterns) + 1, *network.architecture.input_shape), np.float32)
    for picture, pattern in zip(pictures[1:], patterns, strict=True):
        picture[top : top + rows, left : left + columns] = pattern.image[..., np.newaxis]
    found = [
        output.before[:, cell[0], cell[1]] for _, made, output in trace.run(network, pictures) if made.name == layer
    ]
    values = np.concatenate(found).astype(np.float64)
    return np.asarray(values[1:] - values[0])
