"""By hand: a small image and a kernel, convolved window by window, with settings that clamp each other."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.convolution import kernels
from cnnviz.core.lessons.convolution.examples import IMAGES
from cnnviz.core.lessons.convolution.kernels import KERNELS, parse_square
from cnnviz.core.lessons.convolution.settings import DILATIONS, SIDES, SIZES, STRIDES, ConvSettings, make_legal
from cnnviz.core.lessons.convolution.worked_example import ConvWorkedExample
from cnnviz.core.lessons.number_grid import Grid, apply_edits, parse_number, resize
from cnnviz.ui.components.conv_grid import Edit, Problem, conv_grid, read_edit
from cnnviz.ui.convolution import changes, guesses
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import page, session, terms, url, widgets

KEY = "conv-grid"

WHY = gettext_noop(
    "All that a [[convolution]] does is multiply and add, the same few [[weight|weights]] at every place. Do it by "
    "hand for one small picture and you know what the largest network does."
)

NOT_FLIPPED = gettext_noop(
    "The [[kernel]] is laid on as it is, not turned around. Mathematics calls that a [[cross-correlation]]; networks, "
    "and Keras, call it a convolution."
)

PADDING_HELP = gettext_noop(
    "valid: the kernel stays inside. same: zeros are added around, so that with steps of 1 the size stays."
)

KEYS = {"side": "conv_side", "size": "conv_size", "stride": "conv_stride", "dilation": "conv_dilation"}
"""Attribute of `ConvSettings` -> key of the field with its value."""

EXACT = tuple(name for name, kernel in KERNELS.items() if np.all(np.array(kernel.weights) * 100 % 1 == 0))
"""Names of `KERNELS` whose weights have at most two decimals, so that all sums are exact."""


@st.fragment
@page.guard
def show() -> None:
    """Show the section; it does not depend on what is drawn."""
    st.subheader(translate("By hand"), anchor=False)
    st.caption(terms.explain(WHY))
    if session.wants_everything():
        st.caption(terms.explain(NOT_FLIPPED))
    problem = _take_over()
    example = _make_example()
    guesses.take(KEY)
    _show_settings()
    conv_grid(
        KEY,
        example,
        guess=bool(session.get("conv_guess")),
        guesses=guesses.get_guesses(example),
        score=guesses.count_score(),
        problem=problem,
        facts=changes.describe(example),
    )
    url.show(pen_down=False, place="by-hand")


def _make_example() -> ConvWorkedExample:
    """Return what is shown; clamp settings that do not fit, as from a link."""
    _fit("")
    stride, dilation = session.get("conv_stride"), session.get("conv_dilation")
    return ConvWorkedExample(
        session.get("conv_image"),
        session.get("conv_kernel"),
        (stride, stride),
        session.get("conv_padding"),
        (dilation, dilation),
    )


def _take_over() -> Problem | None:
    """Take over what was typed or pasted; return what was refused, if something was."""
    image, kernel = session.get("conv_image"), session.get("conv_kernel")
    edit = read_edit(KEY, image, kernel)
    if edit is None:
        return None
    if edit.pasted:
        return _paste(edit)
    refused = []
    for name, key, texts in (("image", "conv_image", edit.image), ("kernel", "conv_kernel", edit.kernel)):
        values, problem = apply_edits(session.get(key), texts)
        session.put(**{key: values})
        if problem:
            refused.append(Problem(name, problem[0], problem[1], translate_refusal(problem[2])))
    return next(iter(refused), None)


def _paste(edit: Edit) -> Problem | None:
    """Take over a grid that was pasted whole; nothing changes where it does not fit."""
    largest = (SIZES[0], min(SIZES[1], len(session.get("conv_image"))))
    try:
        rows = parse_square(edit.pasted, SIDES if edit.into == "image" else largest, parse_number)
    except Refusal as reason:
        return Problem(edit.into, -1, -1, translate_refusal(reason))
    if edit.into == "image":
        _put_image(rows)
    else:
        _put_kernel(rows)
    return None


def _put_image(rows: Grid) -> None:
    session.put(conv_image=rows)
    session.choose("conv_side", len(rows))


def _put_kernel(rows: Grid) -> None:
    session.put(conv_kernel=rows)
    session.choose("conv_size", len(rows))


def _show_settings() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        side = session.get("conv_side")
        if session.shows("conv_side"):
            _show_slider("side", translate("Side of the image"), *SIDES)
        if session.shows("conv_size"):
            _show_slider("size", translate("Side of the kernel"), SIZES[0], min(SIZES[1], side))
        _show_slider("stride", translate("Stride"), *STRIDES)
        if session.shows("conv_dilation"):
            _show_slider("dilation", translate("Dilation"), *DILATIONS)
        widgets.one_of(
            "conv_padding",
            translate("Padding"),
            help=translate(PADDING_HELP),
            then=changes.note_padding,
        )
        st.toggle(
            translate("Guess first"), value=bool(session.get("conv_guess")), **session.bind("conv_guess", (False, True))
        )
    _show_examples(translate("Image"), "image", {name: label for name, (label, _) in IMAGES.items()})
    _show_examples(translate("Kernel"), "kernel", {name: KERNELS[name].label for name in EXACT})


def _show_slider(field: str, label: str, lowest: int, highest: int) -> None:
    widgets.number(KEYS[field], label, lowest, highest, width=150, then=lambda: _fit(field))


def _show_examples(label: str, what: str, names: dict[str, str]) -> None:
    """Show buttons that fill the image or the kernel."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(label, width="content")
        for name, text in names.items():
            st.button(
                translate(text),
                key=f"fill-{what}-{name}",
                on_click=session.guard(_fill),
                args=(what, name),
            )


def _fill(what: str, name: str) -> None:
    if what == "image":
        session.put(conv_image=IMAGES[name][1](len(session.get("conv_image"))))
    else:
        _put_kernel(KERNELS[name].weights)
    _fit("")


def _fit(moved: str) -> None:
    """Clamp the other settings to the one that was `moved`, and resize image and kernel."""
    wanted = ConvSettings(**{field: int(session.get(key)) for field, key in KEYS.items()})
    made = make_legal(wanted, moved)
    for field, key in KEYS.items():
        if getattr(made, field) != getattr(wanted, field):
            session.choose(key, getattr(made, field))
    if made.side != len(session.get("conv_image")):
        session.put(conv_image=resize(session.get("conv_image"), made.side))
    if made.size != len(session.get("conv_kernel")):
        session.put(conv_kernel=kernels.resize(session.get("conv_kernel"), made.size))
    changes.note(wanted, made, moved)
