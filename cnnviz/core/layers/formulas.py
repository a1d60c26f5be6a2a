"""Numbers and formulas as text in textbook notation; each piece of a formula names the arguments it comes from."""

import math
from typing import NamedTuple

INPUT = "input"
"""Stands for the input shape among the arguments of a piece."""
OUTPUT = "output"
"""Stands for the result of the formula."""


class Part(NamedTuple):
    """A piece of a formula.

    Attributes:
        text: as it is shown.
        of: the layer's arguments that it comes from, or INPUT or OUTPUT.
    """

    text: str
    of: tuple[str, ...] = ()


Formula = tuple[Part, ...]


def formula(*pieces: str | Part) -> Formula:
    """Join pieces in order; a plain string comes from no argument."""
    return tuple(piece if isinstance(piece, Part) else Part(piece) for piece in pieces)


def text(pieces: Formula) -> str:
    """Return the formula as one line of text."""
    return "".join(piece.text for piece in pieces)


def amount(value: int, *of: str) -> Part:
    """Return a number as a piece with the arguments that it comes from."""
    return Part(count(value), of)


def count(value: int) -> str:
    """Format 1199882 as "1,199,882"."""
    return f"{value:,}"


def product(*factors: int) -> str:
    """Format (3, 3, 1) as "3 × 3 × 1"."""
    return " × ".join(count(factor) for factor in factors)


def times(*factors: Part) -> Formula:
    """Join the factors by multiplication signs."""
    return tuple(piece for factor in factors for piece in (Part(" × "), factor))[1:]


def result(pieces: Formula, value: int) -> Formula:
    """Append " = " and the value to a formula."""
    return (*pieces, Part(" = "), amount(value, OUTPUT))


def product_result(*factors: int) -> str:
    """Format (12, 12, 64) as "12 × 12 × 64 = 9,216"."""
    return f"{product(*factors)} = {count(math.prod(factors))}"


def with_bias(pieces: Formula, use_bias: bool) -> Formula:
    """Add the bias to the weights of one filter or unit, in parentheses, if `use_bias`."""
    return (Part("("), *pieces, Part(" + 1", ("use_bias",)), Part(")")) if use_bias else pieces


def rows_and_columns(rows: Formula, columns: Formula) -> Formula:
    """Return one formula if rows and columns have the same, otherwise both."""
    return rows if rows == columns else (*rows, Part(" ; "), *columns)
