"""The sentences below the convolution by hand: its sizes with their numbers, and what the last move changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnnviz.core.lessons.convolution.settings import ConvSettings
from cnnviz.core.lessons.convolution.worked_example import ConvWorkedExample
from cnnviz.core.lessons.number_grid import to_grid
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import session, terms

SETTINGS: Mapping[str, str] = {
    "side": gettext_noop("Side of the image"),
    "size": gettext_noop("Side of the kernel"),
    "stride": gettext_noop("Stride"),
    "dilation": gettext_noop("Dilation"),
    "padding": gettext_noop("Padding"),
}
"""Field of `ConvSettings`, or padding -> label."""

CHANGED = gettext_noop(
    "{what} {old} → {new}: feature map {map_old} → {map_new}, multiplications {times_old:,} → {times_new:,}, "
    "parameters {weights_old} → {weights_new}."
)
COUNTED = gettext_noop("Multiplications: {times}. [[parameter|Parameters]]: {weights}, with a [[bias]] that is 0 here.")
SIZE = gettext_noop("Size of the [[feature map]]: {formula}")
DILATED_SIZE = gettext_noop("The dilated kernel spans {span} cells. Size of the [[feature map]]: {formula}")
PADDED = gettext_noop(
    "[[padding|Padding]] adds zeros: {above} above, {below} below, {left} to the left, {right} to the right."
)
GAVE_WAY = gettext_noop("{names} gave way, so that the kernel fits into the image.")
NOT_BOTH = gettext_noop("{names} gave way: [[stride]] and [[dilation]] cannot both be larger than 1.")


def describe(example: ConvWorkedExample) -> list[str]:
    """Return what there is to say about `example`, a line each."""
    lines = [
        _describe_size(example),
        terms.explain(
            COUNTED,
            times=example.multiplication_formula,
            weights=example.parameter_formula,
        ),
    ]
    if example.margins != ((0, 0), (0, 0)):
        lines.append(_describe_padding(example))
    moved = session.get("conv_moved")
    fresh = moved is not None and moved[2] == session.get("conv_settled")
    return [*lines, *_describe_change(*moved)] if fresh else lines


def _describe_size(example: ConvWorkedExample) -> str:
    if example.span_formula:
        return terms.explain(DILATED_SIZE, "size", span=example.span_formula, formula=example.formula)
    return terms.explain(SIZE, "size", formula=example.formula)


def _describe_padding(example: ConvWorkedExample) -> str:
    (above, below), (left, right) = example.margins
    return terms.explain(PADDED, above=above, below=below, left=left, right=right)


def note(wanted: ConvSettings, made: ConvSettings, moved: str) -> None:
    """Note a move of the setting `moved`, which was `wanted` and gave `made`, beside what was there before."""
    before, padding = session.get("conv_settled") or (made, session.get("conv_padding"))
    if moved and (made, session.get("conv_padding")) != (before, padding):
        gave = [name for name in vars(made) if name != moved and getattr(made, name) != getattr(before, name)]
        both = wanted.stride > 1 and wanted.dilation > 1
        session.put(conv_moved=(moved, (before, padding), (made, session.get("conv_padding")), tuple(gave), both))
    session.put(conv_settled=(made, session.get("conv_padding")))


def note_padding() -> None:
    """Record a change of the padding, to which no other setting gives way."""
    made, padding = session.get("conv_settled")
    if padding != session.get("conv_padding"):
        now = (made, session.get("conv_padding"))
        session.put(conv_moved=("padding", (made, padding), now, (), False), conv_settled=now)


Settled = tuple[ConvSettings, str]


def _describe_change(moved: str, before: Settled, now: Settled, gave: tuple[str, ...], both: bool) -> list[str]:
    old, new = _make_example(*before), _make_example(*now)
    lines = [
        translate(
            CHANGED,
            what=translate(SETTINGS[moved]),
            old=_find_value(moved, before),
            new=_find_value(moved, now),
            map_old=_format_shape(old),
            map_new=_format_shape(new),
            times_old=old.multiplications,
            times_new=new.multiplications,
            weights_old=old.parameters,
            weights_new=new.parameters,
        )
    ]
    if gave:
        names = ", ".join(translate(SETTINGS[name]) for name in gave)
        lines.append(terms.explain(NOT_BOTH if both else GAVE_WAY, names=names))
    return lines


def _find_value(moved: str, settled: Settled) -> object:
    return settled[1] if moved == "padding" else getattr(settled[0], moved)


def _make_example(settings: ConvSettings, padding: str) -> ConvWorkedExample:
    """Return an example with these settings, whatever its numbers."""
    example = ConvWorkedExample(
        to_grid(np.zeros((settings.side,) * 2)), to_grid(np.zeros((settings.size,) * 2)), padding="same"
    )
    return replace(example, strides=(settings.stride,) * 2, padding=padding, dilation_rate=(settings.dilation,) * 2)


def _format_shape(example: ConvWorkedExample) -> str:
    return " × ".join(map(str, example.output_shape))
