"""Numbers and formulas as text, with the signs of a textbook; a formula knows which arguments its pieces come from."""

import math
from typing import NamedTuple

INPUT = "input"
"""Stands among the arguments of a piece for the shape of what the layer reads."""
OUTPUT = "output"
"""Likewise for what the formula works out."""


class Part(NamedTuple):
    """A piece of a formula. `of`: the layer's arguments that it comes from, or INPUT or OUTPUT."""

    text: str
    of: tuple[str, ...] = ()


Formula = tuple[Part, ...]


def formula(*pieces: str | Part) -> Formula:
    """The pieces in order; a bare text comes from no argument."""
    return tuple(piece if isinstance(piece, Part) else Part(piece) for piece in pieces)


def text(pieces: Formula) -> str:
    """The formula as one line of text."""
    return "".join(piece.text for piece in pieces)


def amount(value: int, *of: str) -> Part:
    """A number and the arguments that it comes from."""
    return Part(count(value), of)


def count(value: int) -> str:
    """1199882 as "1,199,882"."""
    return f"{value:,}"


def product(*factors: int) -> str:
    """(3, 3, 1) as "3 × 3 × 1"."""
    return " × ".join(count(factor) for factor in factors)


def times(*factors: Part) -> Formula:
    """The factors with signs of multiplication between them."""
    return tuple(piece for factor in factors for piece in (Part(" × "), factor))[1:]


def result(pieces: Formula, value: int) -> Formula:
    """The formula and what it comes to."""
    return (*pieces, Part(" = "), amount(value, OUTPUT))


def product_result(*factors: int) -> str:
    """(12, 12, 64) as "12 × 12 × 64 = 9,216"."""
    return f"{product(*factors)} = {count(math.prod(factors))}"


def with_bias(pieces: Formula, use_bias: bool) -> Formula:
    """The weights of one filter or unit and, with `use_bias`, its bias, in brackets."""
    return (Part("("), *pieces, Part(" + 1", ("use_bias",)), Part(")")) if use_bias else pieces


def rows_and_columns(rows: Formula, columns: Formula) -> Formula:
    """One formula where height and width have the same, otherwise both."""
    return rows if rows == columns else (*rows, Part(" ; "), *columns)
