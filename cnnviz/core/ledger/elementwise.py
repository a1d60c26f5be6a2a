"""Accounts of layers that compute each value from one other: copy, padding, scaling, normalization, activation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from cnnviz.core.layers import Dropout
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.layers.normalization import MIN_DEVIATION, Normalization
from cnnviz.core.ledger.fixed_point import Sheet, add_up, bracket_factor, format_factor, round_to_shown
from cnnviz.core.ledger.ledger import Line, Part
from cnnviz.core.ledger.query import Draft, Question, gather, make_parts, make_terms
from cnnviz.core.messages import Message, gettext_noop

COPIED = gettext_noop("The value stands in map {map}, row {row}, column {column} before; only its place is new.")
COPIED_UNIT = gettext_noop("The value is that of unit {map} before; nothing happens to it.")
DROPPED_IN_TRAINING = gettext_noop(
    "While training, this layer sets each value to 0 with the chance {rate} and makes the others larger to make up "
    "for it. When the network answers, it changes nothing."
)
PASSED = gettext_noop(
    "While training, this layer changes something at random or adds to the loss. When the network answers, it changes "
    "nothing."
)
FRAME = gettext_noop("This cell belongs to the frame of zeros: nothing is read for it.")


def _read(question: Question, sheet: Sheet) -> tuple[np.float32, tuple[Part, ...]]:
    """Return the one value that is read, and its window of one cell."""
    parts = tuple(make_parts(question, sheet, question.reads.maps[:1], None, ("",)))
    return parts[0].values[0, 0], parts


def copy(question: Question, sheet: Sheet) -> Draft:
    """Account for a value that is copied: to another place, or to the same by a layer that works in training only."""
    value, parts = _read(question, sheet)
    amount = sheet.round_float32(value)
    return Draft(amount, float(value), (Line("read", amount, "step"),), parts, facts=_describe_origin(question))


def _describe_origin(question: Question) -> tuple[Message, ...]:
    """Say where the copied value stands in the previous layer, or what the layer does in training."""
    if isinstance(question.layer, Dropout):
        return (Message(DROPPED_IN_TRAINING, {"rate": f"{question.layer.rate:g}"}),)
    if isinstance(question.layer, PassThrough):
        return (Message(PASSED, {}),)
    reads = question.reads
    place = {"map": reads.maps[0], "row": reads.rows[0], "column": reads.columns[0]}
    return (Message(COPIED if question.x.ndim == 3 else COPIED_UNIT, place),)


def frame(question: Question, sheet: Sheet) -> Draft:
    """Account for ZeroPadding2D: a value of the map, or a zero of the frame."""
    _, inside = gather(question, question.reads.maps)
    if inside.all():
        return copy(question, sheet)
    _, parts = _read(question, sheet)
    return Draft(0, 0.0, (Line("frame", 0, "step"),), parts, facts=(Message(FRAME, {}),))


def rescale(question: Question, sheet: Sheet) -> Draft:
    """Account for Rescaling: a value times `scale` plus `offset`."""
    value, parts = _read(question, sheet)
    scale, offset = np.float32(question.layer.scale), np.float32(question.layer.offset)
    scaled = int(sheet.multiply(np.array([value]), np.array([scale]))[0])
    added = sheet.round_float32(offset)
    lines = (
        Line("read", sheet.round_float32(value), "step"),
        Line("scaled", scaled, "step", f"{format_factor(value)} × {bracket_factor(scale)}"),
        Line("offset", added, "addend"),
    )
    return Draft(scaled + added, float(value) * float(scale) + float(offset), lines, parts)


def _find_index(question: Question) -> tuple[int, ...]:
    """Return the index of the layer's weights that belongs to the cell."""
    cell = question.cell
    found: tuple[int, ...] = question.layer.find_index(question.output.input_shape, cell.row, cell.column, cell.map)
    return found


def normalize(question: Question, sheet: Sheet) -> Draft:
    """Account for BatchNormalization, (value − mean) / deviation × gamma + beta, and for Normalization."""
    if isinstance(question.layer, Normalization):
        return _normalize_by_figures(question, sheet)
    value, parts = _read(question, sheet)
    index = _find_index(question)
    weight = {name: array[index] for name, array in question.weights.items()}
    # The deviation is shown with nine digits and used as shown.
    variance, epsilon = weight["moving_variance"], np.float32(question.layer.epsilon)
    deviation = float(f"{math.sqrt(float(variance) + float(epsilon)):.9g}")
    # Subtract the mean.
    lines = [
        Line("read", sheet.round_float32(value), "total"),
        Line("moving_mean", -sheet.round_float32(weight["moving_mean"]), "addend", "−moving_mean"),
    ]
    amount = lines[0].amount + lines[1].amount
    lines.append(Line("centred", amount, "total"))
    # Divide by the deviation.
    root = f"√({format_factor(variance)} + {format_factor(epsilon)}) ≈ {deviation:.9g}"
    before, amount = amount, sheet.round(sheet.to_float(amount) / deviation)
    lines.append(Line("normalized", amount, "step", f"{sheet.format(before)} / {deviation:.9g}; {root}"))
    exact = (float(value) - float(weight["moving_mean"])) / math.sqrt(float(variance) + float(epsilon))
    amount, exact = _scale_and_shift(weight, sheet, amount, exact, lines)
    return Draft(amount, exact, tuple(lines), parts)


