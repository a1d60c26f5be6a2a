"""Contributions as an HTML table with a signed bar in each row, whose shown numbers add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cnnviz.core.ledger.fixed_point import MINUS

PLACES = 2
"""Decimals that are shown."""


@dataclass(frozen=True)
class Bar:
    """A row.

    Attributes:
        name: What contributes, plain text.
        value: What it contributes; above 0 to the right.
    """

    name: str
    value: float


def write(bars: Sequence[Bar], total: float, *, rest: str, sum_name: str, caption: str) -> str:
    """Write a table of bars, then what is left of the total, and the total.

    All numbers are rounded to hundredths; the rest is what is missing, so that the shown numbers add up exactly.

    Args:
        bars: The rows, in order.
        total: What they and the rest add up to.
        rest: Name of the rest, plain text.
        sum_name: Name of the total, likewise.
        caption: What the table is, likewise.
    """
    scale: int = 10**PLACES
    units = [round(bar.value * scale) for bar in bars]
    whole = round(total * scale)
    rows = [*zip((bar.name for bar in bars), units, strict=True), (rest, whole - sum(units))]
    largest = max(1, *(abs(number) for _, number in (*rows, ("", whole))))
    body = "".join(_write_row(name, number, largest) for name, number in rows)
    return (
        f'<div class="contributions"><table><caption>{escape(caption)}</caption><tbody>{body}'
        f"{_write_row(sum_name, whole, largest, total=True)}</tbody></table></div>"
    )


def _write_row(name: str, units: int, largest: int, *, total: bool = False) -> str:
    side = "against" if units < 0 else "for"
    part = f'<i class="{side}" style="--part: {50 * abs(units) / largest:.1f}%"></i>'
    sign = MINUS if units < 0 else "+" if units else ""
    return (
        f'<tr{" class=total" if total else ""}><th scope="row">{escape(name)}</th>'
        f'<td class="bar" aria-hidden="true">{part}</td>'
        f'<td class="number">{sign}{abs(units) / 10**PLACES:.{PLACES}f}</td></tr>'
    )
