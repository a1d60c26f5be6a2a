"""Accounts of layers that add up products: convolutions, dense layers and mixtures of neighbours."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from cnnviz.core.ledger.elementwise import copy
from cnnviz.core.ledger.fixed_point import Sheet, add_up, to_decimal
from cnnviz.core.ledger.ledger import Line, Part
from cnnviz.core.ledger.query import Draft, Question, gather, make_parts, make_terms, sort_by_size, with_bias


def account_convolution(question: Question, sheet: Sheet) -> Draft:
    """Account for Conv2D: a window on every channel of the cell's group, times its slice of the kernel."""
    maps, of = question.reads.maps, question.cell.map
    weights = question.weights["kernel"][..., of]
    kernels = tuple(f"kernel[:, :, {i}, {of}]" for i in range(len(maps)))
    return with_bias(question, sheet, _sum(question, sheet, weights, kernels))


def account_depthwise(question: Question, sheet: Sheet) -> Draft:
    """Account for DepthwiseConv2D: one window on one channel."""
    channel, maker = divmod(question.cell.map, question.layer.depth_multiplier)
    weights = question.weights["kernel"][:, :, channel, maker, None]
    kernels = (f"kernel[:, :, {channel}, {maker}]",)
    return with_bias(question, sheet, _sum(question, sheet, weights, kernels))


def _sum(question: Question, sheet: Sheet, weights: np.ndarray, kernels: tuple[str, ...]) -> Draft:
    parts = make_parts(question, sheet, question.reads.maps, weights, kernels)
    found, _ = gather(question, question.reads.maps)
    exact = float((found.astype(float) * weights).sum())
    amount = sum(part.subtotal for part in parts)
    return Draft(amount, exact, (Line("sum", amount, "total"),), sort_by_size(parts))


def account_separable(question: Question, sheet: Sheet) -> Draft:
    """Account for SeparableConv2D: windows on every channel, their subtotals mixed by the pointwise weights."""
    each = question.layer.depth_multiplier
    mixing = question.weights["pointwise_kernel"][0, 0, :, question.cell.map]
    parts: list[Part] = []
    exact = 0.0
    # One depthwise kernel after the other, on all channels.
    for maker in range(each):
        weights = question.weights["depthwise_kernel"][..., maker]
        kernels = tuple(f"depthwise_kernel[:, :, {i}, {maker}]" for i in question.reads.maps)
        made = make_parts(question, sheet, question.reads.maps, weights, kernels)
        parts += [_mix(sheet, part, mixing[part.map * each + maker]) for part in made]
        found, _ = gather(question, question.reads.maps)
        exact += float((found.astype(float) * weights).sum(axis=(0, 1)) @ mixing[maker::each].astype(float))
    amount = sum(part.counts for part in parts)
    draft = Draft(amount, exact, (Line("sum", amount, "total"),), sort_by_size(parts))
    return with_bias(question, sheet, draft)


def _mix(sheet: Sheet, part: Part, weight: np.float32) -> Part:
    """Multiply the subtotal of `part` by `weight`, both as they are shown."""
    product = Decimal(part.subtotal).scaleb(-sheet.places) * to_decimal(weight)
    return replace(part, weight=weight, share=sheet.round(product))


def account_transposed(question: Question, sheet: Sheet) -> Draft:
    """Account for Conv2DTranspose: the cells whose windows reach this one, each times its place in the kernel."""
    cell, shape = question.cell, question.output.input_shape
    down, across = (
        list(question.layer.list_contributions(shape, place, axis)[1])
        for axis, place in enumerate((cell.row, cell.column))
    )
    kernels = tuple(f"kernel[np.ix_({down}, {across})][..., {cell.map}, {i}]" for i in question.reads.maps)
    return with_bias(question, sheet, _sum(question, sheet, _get_weights(question), kernels))


def account_resampled(question: Question, sheet: Sheet) -> Draft:
    """Account for UpSampling2D and Resizing: a copied cell, or the nearest ones mixed."""
    if len(question.reads.rows) == len(question.reads.columns) == 1:
        return copy(question, sheet)
    return _sum(question, sheet, _get_weights(question), ("",))


def _get_weights(question: Question) -> np.ndarray:
    """Return the factors of the cells that are read, (rows, columns, maps) float32."""
    cell = question.cell
    found: np.ndarray = question.layer.place_weights(
        question.output.input_shape, question.weights, cell.row, cell.column, cell.map
    )
    return found


def account_dense(question: Question, sheet: Sheet) -> Draft:
    """Account for Dense: every value times a weight of its own."""
    weights = question.weights["kernel"][:, question.cell.map]
    terms = make_terms(question, sheet, weights[None, None, :])
    found, _ = gather(question, question.reads.maps)
    exact = float(found.reshape(-1).astype(float) @ weights.astype(float))
    amount = add_up(terms.amounts)
    return with_bias(question, sheet, Draft(amount, exact, (Line("products", amount, "total"),), (), terms))
