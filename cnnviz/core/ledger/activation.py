"""The end of every account: what float32 rounded, the activation, and the value as the network has it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.layers import ACTIVATIONS
from cnnviz.core.ledger.fixed_point import Sheet
from cnnviz.core.ledger.ledger import Line, Shares
from cnnviz.core.ledger.query import Question


@dataclass(frozen=True, eq=False)
class Ending:
    """The lines after the sum, the shares where a softmax follows, and the value without any rounding."""

    lines: tuple[Line, ...]
    shares: Shares | None
    exact: float


def ended(question: Question, sheet: Sheet, amount: int, exact: float) -> Ending:
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
        middle = _shared(sheet, shares, question.cell.map)
        exact = _share(together, question.cell.map, exact)
    else:
        shares = None
        middle = (Line(name, *_applied(question.layer, name, sheet, before)),)
        exact = _value(question.layer, name, exact)
    result = middle[-1].amount
    return Ending((*lines, *middle, *_rounding(result, after), Line("after", after, "total")), shares, exact)


def activation(layer: Any) -> str:
    """The name of what follows the sum: one of `ACTIVATIONS`, or of a layer of its own: "ReLU", "LeakyReLU", "ELU"."""
    if layer.kind == "Softmax":
        return "softmax"
    return str(getattr(layer, "activation", layer.kind))


def _rounding(amount: int, stored: int) -> tuple[Line, ...]:
    """What lies between decimals and float32, so that the account comes to what the network has."""
    return (Line("rounding", stored - amount, "addend"),) if stored != amount else ()


def _applied(layer: Any, name: str, sheet: Sheet, before: int) -> tuple[int, Any, str]:
    """Amount, role and formula of an activation of `before`."""
    x = sheet.value(before)
    value = _value(layer, name, x)
    bare = sheet.text(before)
    shown = bare if before >= 0 or name in _BARE else f"({bare})"
    return sheet.units(value), "step", _FORMULAS.get(name, _plain)(layer, x, shown)


def _value(layer: Any, name: str, x: float) -> float:
    """What the activation makes of a number, by its formula as it is shown, in float64."""
    return float(_VALUES[name](layer, x))


def _sigmoid(x: float) -> float:
    decay = math.exp(-abs(x))
    return (1 if x >= 0 else decay) / (1 + decay)


def _bent(factor: float, x: float) -> float:
    return x if x > 0 else factor * math.expm1(x)


def _limited(layer: Any, x: float) -> float:
    if not _passes(layer, x):
        return float(layer.negative_slope * (x - layer.threshold))
    return x if layer.max_value is None else min(x, layer.max_value)


def _passes(layer: Any, x: float) -> bool:
    """Whether a ReLU that is a layer lets a number through."""
    return bool(x > layer.threshold or x == layer.threshold == 0)


#: Activation -> what it makes of a number.
_VALUES: Mapping[str, Callable[[Any, float], float]] = {
    "linear": lambda _, x: x,
    "relu": lambda _, x: max(x, 0.0),
    "leaky_relu": lambda _, x: x if x > 0 else 0.2 * x,
    "elu": lambda _, x: _bent(1, x),
    "gelu": lambda _, x: x * math.erfc(-x / math.sqrt(2)) / 2,
    "silu": lambda _, x: x * _sigmoid(x),
    "sigmoid": lambda _, x: _sigmoid(x),
    "tanh": lambda _, x: math.tanh(x),
    "ReLU": _limited,
    "LeakyReLU": lambda layer, x: x if x > 0 else layer.negative_slope * x,
    "ELU": lambda layer, x: _bent(layer.alpha, x),
}


def _share(before: np.ndarray, unit: int, own: float) -> float:
    """The share of `unit` among the logits `before`, its own being `own`, in float64."""
    logits = before.astype(float)
    logits[unit] = own
    return float(ACTIVATIONS["softmax"](logits)[unit])


def _plain(layer: Any, x: float, shown: str) -> str:  # noqa: ARG001 (all formulas are called alike)
    return shown


def _leaky(slope: float) -> Callable[[Any, float, str], str]:
    return lambda _layer, x, shown: shown if x > 0 else f"{slope:g} × {shown}"


def _leaky_layer(layer: Any, x: float, shown: str) -> str:
    return _leaky(layer.negative_slope)(layer, x, shown)


def _exponential(alpha: float, x: float, shown: str) -> str:
    factor = "" if alpha == 1 else f"{alpha:g} × "
    return shown if x > 0 else f"{factor}(exp{shown if x < 0 else f'({shown})'} − 1)"


def _rectified(layer: Any, x: float, shown: str) -> str:
    """ReLU as a layer, which may have a threshold, a slope below it and a limit."""
    if _passes(layer, x):
        return shown if layer.max_value is None else f"min({shown}, {layer.max_value:g})"
    return f"{layer.negative_slope:g} × ({shown} − {layer.threshold:g})"


#: Activations whose formulas need no brackets around a negative number.
_BARE = ("linear", "relu", "tanh")

#: Activation -> how its formula reads with the number in it.
_FORMULAS: Mapping[str, Callable[[Any, float, str], str]] = {
    "relu": lambda _layer, _x, shown: f"max(0, {shown})",
    "leaky_relu": _leaky(0.2),
    "elu": lambda _layer, x, shown: _exponential(1, x, shown),
    "gelu": lambda _layer, _x, shown: f"{shown} × Φ({shown})",
    "silu": lambda _layer, _x, shown: f"{shown} / (1 + exp(−{shown}))",
    "sigmoid": lambda _layer, _x, shown: f"1 / (1 + exp(−{shown}))",
    "tanh": lambda _layer, _x, shown: f"tanh({shown})",
    "ReLU": _rectified,
    "LeakyReLU": _leaky_layer,
    "ELU": lambda layer, x, shown: _exponential(layer.alpha, x, shown),
}


def softmax(sheet: Sheet, before: np.ndarray) -> Shares:
    """Logits, exponentials and shares of `before`, (units,) float32, each worked out from the shown one before."""
    logits = sheet.all_stored(before)
    shifted = logits - logits.max()
    grown = np.array([sheet.units(math.exp(sheet.value(units))) for units in shifted.tolist()], dtype=object)
    added = sum(grown.tolist())
    unit = 10**sheet.places
    shares = np.array([(2 * each * unit + added) // (2 * added) for each in grown.tolist()], dtype=object)
    return Shares(logits, shifted, grown, added, shares)


def _shared(sheet: Sheet, shares: Shares, unit: int) -> tuple[Line, ...]:
    grown, added = int(shares.exponentials[unit]), shares.total
    largest = int(shares.logits.max())
    own = int(shares.logits[unit])
    power = f"exp({sheet.text(own)} − {_bracketed(sheet, largest)})"
    return (
        Line("exponential", grown, "step", power),
        Line("share", int(shares.shares[unit]), "step", f"{sheet.text(grown)} / {sheet.text(added)}"),
    )


def _bracketed(sheet: Sheet, units: int) -> str:
    return f"({sheet.text(units)})" if units < 0 else sheet.text(units)
