"""Compute a cell in float64 with the layer itself, independently of any ledger."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers import ACTIVATIONS
from cnnviz.core.ledger import Cell, cells
from cnnviz.core.ledger.activation import get_activation
from cnnviz.core.ledger.fixed_point import Sheet
from cnnviz.core.networks.network import Network


@dataclass(frozen=True)
class Stages:
    """A value before the activation and after it; equal if there is none."""

    before: float
    after: float


def stages(network: Network, traced: Trace, cell: Cell) -> Stages:
    """Compute the layer of `cell` in float64 from the same float32 input and weights.

    Beside a share of a softmax stand the sums of the other units as the trace has them.
    """
    place = next(i for i, each in enumerate(traced.layers) if each.name == cell.layer)
    output = traced.layers[place]
    read = traced.layers[place - 1].after if place else traced.digit.reshape(output.input_shape)
    weights = {name: array.astype(float) for name, array in network.weights_of(cell.layer).items()}
    made = output.layer.forward(read[np.newaxis].astype(float), weights)
    index = cells.get_index(cell, output.output_shape)
    before, after = float(made.before[0][index]), float(made.after[0][index])
    if get_activation(output.layer) == "softmax":
        logits = output.before[index[:-1]].astype(float)
        logits[cell.map] = before
        after = float(ACTIVATIONS["softmax"](logits)[cell.map])
    return Stages(before, after)


def decimals(exact: float, traced: Trace, cell: Cell, sheet: Sheet) -> int:
    """Return in how many decimals float64 and float32 are sure to agree, at most those of `sheet`.

    Where two numbers are less than half a unit of the last decimal apart, they may round apart there or at the decimal
    before it, but not at both.
    """
    output = next(each for each in traced.layers if each.name == cell.layer)
    stored = float(output.after[cells.get_index(cell, output.output_shape)])
    apart = abs(exact - stored) + 2.0**-23 * float(np.abs(output.after).max())
    agree = math.floor(-math.log10(2 * apart)) if apart else sheet.places
    return max(0, min(sheet.places, agree) - 1)
