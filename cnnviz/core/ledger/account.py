"""Account for one cell: compute its value from the previous layer in decimals that add up exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnnviz.core.inference.trace import Trace
from cnnviz.core.ledger import cells, elementwise, merging, pooling, weighted_sums
from cnnviz.core.ledger.activation import end_account
from cnnviz.core.ledger.cells import INPUT, Cell
from cnnviz.core.ledger.fixed_point import Sheet, choose_first_sheet
from cnnviz.core.ledger.ledger import Ledger, Line
from cnnviz.core.ledger.query import Draft, Question, ask
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.networks.network import Network

PIXEL = gettext_noop("A pixel that the network reads: 0 is paper, 1 is ink.")
COLOUR_PIXEL = gettext_noop("A colour channel of a pixel that the network reads, from 0 to 1.")

MAX_ERROR = 3e-7
"""Largest difference between the shown sum and the exact one, as a share of the layer's largest value."""

MAX_EXTRA_PLACES = 8
"""Decimals added at most to those of `choose_first_sheet` until the difference is below `MAX_ERROR`."""

ACCOUNTS: Mapping[str, Callable[[Question, Sheet], Draft]] = {
    "max": pooling.account_max,
    "mean": pooling.account_mean,
    "convolution": weighted_sums.account_convolution,
    "depthwise": weighted_sums.account_depthwise,
    "separable": weighted_sums.account_separable,
    "transposed": weighted_sums.account_transposed,
    "dense": weighted_sums.account_dense,
    "copy": elementwise.copy,
    "move": elementwise.copy,
    "resample": weighted_sums.account_resampled,
    "frame": elementwise.frame,
    "normalize": elementwise.normalize,
    "standardize": elementwise.standardize,
    "parametric": elementwise.bend,
    "scale": elementwise.rescale,
    "activation": elementwise.activate,
    "add": merging.add,
    "subtract": merging.subtract,
    "multiply": merging.multiply,
    "average": merging.average,
    "maximum": merging.maximum,
    "minimum": merging.minimum,
    "concatenate": merging.concatenate,
}
"""A pooling's `reduces` or another layer's `arithmetic` -> the function that accounts for it up to the sum."""


def account(network: Network, trace: Trace, cell: Cell) -> Ledger:
    """Account for the value of `cell` in `trace`, a trace through `network`.

    All amounts have the same number of decimals: the smallest with which the sum of the shown amounts agrees with the
    exact sum to `MAX_ERROR`. The difference to float32 has a line of its own.
    """
    if cell.layer == INPUT:
        return _account_pixel(network, trace, cell)
    question = ask(network, trace, cell)
    sheet, draft = _choose_sheet(question)
    end = end_account(question, sheet, draft.amount, draft.exact)
    return Ledger(
        cell,
        question.layer.kind,
        question.layer.reduces,
        question.source,
        sheet,
        draft.parts,
        draft.terms,
        (*draft.lines, *end.lines),
        draft.facts,
        end.shares,
        question.reads,
        question.output.after[question.index],
        end.exact,
    )


def _choose_sheet(question: Question) -> tuple[Sheet, Draft]:
    """Return the coarsest sheet that is fine enough, and the draft written on it."""
    make = ACCOUNTS[question.layer.reduces or question.layer.arithmetic]
    first = choose_first_sheet(question.largest)
    for places in range(first.places, first.places + MAX_EXTRA_PLACES):
        sheet = Sheet(places)
        draft = make(question, sheet)
        if abs(sheet.to_float(draft.amount) - draft.exact) <= MAX_ERROR * question.largest:
            break
    return sheet, draft


def _account_pixel(network: Network, trace: Trace, cell: Cell) -> Ledger:
    """Account for a pixel of the input: a single line, its value."""
    shape = network.architecture.input_shape
    value = cells.get_value(trace, cell, shape)
    sheet = choose_first_sheet(1.0)
    said = Message(PIXEL if shape[2] == 1 else COLOUR_PIXEL, {})
    line = Line("pixel", sheet.round_float32(value), "total")
    return Ledger(cell, "", "", "", sheet, (), None, (line,), (said,), None, None, value, float(value))
