"""The account of one cell: how its value comes about of the values of the layer before, so that everything adds up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnnviz.core.ledger import cells, pooled, single, sums
from cnnviz.core.ledger.amounts import Sheet, first_sheet
from cnnviz.core.ledger.cells import INPUT, Cell
from cnnviz.core.ledger.ending import ended
from cnnviz.core.ledger.question import Draft, Question, asked
from cnnviz.core.ledger.record import Ledger, Line
from cnnviz.core.network import Network
from cnnviz.core.trace import Trace
from cnnviz.core.words import Said, mark

PIXEL = mark("A pixel that the network reads: 0 is paper, 1 is ink.")
COLOUR_PIXEL = mark("A colour channel of a pixel that the network reads, from 0 to 1.")

CLOSE_ENOUGH = 3e-7
"""The sum of what is shown is as near as this to the exact one, as a share of the layer's largest value."""
MORE_PLACES = 8

#: Keras's class name -> the account up to the sum.
ACCOUNTS: Mapping[str, Callable[[Question, Sheet], Draft]] = {
    "Conv2D": sums.convolution,
    "DepthwiseConv2D": sums.depthwise,
    "SeparableConv2D": sums.separable,
    "MaxPooling2D": pooled.largest,
    "AveragePooling2D": pooled.mean,
    "GlobalMaxPooling2D": pooled.largest,
    "GlobalAveragePooling2D": pooled.mean,
    "ZeroPadding2D": single.framed,
    "BatchNormalization": single.normalized,
    "Dense": sums.dense,
    "Flatten": single.copy,
    "Dropout": single.copy,
    "Rescaling": single.rescaled,
    "Activation": single.activated,
    "ReLU": single.activated,
    "LeakyReLU": single.activated,
    "ELU": single.activated,
    "Softmax": single.activated_together,
}


def account(network: Network, trace: Trace, cell: Cell) -> Ledger:
    """How the value of `cell` came about.

    `trace` is what `network` made of a digit. All amounts have one number of decimals: the smallest with which the sum
    of what is shown agrees with the exact one. What float32 rounds differently has a line of its own.
    """
    if cell.layer == INPUT:
        return _pixel(network, trace, cell)
    question = asked(network, trace, cell)
    sheet, draft = _settled(question)
    end = ended(question, sheet, draft.amount, draft.exact)
    return Ledger(
        cell, question.layer.kind, question.source, sheet, draft.parts, draft.terms, (*draft.lines, *end.lines),
        draft.facts, end.shares, question.reads, question.output.after[question.index], end.exact,
    )  # fmt: skip


def _settled(question: Question) -> tuple[Sheet, Draft]:
    """The coarsest sheet that is fine enough, and the account on it."""
    make = ACCOUNTS["Softmax" if _is_softmax(question) else question.layer.kind]
    first = first_sheet(question.largest)
    for places in range(first.places, first.places + MORE_PLACES):
        sheet = Sheet(places)
        draft = make(question, sheet)
        if abs(sheet.value(draft.amount) - draft.exact) <= CLOSE_ENOUGH * question.largest:
            break
    return sheet, draft


def _is_softmax(question: Question) -> bool:
    """Whether the layer is `Activation("softmax")`."""
    return question.layer.kind == "Activation" and bool(question.layer.activation == "softmax")


def _pixel(network: Network, trace: Trace, cell: Cell) -> Ledger:
    shape = network.variant.input_shape
    value = cells.at(trace, cell, shape)
    sheet = first_sheet(1.0)
    said = Said(PIXEL if shape[2] == 1 else COLOUR_PIXEL, {})
    line = Line("pixel", sheet.stored(value), "total")
    return Ledger(cell, "", "", sheet, (), None, (line,), (said,), None, None, value, float(value))
