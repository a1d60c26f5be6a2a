"""What people draw: how well networks read it with and without each preparation step, and by the width of the brush."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.evaluation import drawn
from cnnviz.core.evaluation.drawn import BRUSHES, PREPARATIONS, SIZES, DrawnAccuracy
from cnnviz.core.inference.trace import format_share
from cnnviz.core.networks import model_store
from cnnviz.figures.evaluation import networks_table
from cnnviz.ui.compare.contenders import Pair
from cnnviz.ui.compare.sections import section
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import cache, page, url

WHY = gettext_noop(
    "The [[test set]] is not the world: people draw with a mouse or a finger, small and off the middle. A drawing is "
    "prepared as [[mnist|MNIST]] was; the tables say how much of the [[accuracy]] depends on each step."
)
HEADS = {
    "all": gettext_noop("all steps"),
    "ink": gettext_noop("without finding the ink"),
    "crop": gettext_noop("without cropping"),
    "antialias": gettext_noop("without averaging pixels"),
    "fit": gettext_noop("without fitting into 20 × 20"),
    "centre": gettext_noop("without centring by mass"),
    "none": gettext_noop("without any step"),
}
"""Preparation -> title of its row."""

SIZE_NAMES = {"large": gettext_noop("drawn large"), "small": gettext_noop("drawn small")}

UNPREPARED = gettext_noop(
    "Where digits are drawn small and not prepared, **{name}** reads {none} of them right instead of {all}."
)
LESSON = gettext_noop("A network knows only pictures that look like those that it was trained on.")
NOT_MEASURED = gettext_noop("Neither network was measured on drawn digits.")


@st.fragment
@page.guard
def show(pair: Pair | None) -> None:
    """Show the section."""
    with section("drawn", translate("On what people draw"), WHY) as unfolded:
        if unfolded and pair is not None:
            _show_tables(pair)
    url.show(pen_down=False, place="drawn")


def _show_tables(pair: Pair) -> None:
    try:
        table = cache.load_drawn(model_store.folder())
        rows = {title: _find(table, made.name) for _, made, title in pair.sides} if table else {}
    except Refusal as reason:
        st.warning(page.escape_markdown(translate_refusal(reason)))
        return
    measured = {title: row for title, row in rows.items() if row is not None}
    if table is None or not measured:
        st.markdown(translate(NOT_MEASURED))
        return
    for title, row in measured.items():
        shares = {preparation: format_share(row.steps["small"][preparation]) for preparation in ("all", "none")}
        st.markdown(translate(UNPREPARED, name=page.escape_markdown(title), **shares))
    st.markdown(translate(LESSON))
    _show_steps(measured)
    _show_brushes(measured)
    st.caption(page.escape_markdown(table.source))


def _find(table: drawn.DrawnTable, name: str) -> DrawnAccuracy | None:
    return table.find(name, cache.card(name).weights_sha256) if name in model_store.names() else None


def _show_steps(measured: dict[str, DrawnAccuracy]) -> None:
    columns = [(title, size) for title in measured for size in SIZES]
    head = [translate("preparation"), *(f"{title}, {translate(SIZE_NAMES[size])}" for title, size in columns)]
    rows = [
        [translate(HEADS[each]), *(format_share(measured[title].steps[size][each]) for title, size in columns)]
        for each in PREPARATIONS
    ]
    chosen = [each == drawn.WITH_ALL for each in PREPARATIONS]
    st.html(networks_table.write(translate("Accuracy by preparation"), head, rows, chosen, words=0))


def _show_brushes(measured: dict[str, DrawnAccuracy]) -> None:
    head = [translate("brush"), *measured]
    rows = [
        [f"{brush} px", *(format_share(row.brushes[place]) for row in measured.values())]
        for place, brush in enumerate(BRUSHES)
    ]
    st.html(
        networks_table.write(
            translate("Accuracy by the width of the brush"), head, rows, [brush == 20 for brush in BRUSHES], words=0
        )
    )
