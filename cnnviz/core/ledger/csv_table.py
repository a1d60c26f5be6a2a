"""A ledger as a CSV table, with every product, including those that the page sums up as "the others"."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from cnnviz.core.ledger.fixed_point import MINUS, format_exact
from cnnviz.core.ledger.ledger import Ledger, Part

COLUMNS = ("what", "map", "row", "column", "value", "weight", "amount")

Row = tuple[object, ...]


def write_csv(ledger: Ledger) -> bytes:
    """Return a CSV file, UTF-8: one line per product or value, a subtotal per map, then the lines of the account.

    `value` and `weight` have the fewest digits that give the same float32 back; amounts have the ledger's decimals.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(iterate_rows(ledger))
    return text.getvalue().encode()


def iterate_rows(ledger: Ledger) -> Iterator[Row]:
    """Yield the rows of the table below its header."""
    for part in ledger.parts:
        yield from _iterate_part(ledger, part)
    yield from _iterate_terms(ledger)
    for line in ledger.lines:
        yield line.name, "", "", "", "", "", _format_amount(ledger, line.amount)
    if ledger.shares is not None:
        columns = (ledger.shares.logits, ledger.shares.exponentials, ledger.shares.shares)
        for name, amounts in zip(("logit", "exponential", "share"), columns, strict=True):
            for unit, amount in enumerate(amounts):
                yield name, unit, "", "", "", "", _format_amount(ledger, int(amount))


def _format_amount(ledger: Ledger, units: int) -> str:
    return ledger.sheet.format(units).replace(MINUS, "-")


def _iterate_part(ledger: Ledger, part: Part) -> Iterator[Row]:
    for i, row in enumerate(part.rows):
        for j, column in enumerate(part.columns):
            what = ("value" if part.weights is None else "product") if part.inside[i, j] else "padding"
            what = f"{what} of {part.source}" if part.source else what
            weight = "" if part.weights is None else format_exact(part.weights[i, j])
            amount = _format_amount(ledger, int(part.amounts[i, j]))
            yield what, part.map, row, column, format_exact(part.values[i, j]), weight, amount
    yield "subtotal", part.map, "", "", "", "", _format_amount(ledger, part.subtotal)
    if part.share is not None and part.weight is not None:
        yield "mixed", part.map, "", "", "", format_exact(part.weight), _format_amount(ledger, part.share)


def _iterate_terms(ledger: Ledger) -> Iterator[Row]:
    terms = ledger.terms
    if terms is None:
        return
    for i, (of, row, column) in enumerate(zip(terms.maps, terms.rows, terms.columns, strict=True)):
        what, weight = ("value", "") if terms.weights is None else ("product", format_exact(terms.weights[i]))
        amount = _format_amount(ledger, int(terms.amounts[i]))
        yield what, int(of), int(row), int(column), format_exact(terms.values[i]), weight, amount
