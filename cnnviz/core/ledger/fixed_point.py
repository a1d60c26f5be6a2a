"""Decimal fixed-point arithmetic whose shown numbers add up, so that a pocket calculator gives the same results.

An amount is a whole number of units of 10 to the power of -`places`, so sums of amounts are exact to the last shown
digit. A factor is the shortest decimal that reads back as its float32. A product is computed from the two decimals as
they are shown and rounded once, half up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

MINUS = "−"
MAX_PLACES = 45
"""Decimals beyond which a float32 has no digits."""

MAX_UNIT_SHARE = 2e-7
"""Largest unit as a share of the layer's largest value, about the precision of float32."""

POWERS = np.array([float(10**power) for power in range(60)])
"""Powers of ten, enough for the last digit of any float32."""


def format_exact(value: np.float32) -> str:
    """Format a float32 as the shortest decimal that reads back as it, as the maps show it: 0.34567896, 1.2e-7."""
    size = abs(float(value))
    if size == 0:
        return "0"
    if 1e-6 <= size < 1e21:
        return np.format_float_positional(value, unique=True, trim="-")
    mantissa, exponent = np.format_float_scientific(value, unique=True, trim="-").split("e")
    return f"{mantissa}e{int(exponent):+d}"


def format_factor(value: np.float32) -> str:
    """Format like `format_exact`, with a typographic minus sign."""
    return format_exact(value).replace("-", MINUS, 1) if value < 0 else format_exact(value)


def bracket_factor(value: np.float32) -> str:
    """Return `format_factor(value)`, in parentheses if it is negative."""
    return f"({format_factor(value)})" if value < 0 else format_factor(value)


def format_signed(value: float, plus: str = "+") -> str:
    """Format a number with two decimals and a typographic minus sign, or `plus` if it is above 0."""
    sign = MINUS if value < 0 else plus if value else ""
    return f"{sign}{abs(value):.2f}"


def to_decimal(value: np.float32) -> Decimal:
    """Return the number that `format_exact` shows."""
    return Decimal(format_exact(np.float32(value)))


def round_to_shown(values: np.ndarray) -> np.ndarray:
    """Return for each float32 the float64 nearest to the decimal that `format_exact` shows.

    Tries one to nine digits and keeps the first that reads back; for values of everyday size.
    """
    wide = values.astype(np.float64)
    result = wide.copy()
    missing = np.flatnonzero(wide)
    flat, source, narrow = result.reshape(-1), wide.reshape(-1), values.reshape(-1)
    for digits in range(1, 10):
        if not missing.size:
            break
        part = source[missing]
        decimals = digits - 1 - np.floor(np.log10(np.abs(part))).astype(int)
        scale = POWERS[np.abs(decimals)]
        # One tenth to any power is not exact in float64, so large numbers are divided.
        short = np.where(decimals < 0, np.rint(part / scale) * scale, np.rint(part * scale) / scale)
        flat[missing] = short
        missing = missing[short.astype(np.float32) != narrow[missing]]
    return result


@dataclass(frozen=True)
class Sheet:
    """The fixed-point format of one ledger: amounts are whole numbers of 10^-`places`.

    Attributes:
        places: decimals of every amount.
    """

    places: int

    def format(self, units: int) -> str:
        """Format an amount with all its decimals: "−0.0107971"."""
        digits = str(abs(int(units))).rjust(self.places + 1, "0")
        whole, part = digits[: len(digits) - self.places], digits[len(digits) - self.places :]
        return f"{MINUS if units < 0 else ''}{whole}{'.' if part else ''}{part}"

    def format_addend(self, units: int) -> str:
        """Format an amount as an addend: "+ 0.25" or "− 0.25"."""
        return f"{MINUS if units < 0 else '+'} {self.format(abs(units))}"

    def to_float(self, units: int) -> float:
        """Convert an amount to a float."""
        return float(Decimal(int(units)).scaleb(-self.places))

    def round(self, value: float | Decimal) -> int:
        """Round a number to the nearest amount, half away from zero."""
        return int(Decimal(value).scaleb(self.places).to_integral_value(ROUND_HALF_UP))

    def round_float32(self, value: np.float32) -> int:
        """Round a float32, as it is shown, to the nearest amount."""
        return self.round(to_decimal(value))

    def round_all(self, values: np.ndarray) -> np.ndarray:
        """Round every float32 of an array, as it is shown, to the nearest amount."""
        return self.multiply(values, np.ones(1, np.float32))

    def multiply(self, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Multiply float32 factors pairwise as they are shown; amounts as int64, or Python int above 1e14."""
        values, weights = np.broadcast_arrays(values, weights)
        scaled = round_to_shown(values) * round_to_shown(weights) * 10.0**self.places
        units: np.ndarray = np.rint(scaled)
        size = np.abs(scaled)
        # Where float64 cannot tell which way to round a product, use decimals.
        doubtful = (np.abs(np.abs(scaled - units) - 0.5) < 1e-15 * size + 1e-9) | (size > 1e14)
        giant = bool((size > 1e14).any())
        # Giants need Python's integers: beyond 2**53 a float would lose digits.
        settled = np.where(doubtful, 0, units)
        result = np.asarray(np.frompyfunc(int, 1, 1)(settled) if giant else settled.astype(np.int64))
        for place in zip(*np.nonzero(doubtful), strict=True):
            result[place] = self.round(to_decimal(values[place]) * to_decimal(weights[place]))
        return result


def add_up(amounts: np.ndarray) -> int:
    """Sum amounts exactly."""
    return int(amounts.sum()) if amounts.size else 0


def choose_first_sheet(largest: float) -> Sheet:
    """Return the coarsest sheet whose unit is at most `MAX_UNIT_SHARE` of the `largest` value of a layer."""
    places = math.ceil(-math.log10(MAX_UNIT_SHARE * largest)) if largest > 0 else 6
    return Sheet(max(0, min(MAX_PLACES, places)))
