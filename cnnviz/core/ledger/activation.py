"""The end of every account: the rounding of float32, the activation, and the value that the network computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.layers import ACTIVATIONS
from cnnviz.core.layers.activations.functions import MAX_EXPONENT, SELU_ALPHA, SELU_SCALE, format_elu, format_leaky_relu
from cnnviz.core.ledger.fixed_point import Sheet
from cnnviz.core.ledger.ledger import Line, Shares
from cnnviz.core.ledger.query import Question


@dataclass(frozen=True, eq=False)
class Ending:
    """The lines that follow the sum of an account.

    Attributes:
        lines: after the sum.
        shares: all units of the softmax, if one follows; otherwise None.
        exact: the value in float64, without any rounding on the way.
    """

    lines: tuple[Line, ...]
    shares: Shares | None
    exact: float


def end_account(question: Question, sheet: Sheet, amount: int, exact: float) -> Ending:
    """Finish the account of a sum of `amount`, which is `exact` without rounding."""
    output = question.output
    after = sheet.round_float32(output.after[question.index])
    if output.before is output.after:
        return Ending((*_make_rounding(amount, after), Line("after", after, "total")), None, exact)
    # The stored sum differs from the shown one by what float32 rounded.
    before = sheet.round_float32(output.before[question.index])
    lines = (*_make_rounding(amount, before), Line("before", before, "total"))
    # The activation starts from the stored sum, so its formula shows the number above it.
    name = get_activation(question.layer)
    if name == "softmax":
        together = output.before[question.index[:-1]]
        shares = compute_softmax(sheet, together)
        middle = _make_softmax_lines(sheet, shares, question.cell.map)
        exact = _divide(together, question.cell.map, exact)
    else:
        shares = None
        middle = (Line(name, *_apply(question.layer, name, sheet, before)),)
        exact = _evaluate(question.layer, name, exact)
    result = middle[-1].amount
    return Ending((*lines, *middle, *_make_rounding(result, after), Line("after", after, "total")), shares, exact)


def get_activation(layer: Any) -> str:
    """Return the activation's name: one of `ACTIVATIONS`, or the kind of a layer that is an activation."""
    return str(layer.activation_name or layer.kind)


def _make_rounding(amount: int, stored: int) -> tuple[Line, ...]:
    """Return a line with the difference between the shown sum and the float32 value; none where there is none."""
    return (Line("rounding", stored - amount, "addend"),) if stored != amount else ()


def _apply(layer: Any, name: str, sheet: Sheet, before: int) -> tuple[int, Any, str]:
    """Return amount, role and formula of the activation of `before`."""
    x = sheet.to_float(before)
    value = _evaluate(layer, name, x)
    bare = sheet.format(before)
    shown = bare if before >= 0 or name in _BARE else f"({bare})"
    written = _FORMULAS[name](x, shown) if name in ACTIVATIONS else layer.format(x, shown)
    return sheet.round(value), "step", written


def _evaluate(layer: Any, name: str, x: float) -> float:
    """Evaluate the activation at `x` in float64, by the formula that is shown."""
    return float(_VALUES[name](x) if name in ACTIVATIONS else layer.evaluate(x))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


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
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "celu": lambda x: x if x > 0 else math.expm1(x),
    "selu": lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * math.expm1(x)),
    "softplus": lambda x: _softplus(x),
    "softsign": lambda x: x / (1 + abs(x)),
    "squareplus": lambda x: (x + math.hypot(x, 2)) / 2 if x > 0 else 2 / (math.hypot(x, 2) - x),
    "soft_shrink": lambda x: x - min(max(x, -0.5), 0.5),
    "hard_shrink": lambda x: x if abs(x) > 0.5 else 0.0,
    "tanh_shrink": lambda x: x - math.tanh(x),
    "sparse_plus": lambda x: x if x >= 1 else (max(x, -1.0) + 1) ** 2 / 4,
    "sparse_sigmoid": lambda x: (min(max(x, -1.0), 1.0) + 1) / 2,
    "exponential": lambda x: math.exp(min(x, float(MAX_EXPONENT))),
    "hard_sigmoid": lambda x: min(max(x + 3, 0.0), 6.0) / 6,
    "hard_silu": lambda x: x * min(max(x + 3, 0.0), 6.0) / 6,
    "hard_tanh": lambda x: min(max(x, -1.0), 1.0),
    "mish": lambda x: x * math.tanh(_softplus(x)),
    "log_sigmoid": lambda x: -_softplus(-x),
}
"""Activation -> its value in float64."""


