"""Channel order: the same picture with its channels as the last axis and as the first, one value found in both."""

from __future__ import annotations

from html import escape

import streamlit as st

from cnnviz.core.lessons.convolution.channel_order import SHAPE, Place, list_in_memory_order
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import page, session, terms, url, widgets

WHY = gettext_noop(
    "A picture is a [[tensor|block of numbers]] with three axes, and libraries do not agree which comes first. "
    "Nothing is computed differently; only the index and the place in memory are. Every number here tells its row, "
    "column and channel, counted from 0."
)
LAST = gettext_noop("Channels last")
FIRST = gettext_noop("Channels first")
LAST_WHERE = gettext_noop(
    'Keras’s `data_format="channels_last"`, [[shape]] {shape}: the [[channel|channels]] of a [[pixel]] lie side by '
    "side."
)
FIRST_WHERE = gettext_noop(
    '`data_format="channels_first"`, as in PyTorch, [[shape]] {shape}: each [[channel]] is a picture of its own.'
)


@st.fragment
@page.guard
def show() -> None:
    """Show both orders side by side, and the three sliders that choose a value."""
    st.subheader(translate("Channel order"), anchor=False)
    st.caption(terms.explain(WHY))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        for key, label, side in zip(
            ("order_row", "order_column", "order_channel"),
            (translate("Row"), translate("Column"), translate("Channel")),
            SHAPE,
            strict=True,
        ):
            widgets.number(key, label, 0, side - 1, width=150)
    place = Place(session.get("order_row"), session.get("order_column"), session.get("order_channel"))
    for column, order in zip(st.columns(2, gap="medium"), ("last", "first"), strict=True):
        with column:
            _show_one(order, place)
    url.show(pen_down=False, place="order")


def _show_one(order: str, place: Place) -> None:
    rows, columns, channels = SHAPE
    last = order == "last"
    shape = (rows, columns, channels) if last else (channels, rows, columns)
    st.markdown(
        f"**{translate(LAST if last else FIRST)}**  \n"
        + terms.explain(LAST_WHERE if last else FIRST_WHERE, shape=shape)
    )
    st.markdown(_write_index(place, last))
    st.html(_write_blocks(order, place))
    st.markdown(
        translate(
            "In memory {number} numbers stand before it: {work}",
            work=place.work_last if last else place.work_first,
            number=place.number_last if last else place.number_first,
        )
    )
    st.html(_write_memory(order, place))


def _write_index(place: Place, last: bool) -> str:
    """Return how the value is reached in code, as Markdown."""
    index = ", ".join(map(str, place.last if last else place.first))
    names = "row, column, channel" if last else "channel, row, column"
    return f"`x[{names}]` = `x[{index}]` = **{place.text}**"


def _write_blocks(order: str, place: Place) -> str:
    """Return the picture as nested lists of its axes, the outermost as boxes: rows of pixels, or channels of rows."""
    outer, middle, inner = (SHAPE[0], SHAPE[1], SHAPE[2]) if order == "last" else (SHAPE[2], SHAPE[0], SHAPE[1])
    boxes = []
    for i in range(outer):
        lines = []
        for j in range(middle):
            cells = (_write_cell(_find_place(order, i, j, k), place) for k in range(inner))
            lines.append(f"<div class='values'>{''.join(cells)}</div>")
        boxes.append(f"<div class='box'>{''.join(lines)}</div>")
    return f"<div class='channel-order {order}'>{''.join(boxes)}</div>"


def _find_place(order: str, i: int, j: int, k: int) -> Place:
    return Place(i, j, k) if order == "last" else Place(j, k, i)


def _write_memory(order: str, place: Place) -> str:
    """Return all numbers in the order of memory."""
    cells = "".join(_write_cell(each, place) for each in list_in_memory_order(order))
    return f"<div class='channel-order memory'>{cells}</div>"


def _write_cell(each: Place, place: Place) -> str:
    mine = " chosen" if each == place else ""
    return f"<span class='channel-{each.channel}{mine}'>{escape(each.text)}</span>"