def _scale_and_shift(
    weight: Mapping[str, np.float32], sheet: Sheet, amount: int, exact: float, lines: list[Line]
) -> tuple[int, float]:
    """Multiply by gamma and add beta, if the layer does; append what that takes to `lines`."""
    if "gamma" in weight:
        gamma = weight["gamma"]
        before, amount = amount, sheet.round(sheet.to_float(amount) * float(round_to_shown(np.array([gamma]))[0]))
        lines.append(Line("gamma", amount, "step", f"{sheet.format(before)} × {bracket_factor(gamma)}"))
        exact *= float(gamma)
    if "beta" in weight:
        lines.append(Line("beta", sheet.round_float32(weight["beta"]), "addend"))
        amount += lines[-1].amount
        exact += float(weight["beta"])
    return amount, exact


def _normalize_by_figures(question: Question, sheet: Sheet) -> Draft:
    """Account for Normalization: (value − mean) / deviation, or value × deviation + mean where it is inverted."""
    value, parts = _read(question, sheet)
    figures = question.layer.get_figures(question.output.input_shape, question.weights)
    mean, variance = (each[_find_index(question)] for each in figures)
    root = max(math.sqrt(float(variance)), float(MIN_DEVIATION))
    deviation = float(f"{root:.9g}")
    written = f"√{format_factor(variance)} ≈ {deviation:.9g}"
    read, own = sheet.round_float32(value), sheet.round_float32(mean)
    if question.layer.invert:
        amount = sheet.round(float(round_to_shown(np.array([value]))[0]) * deviation)
        inverted = (
            Line("read", read, "step"),
            Line("restored", amount, "step", f"{bracket_factor(value)} × {deviation:.9g}; {written}"),
            Line("added_mean", own, "addend"),
        )
        return Draft(amount + own, float(value) * root + float(mean), inverted, parts)
    amount = sheet.round(sheet.to_float(read - own) / deviation)
    lines = (
        Line("read", read, "total"),
        Line("moving_mean", -own, "addend", "−mean"),
        Line("centred", read - own, "total"),
        Line("normalized", amount, "step", f"{sheet.format(read - own)} / {deviation:.9g}; {written}"),
    )
    return Draft(amount, (float(value) - float(mean)) / root, lines, parts)


def standardize(question: Question, sheet: Sheet) -> Draft:
    """Account for Layer- and GroupNormalization: (value − mean) / deviation of all values that are read."""
    terms = make_terms(question, sheet, None)
    values, epsilon = terms.values.astype(float), float(np.float32(question.layer.epsilon))
    own = question.x[question.index]
    # The mean, of the shown values.
    added, number = add_up(terms.amounts), len(values)
    mean = sheet.round(Decimal(added).scaleb(-sheet.places) / number)
    lines = [
        Line("sum_of_values", added, "total"),
        Line("mean", mean, "step", f"{sheet.format(added)} / {number}"),
        Line("read", sheet.round_float32(own), "step"),
        Line("less_mean", -mean, "addend"),
    ]
    centred = lines[2].amount - mean
    lines.append(Line("centred", centred, "total"))
    # The deviation is shown with nine digits and used as shown.
    variance = float(values.var())
    root = math.sqrt(variance + epsilon)
    deviation = float(f"{root:.9g}")
    amount = sheet.round(sheet.to_float(centred) / deviation)
    written = f"√({variance:.9g} + {epsilon:.6g}) ≈ {deviation:.9g}"
    lines.append(Line("normalized", amount, "step", f"{sheet.format(centred)} / {deviation:.9g}; {written}"))
    exact = (float(own) - float(values.mean())) / root
    weight = {name: array[_find_index(question)] for name, array in question.weights.items()}
    amount, exact = _scale_and_shift(weight, sheet, amount, exact, lines)
    return Draft(amount, exact, tuple(lines), (), terms)


def bend(question: Question, sheet: Sheet) -> Draft:
    """Account for PReLU: a value above 0 as it is, others times their slope."""
    value, parts = _read(question, sheet)
    read = Line("read", sheet.round_float32(value), "step")
    if value > 0:
        return Draft(read.amount, float(value), (read,), parts)
    slope = question.weights["alpha"][_find_index(question)]
    amount = int(sheet.multiply(np.array([value]), np.array([slope]))[0])
    line = Line("slope", amount, "step", f"{bracket_factor(slope)} × {bracket_factor(value)}")
    return Draft(amount, float(value) * float(slope), (read, line), parts)


def activate(question: Question, sheet: Sheet) -> Draft:
    """Begin the account of an activation layer with its input; for a softmax the table of shares shows it."""
    if question.layer.activation_name == "softmax":
        own = question.x[question.index]
        return Draft(sheet.round_float32(own), float(own))
    value, parts = _read(question, sheet)
    return Draft(sheet.round_float32(value), float(value), (), parts)