def _divide(before: np.ndarray, unit: int, own: float) -> float:
    """Return the softmax share of `unit` in float64, with `own` in place of its logit in `before`."""
    logits = before.astype(float)
    logits[unit] = own
    return float(ACTIVATIONS["softmax"](logits)[unit])


_BARE = ("linear", "relu", "tanh")
"""Activations whose formulas need no parentheses around a negative number."""


_FORMULAS: Mapping[str, Callable[[float, str], str]] = {
    "linear": lambda _, shown: shown,
    "relu": lambda _, shown: f"max(0, {shown})",
    "leaky_relu": format_leaky_relu,
    "elu": format_elu,
    "gelu": lambda _, shown: f"{shown} × Φ({shown})",
    "silu": lambda _, shown: f"{shown} / (1 + exp(−{shown}))",
    "sigmoid": lambda _, shown: f"1 / (1 + exp(−{shown}))",
    "tanh": lambda _, shown: f"tanh({shown})",
    "relu6": lambda _, shown: f"min(max(0, {shown}), 6)",
    "celu": format_elu,
    "selu": lambda x, shown: f"{SELU_SCALE:.10g} × {shown if x > 0 else f'{SELU_ALPHA:.10g} × {format_elu(x, shown)}'}",
    "softplus": lambda _, shown: f"log(1 + exp({shown}))",
    "softsign": lambda _, shown: f"{shown} / (1 + |{shown}|)",
    "squareplus": lambda _, shown: f"({shown} + √({shown}² + 4)) / 2",
    "soft_shrink": lambda x, shown: "0" if abs(x) <= 0.5 else f"{shown} {'−' if x > 0 else '+'} 0.5",
    "hard_shrink": lambda x, shown: shown if abs(x) > 0.5 else "0",
    "tanh_shrink": lambda _, shown: f"{shown} − tanh({shown})",
    "sparse_plus": lambda x, shown: shown if x >= 1 else "0" if x <= -1 else f"({shown} + 1)² / 4",
    "sparse_sigmoid": lambda x, shown: "1" if x >= 1 else "0" if x <= -1 else f"({shown} + 1) / 2",
    "exponential": lambda _, shown: f"exp({shown})",
    "hard_sigmoid": lambda _, shown: f"min(max(0, {shown} + 3), 6) / 6",
    "hard_silu": lambda _, shown: f"{shown} × min(max(0, {shown} + 3), 6) / 6",
    "hard_tanh": lambda _, shown: f"min(max(−1, {shown}), 1)",
    "mish": lambda _, shown: f"{shown} × tanh(log(1 + exp({shown})))",
    "log_sigmoid": lambda _, shown: f"−log(1 + exp(−{shown}))",
}
"""Activation -> its formula with the number inserted."""


def compute_softmax(sheet: Sheet, before: np.ndarray) -> Shares:
    """Work out a softmax of `before`, (units,) float32, each column from the shown numbers of the previous one."""
    logits = sheet.round_all(before)
    # Subtracting the largest logit changes no share and keeps exp from overflowing.
    shifted = logits - logits.max()
    grown = np.array([sheet.round(math.exp(sheet.to_float(units))) for units in shifted.tolist()], dtype=object)
    added = sum(grown.tolist())
    # Rounded division of whole amounts, half up.
    unit = 10**sheet.places
    shares = np.array([(2 * each * unit + added) // (2 * added) for each in grown.tolist()], dtype=object)
    return Shares(logits, shifted, grown, added, shares)


def _make_softmax_lines(sheet: Sheet, shares: Shares, unit: int) -> tuple[Line, ...]:
    """Return the exponential of `unit` and its share of the sum as lines."""
    grown, added = int(shares.exponentials[unit]), shares.total
    largest = int(shares.logits.max())
    own = int(shares.logits[unit])
    power = f"exp({sheet.format(own)} − {_bracket(sheet, largest)})"
    return (
        Line("exponential", grown, "step", power),
        Line("share", int(shares.shares[unit]), "step", f"{sheet.format(grown)} / {sheet.format(added)}"),
    )


def _bracket(sheet: Sheet, units: int) -> str:
    return f"({sheet.format(units)})" if units < 0 else sheet.format(units)
