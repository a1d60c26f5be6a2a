"""The four axes of a batch on real pictures: samples, rows, columns, channels."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.core.data.picture_sets import PictureSet
from cnnviz.core.lessons.data import rows
from cnnviz.figures import batch_axes
from cnnviz.ui.components.drawing import drawing
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import page, session, terms, url, widgets
from cnnviz.ui.shell.fields.data import BATCH

WHY = gettext_noop(
    "Networks are given many pictures at once, a [[batch]]: one [[tensor]] with four axes. Move along each of them and "
    "see which number is meant."
)


@st.fragment
@page.guard
def show(pictures: PictureSet) -> None:
    """Show the first pictures of the part as a batch, and one of its numbers."""
    batch = take_batch(pictures)
    place = _get_place(batch.shape)
    with st.container(key="batch-axes"):
        st.subheader(translate("Four axes of a batch"), anchor=False)
        st.caption(terms.explain(WHY))
        choosing, shown = st.columns([300, 420], gap="medium")
        with choosing:
            _show_sliders(batch.shape)
            value = int(batch[place])
            st.code(
                f"x.shape == {batch.shape}\nx[{', '.join(map(str, place))}] == {value} / 255  # {value / 255:.4f}",
                language="python",
                wrap_lines=True,
            )
        with shown:
            words = batch_axes.Words(
                translate("The batch with the chosen number marked"),
                translate("samples"),
                translate("rows"),
                translate("columns"),
                translate("channels"),
            )
            drawing("batch-drawing", {300: batch_axes.draw(batch, place, words)})
    url.show(pen_down=False, place="batch")


def take_batch(pictures: PictureSet) -> np.ndarray:
    """Return the first pictures of the chosen part as a network gets them: (4, rows, columns, channels) uint8."""
    taken = pictures.take(rows.select_rows(pictures, session.get("data_split"))[:BATCH])
    return taken[..., None] if taken.ndim == 3 else taken


def _get_place(shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return the chosen place; one that this batch does not have, as from a link, gives way."""
    names = ("batch_sample", "batch_row", "batch_column", "batch_channel")
    sample, row, column, channel = (min(session.get(name), count - 1) for name, count in zip(names, shape, strict=True))
    return sample, row, column, channel


def _show_sliders(shape: tuple[int, ...]) -> None:
    samples, lines, columns, channels = shape
    if samples > 1:  # a small set of one's own may have a single picture
        widgets.number("batch_sample", translate("Sample"), 0, samples - 1, width=280)
    widgets.number("batch_row", translate("Row"), 0, lines - 1, width=280)
    widgets.number("batch_column", translate("Column"), 0, columns - 1, width=280)
    if channels > 1:
        widgets.number("batch_channel", translate("Channel"), 0, channels - 1, width=280)
    else:
        st.caption(translate("Grey pictures have one channel, so the last index is always 0."))
