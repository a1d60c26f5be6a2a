"""A ledger with few decimals, whose numbers still add up as they are shown.

Totals are rounded to the nearest number. What is added up to one goes to one of its two neighbours, those with the
largest remainders up (the method of largest remainders). A product may then differ in its last decimal from that of
its factors as they are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from cnnviz.core.ledger.feeds import Feeds, MapTotal
from cnnviz.core.ledger.fixed_point import Sheet, format_factor
from cnnviz.core.ledger.ledger import Ledger, Line, Part, Shares, Terms
from cnnviz.core.messages import Message

PLACES = 3
"""Decimals of a short ledger."""

MAX_DROPPED = 5
"""So many decimals are dropped at most, so that the numbers of a layer of tiny values do not all become 0."""

NUMBER = re.compile(r"\d+\.\d+(?:e[+-]?\d+)?")


@dataclass(frozen=True)
class Rounding:
    """Rounding of amounts from one sheet to a coarser one.

    Attributes:
        step: how many units of the former are one of the latter.
    """

    step: int

    def round(self, amount: int) -> int:
        """Round to the nearest, half away from zero."""
        size = (2 * abs(int(amount)) + self.step) // (2 * self.step)
        return size if amount >= 0 else -size

    def split(self, amounts: Iterable[int], total: int) -> list[int]:
        """Round amounts to their neighbours so that they add up to `total`, their own sum rounded up or down."""
        parts = [divmod(int(amount), self.step) for amount in amounts]
        if not parts:
            return []
        each, rest = divmod(total - sum(whole for whole, _ in parts), len(parts))
        order = sorted(range(len(parts)), key=lambda place: -parts[place][1])
        upwards = set(order[:rest])
        return [whole + each + (place in upwards) for place, (whole, _) in enumerate(parts)]


def choose_places(ledger: Ledger) -> int:
    """Return how many decimals `ledger` has when it is short; the sheet of a softmax has many for its small shares."""
    places = ledger.sheet.places
    return min(places, PLACES if ledger.shares is not None else max(PLACES, places - MAX_DROPPED))


def format_short(value: np.float32, places: int) -> str:
    """Format a factor with at most `places` decimals."""
    text = format_factor(value)
    return _shorten_number(text, places) if NUMBER.search(text) or "e" in text else text


def shorten(ledger: Ledger) -> Ledger:
    """Return `ledger` with few decimals; what float32 rounded is part of the sum that it belongs to."""
    places = choose_places(ledger)
    if places == ledger.sheet.places:
        return ledger
    by = Rounding(10 ** (ledger.sheet.places - places))
    lines = _shorten_lines(ledger.lines, by, places)
    total = lines[0].amount
    return replace(
        ledger,
        sheet=Sheet(places),
        lines=lines,
        parts=_shorten_parts(ledger, by, total),
        terms=None if ledger.terms is None else _shorten_terms(ledger.terms, by, total, adds=ledger.reduces != "max"),
        facts=tuple(_shorten_fact(fact, places) for fact in ledger.facts),
        shares=None if ledger.shares is None else _shorten_shares(ledger.shares, by, ledger.cell.map, lines),
    )


def shorten_feeds(feeds: Feeds, ledger: Ledger, short: Ledger) -> Feeds:
    """Return the `feeds` of `ledger` with the decimals of `short`, adding up to its sum."""
    if ledger.sheet == short.sheet:
        return feeds
    if not short.parts:
        by = Rounding(10 ** (ledger.sheet.places - short.sheet.places))
        return replace(feeds, amounts=tuple(by.split(feeds.amounts, short.lines[0].amount)))
    counts: dict[int, int] = {}
    for part in short.parts:
        counts[part.map] = counts.get(part.map, 0) + part.counts
    return replace(feeds, amounts=tuple(counts[of] for of in feeds.maps))


def shorten_total(total: MapTotal) -> MapTotal:
    """Return the sum over a map with at most `PLACES` decimals."""
    places = min(PLACES, total.sheet.places)
    if places == total.sheet.places:
        return total
    by = Rounding(10 ** (total.sheet.places - places))
    rounded = by.round(total.total)
    added, bias = by.split((sum(total.feeds.amounts), total.bias), rounded)
    feeds = replace(total.feeds, amounts=tuple(by.split(total.feeds.amounts, added)))
    return MapTotal(Sheet(places), feeds, bias, rounded)


def _shorten_lines(lines: Sequence[Line], by: Rounding, places: int) -> tuple[Line, ...]:
    """Round totals, and then what leads to each of them; the last line first."""
    kept = _fold_rounding(lines)
    amounts = [by.round(line.amount) for line in kept]
    for end in reversed(range(len(kept))):
        if kept[end].role != "total":
            continue
        start = end - 1
        while start > 0 and kept[start].role == "addend":
            start -= 1
        chain = range(max(0, start), end)
        if sum(kept[place].amount for place in chain) != kept[end].amount:
            continue  # the total of what stands above the lines
        # What is read stands elsewhere too, as it is.
        free = [place for place in chain if kept[place].name != "read" or len(chain) == 1]
        left = amounts[end] - sum(amounts[place] for place in chain if place not in free)
        for place, amount in zip(free, by.split((kept[place].amount for place in free), left), strict=True):
            amounts[place] = amount
    return tuple(
        replace(line, amount=amount, work=_shorten_text(line.work, places))
        for line, amount in zip(kept, amounts, strict=True)
    )


def _fold_rounding(lines: Sequence[Line]) -> list[Line]:
    """Leave out the lines of what float32 rounded: the number that the addition begins with takes it."""
    kept: list[Line] = []
    for line in lines:
        if line.name != "rounding":
            kept.append(line)
            continue
        start = next((place for place in reversed(range(len(kept))) if kept[place].role != "addend"), None)
        if start is not None:
            kept[start] = replace(kept[start], amount=kept[start].amount + line.amount)
    return kept


def _shorten_parts(ledger: Ledger, by: Rounding, total: int) -> tuple[Part, ...]:
    parts = ledger.parts
    if len(parts) > 1 and parts[0].weights is None:
        return _shorten_branches(ledger, by, total)
    if not parts or parts[0].weights is None:
        adds = ledger.reduces == "mean"
        return tuple(
            replace(
                part,
                amounts=_split(part.amounts, by, total if adds else None),
                subtotal=total if ledger.reduces else by.round(part.subtotal),
            )
            for part in parts
        )
    made = []
    for part, counts in zip(parts, by.split((part.counts for part in parts), total), strict=True):
        mixed = part.share is not None
        subtotal = by.round(part.subtotal) if mixed else counts
        amounts = _split(part.amounts, by, subtotal)
        made.append(replace(part, amounts=amounts, subtotal=subtotal, share=counts if mixed else None))
    return tuple(made)


def _shorten_branches(ledger: Ledger, by: Rounding, total: int) -> tuple[Part, ...]:
    """Round the single values of several layers; so that they add up where the first line is their sum."""
    values = [part.subtotal for part in ledger.parts]
    adds = ledger.lines[0].name == "sum_of_values"
    amounts = by.split(values, total) if adds else [by.round(value) for value in values]
    return tuple(
        replace(part, amounts=_split(part.amounts, by, amount), subtotal=amount)
        for part, amount in zip(ledger.parts, amounts, strict=True)
    )


def _shorten_terms(terms: Terms, by: Rounding, total: int, *, adds: bool) -> Terms:
    return replace(terms, amounts=_split(terms.amounts, by, total if adds else None))


def _split(amounts: np.ndarray, by: Rounding, total: int | None) -> np.ndarray:
    """Round an array of amounts that add up to `total`, or each by itself."""
    flat = amounts.reshape(-1).tolist()
    rounded = [by.round(amount) for amount in flat] if total is None else by.split(flat, total)
    return np.array(rounded, dtype=object).reshape(amounts.shape)


def _shorten_shares(shares: Shares, by: Rounding, own: int, lines: Sequence[Line]) -> Shares:
    """Round a softmax, so that differences and the sum of the exponentials are those of the shown numbers."""
    known = {line.name: line.amount for line in lines}
    logits = [by.round(each) for each in shares.logits.tolist()]
    total = by.round(shares.total)
    exponentials = shares.exponentials.tolist()
    others = iter(by.split(exponentials[:own] + exponentials[own + 1 :], total - known["exponential"]))
    parts = [by.round(each) for each in shares.shares.tolist()]
    parts[own] = known["share"]
    return Shares(
        np.array(logits, dtype=object),
        np.array([each - max(logits) for each in logits], dtype=object),
        np.array([known["exponential"] if unit == own else next(others) for unit in range(len(parts))], dtype=object),
        total,
        np.array(parts, dtype=object),
    )


def _shorten_fact(fact: Message, places: int) -> Message:
    values: Mapping[str, object] = fact.values
    return replace(
        fact,
        values={
            name: _shorten_text(value, places) if isinstance(value, str) else value for name, value in values.items()
        },
    )


def _shorten_text(text: str, places: int) -> str:
    """Round the numbers of a formula."""
    return NUMBER.sub(lambda found: _shorten_number(found.group(), places), text)


def _shorten_number(text: str, places: int) -> str:
    decimals = text.partition(".")[2]
    if len(decimals) <= places and "e" not in text:
        return text
    sign = text[0] if text.startswith("−") else ""
    rounded = Decimal(text.removeprefix(sign)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{sign if rounded else ''}{rounded:f}"
