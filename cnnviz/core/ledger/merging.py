"""Accounts of layers that read several others: sum, difference, product, mean, extremes, and one beside the other."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cnnviz.core.ledger.fixed_point import Sheet, bracket_factor, format_factor, round_to_shown
from cnnviz.core.ledger.ledger import Line, Part
from cnnviz.core.ledger.query import Draft, Question, make_parts
from cnnviz.core.messages import Message, gettext_noop

PUT_BESIDE = gettext_noop(
    "The value stands in map {map}, row {row}, column {column} of this layer; only its place is new."
)
PUT_BESIDE_UNIT = gettext_noop("The value is that of unit {map} of this layer; only its place is new.")


def _read(question: Question, sheet: Sheet) -> tuple[tuple[np.float32, ...], tuple[Part, ...]]:
    """Return the one value of each layer that is read, and its window of one cell, in the order of the inputs."""
    parts = tuple(
        replace(part, source=branch.source)
        for branch in question.branches
        for part in make_parts(branch, sheet, branch.reads.maps, None, ("",))
    )
    return tuple(part.values[0, 0] for part in parts), parts


def add(question: Question, sheet: Sheet) -> Draft:
    """Account for Add: all values added up."""
    values, parts = _read(question, sheet)
    amount = sum(part.subtotal for part in parts)
    line = Line("sum_of_values", amount, "total")
    return Draft(amount, math.fsum(map(float, values)), (line,), parts)


def average(question: Question, sheet: Sheet) -> Draft:
    """Account for Average: all values added up, divided by their number."""
    added = add(question, sheet)
    number = len(added.parts)
    amount = sheet.round(sheet.to_float(added.amount) / number)
    line = Line("mean", amount, "step", f"{sheet.format(added.amount)} / {number}")
    return replace(added, amount=amount, exact=added.exact / number, lines=(*added.lines, line))


def subtract(question: Question, sheet: Sheet) -> Draft:
    """Account for Subtract: the first value less the second."""
    (first, second), parts = _read(question, sheet)
    lines = (
        Line("read", sheet.round_float32(first), "total"),
        Line("subtracted", -sheet.round_float32(second), "addend"),
    )
    return Draft(lines[0].amount + lines[1].amount, float(first) - float(second), lines, parts)


def multiply(question: Question, sheet: Sheet) -> Draft:
    """Account for Multiply: one value times the next, each product rounded as it is shown."""
    values, parts = _read(question, sheet)
    first, *others = values
    amount = sheet.round_float32(first)
    lines = [Line("read", amount, "step")]
    shown = format_factor(first)
    product = float(round_to_shown(np.array([first]))[0])
    for value in others:
        product *= float(round_to_shown(np.array([value]))[0])
        amount = sheet.round(product)
        lines.append(Line("multiplied", amount, "step", f"{shown} × {bracket_factor(value)}"))
        # The next product begins with the number that is shown.
        shown, product = sheet.format(amount), sheet.to_float(amount)
    return Draft(amount, math.prod(map(float, values)), tuple(lines), parts)


def maximum(question: Question, sheet: Sheet) -> Draft:
    """Account for Maximum: the largest of all values."""
    values, parts = _read(question, sheet)
    amount = max(part.subtotal for part in parts)
    return Draft(amount, float(max(values)), (Line("largest", amount, "step"),), parts)


def minimum(question: Question, sheet: Sheet) -> Draft:
    """Account for Minimum: the smallest of all values."""
    values, parts = _read(question, sheet)
    amount = min(part.subtotal for part in parts)
    return Draft(amount, float(min(values)), (Line("smallest", amount, "step"),), parts)


def concatenate(question: Question, sheet: Sheet) -> Draft:
    """Account for Concatenate: the value is copied from one of the layers."""
    (value,), parts = _read(question, sheet)
    part = parts[0]
    place = {"map": part.map, "row": part.rows[0], "column": part.columns[0]}
    said = Message(PUT_BESIDE if question.x.ndim == 3 else PUT_BESIDE_UNIT, place)
    return Draft(part.subtotal, float(value), (Line("read", part.subtotal, "step"),), parts, facts=(said,))
