"""Activation maximisation: gradient ascent from grey noise to a picture that excites one filter as much as it can.

D. Erhan and others: Visualizing Higher-Layer Features of a Deep Network (2009). Only the pixels of one receptive field
change, between paper and ink; the value is that of its cell before the activation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.inference.gradients import compute_gradient, run_forward
from cnnviz.core.lessons.filters.patches import Field, find_field, find_middle
from cnnviz.core.networks.network import Network

STEPS = 60
"""Steps of gradient ascent."""

STRIDE = 0.1
"""By how much the pixel with the largest gradient changes in a step."""

SEED, NOISE = 1, 0.1
"""Of the picture to start from: 0.5 with a uniform noise of ± `NOISE`."""


@dataclass(frozen=True, eq=False)
class Excitation:
    """A picture that excites a filter.

    Attributes:
        picture: (rows, columns, channels) float32 in [0, 1], the receptive field of one cell.
        start: The cell's value for the picture to start from.
        value: Its value for this picture, the best on the way.
    """

    picture: np.ndarray
    start: float
    value: float


def excite(network: Network, layer: str, number: int) -> Excitation:
    """Find a picture that excites filter `number` of a convolution, in the field nearest to the middle."""
    architecture = network.architecture
    field = find_field(architecture, layer)
    cell = find_middle(architecture, field)
    window = _locate(field, cell, architecture.input_shape)
    x = np.zeros((1, *architecture.input_shape), np.float32)
    noise = np.random.default_rng(SEED).uniform(-NOISE, NOISE, x[window].shape)
    highest = architecture.highest_input
    x[window] = highest * (0.5 + noise)
    weighting = np.zeros(architecture.output_shape(layer), np.float32)
    weighting[(*cell, number)] = 1
    best, start, top = x[window].copy(), 0.0, -np.inf
    for step in range(STEPS + 1):
        run = run_forward(network, x, layer)
        value = float(run.steps[-1][2].before[(0, *cell, number)])
        start = value if step == 0 else start
        if value > top:
            best, top = x[window].copy(), value
        slope = compute_gradient(run, weighting)[window]
        steepest = float(np.abs(slope).max())
        if not steepest:
            break  # nothing that could be changed would change the value
        x[window] = np.clip(x[window] + np.float32(highest * STRIDE / steepest) * slope, 0, highest)
    return Excitation(best[0] / np.float32(highest), start, float(top))


def _locate(field: Field, cell: tuple[int, int], shape: tuple[int, ...]) -> tuple[slice, slice, slice]:
    """Return where the receptive field of a cell lies in a batch of pictures, cut at their edges."""
    rows, columns = (
        slice(max(0, begin), min(begin + size, length))
        for begin, size, length in zip(field.locate(cell), field.size, shape, strict=False)
    )
    return slice(None), rows, columns
