"""The end of every account: what float32 rounded, the activation, and the value as the network has it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.layers import ACTIVATIONS
from cnnviz.core.layers.activations import format_elu, format_leaky_relu
from cnnviz.core.ledger.fixed_point import Sheet
from cnnviz.core.ledger.ledger import Line, Shares
from cnnviz.core.ledger.query import Question


@dataclass(frozen=True, eq=False)
class Ending:
    """The lines after the sum, the shares where a softmax follows, and the value without any rounding."""

    lines: tuple[Line, ...]
    shares: Shares | None
    exact: float


def end_account(question: Question, sheet: Sheet, amount: int, exact: float) -> Ending:
    """What follows a sum of `amount`, which is `exact` without rounding."""
    output = question.output
    after = sheet.stored(output.after[question.index])
    if output.before is output.after:
        return Ending((*_rounding(amount, after), Line("after", after, "total")), None, exact)
    before = sheet.stored(output.before[question.index])
    lines = (*_rounding(amount, before), Line("before", before, "total"))
    name = activation(question.layer)
    if name == "softmax":
        together = output.before[question.index[:-1]]
        shares = softmax(sheet, together)
        middle = _softmax_lines(sheet, shares, question.cell.map)
        exact = _share(together, question.cell.map, exact)
    else:
        shares = None
        middle = (Line(name, *_apply(question.layer, name, sheet, before)),)
        exact = _value(question.layer, name, exact)
    result = middle[-1].amount
    return Ending((*lines, *middle, *_rounding(result, after), Line("after", after, "total")), shares, exact)


def activation(layer: Any) -> str:
    """The name of what follows the sum: one of `ACTIVATIONS`, or the kind of an activation that is a layer."""
    return str(layer.activation_name or layer.kind)


def _rounding(amount: int, stored: int) -> tuple[Line, ...]:
    """What lies between decimals and float32, so that the account comes to what the network has."""
    return (Line("rounding", stored - amount, "addend"),) if stored != amount else ()


def _apply(layer: Any, name: str, sheet: Sheet, before: int) -> tuple[int, Any, str]:
    """Amount, role and formula of an activation of `before`."""
    x = sheet.value(before)
    value = _value(layer, name, x)
    bare = sheet.text(before)
    shown = bare if before >= 0 or name in _BARE else f"({bare})"
    written = _FORMULAS[name](x, shown) if name in ACTIVATIONS else layer.written(x, shown)
    return sheet.units(value), "step", written


def _value(layer: Any, name: str, x: float) -> float:
    """What the activation makes of a number, by its formula as it is shown, in float64."""
    return float(_VALUES[name](x) if name in ACTIVATIONS else layer.exact(x))


def _sigmoid(x: float) -> float:
    decay = math.exp(-abs(x))
    return (1 if x >= 0 else decay) / (1 + decay)


_VALUES: Mapping[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0.0),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "gelu": lambda x: x * math.erfc(-x / math.sqrt(2)) / 2,
    "silu": lambda x: x * _sigmoid(x),
    "sigmoid": lambda x: _sigmoid(x),
    "tanh": lambda x: math.tanh(x),
}
"""Activation -> its value in float64."""


def _share(before: np.ndarray, unit: int, own: float) -> float:
    """The share of `unit` among the logits `before`, its own being `own`, in float64."""
    logits = before.astype(float)
    logits[unit] = own
    return float(ACTIVATIONS["softmax"](logits)[unit])


_BARE = ("linear", "relu", "tanh")
"""Activations whose formulas need no brackets around a negative number."""

_FORMULAS: Mapping[str, Callable[[float, str], str]] = {
    "linear": lambda _, shown: shown,
    "relu": lambda _, shown: f"max(0, {shown})",
    "leaky_relu": format_leaky_relu,
    "elu": format_elu,
    "gelu": lambda _, shown: f"{shown} × Φ({shown})",
    "silu": lambda _, shown: f"{shown} / (1 + exp(−{shown}))",
    "sigmoid": lambda _, shown: f"1 / (1 + exp(−{shown}))",
    "tanh": lambda _, shown: f"tanh({shown})",
}
"""Activation -> its formula with the number in it."""


def softmax(sheet: Sheet, before: np.ndarray) -> Shares:
    """Logits, exponentials and shares of `before`, (units,) float32, each worked out from the shown one before."""
    logits = sheet.all_stored(before)
    shifted = logits - logits.max()
    grown = np.array([sheet.units(math.exp(sheet.value(units))) for units in shifted.tolist()], dtype=object)
    added = sum(grown.tolist())
    unit = 10**sheet.places
    shares = np.array([(2 * each * unit + added) // (2 * added) for each in grown.tolist()], dtype=object)
    return Shares(logits, shifted, grown, added, shares)


def _softmax_lines(sheet: Sheet, shares: Shares, unit: int) -> tuple[Line, ...]:
    grown, added = int(shares.exponentials[unit]), shares.total
    largest = int(shares.logits.max())
    own = int(shares.logits[unit])
    power = f"exp({sheet.text(own)} − {_bracket(sheet, largest)})"
    return (
        Line("exponential", grown, "step", power),
        Line("share", int(shares.shares[unit]), "step", f"{sheet.text(grown)} / {sheet.text(added)}"),
    )


def _bracket(sheet: Sheet, units: int) -> str:
    return f"({sheet.text(units)})" if units < 0 else sheet.text(units)
