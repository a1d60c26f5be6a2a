"""Choose a data set and which part of it is looked at; say where it comes from, and while it is fetched, how far."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.data import datasets, picture_sets
from cnnviz.core.data.picture_sets import PictureSet
from cnnviz.core.lessons.data import rows
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import page, session, terms, widgets

PATIENCE = 2.0
"""Seconds that a page waits for a part that is on this computer; reading MNIST's training part takes 0.7."""

POLL = 0.5
"""Seconds between two looks at a part that is on its way."""

SOURCES = {
    picture_sets.MNIST: gettext_noop("[[mnist|MNIST]]: {number} digits. {attribution}, {licence}."),
    picture_sets.FASHION: gettext_noop(
        "[[fashion-mnist|Fashion-MNIST]]: {number} pictures of clothes. {attribution}, {licence}."
    ),
    picture_sets.COLOUR: gettext_noop(
        "{number} digits, each with its own ink and paper, drawn at random. {attribution}, {licence}."
    ),
    picture_sets.DIGITS: gettext_noop("{number} digits, enlarged from 8×8. {attribution}, {licence}."),
}
"""Data set -> how many pictures the part has, and where they come from."""


def choose() -> None:
    """Show which data set and which part of it can be chosen."""
    with st.container(key="data-choices", horizontal=True, vertical_alignment="bottom", gap="medium"):
        widgets.one_of("data_set", translate("Data set"), then=begin_again)
        widgets.one_of("data_split", translate("Part"), then=begin_again)


def begin_again() -> None:
    """Show the first sheet, and its first picture as the chosen one."""
    session.put(data_sheet=0, data_index=-1, data_typed="", data_problem=None)


def load() -> PictureSet | None:
    """Return the chosen part; None while it is fetched or where it cannot be had, with words instead."""
    name, part = session.get("data_set"), rows.get_part(session.get("data_split"))
    status = picture_sets.request(name, part).wait(PATIENCE)
    if status.result is not None:
        _describe(status.result)
        return status.result
    if status.refusal is not None:
        st.warning(page.escape_markdown(translate_refusal(status.refusal)))
        st.button(translate("Try again"), on_click=session.guard(picture_sets.retry), args=(name, part))
        return None
    st.fragment(_wait, run_every=POLL)(name, part)
    return None


@page.guard
def _wait(name: str, part: str) -> None:
    """Show how far a part is, and draw the page again once it is there."""
    status = picture_sets.request(name, part).status
    if status.done:
        st.rerun()
    st.progress(status.fraction, translate(status.message or LOADING))


LOADING = gettext_noop("Loading the pictures")


def _describe(pictures: PictureSet) -> None:
    waiting = bool(pictures.note) and not datasets.TEST_DOWNLOAD.start().status.done
    if pictures.note:
        st.info(terms.explain((datasets.TEST_DOWNLOAD.status.result or pictures).note, "data"))
    if waiting:
        st.fragment(_wait_for_mnist, run_every=POLL)()
    count = len(rows.select_rows(pictures, session.get("data_split")))
    source = {"attribution": pictures.attribution, "licence": pictures.licence}
    st.caption(terms.explain(SOURCES[pictures.name], "data", number=f"{count:,}", **source))


@page.guard
def _wait_for_mnist() -> None:
    """Show how far MNIST's download is, and draw the page again once it has ended."""
    status = datasets.TEST_DOWNLOAD.status
    if status.done:
        st.rerun()
    if status.message:
        st.progress(status.fraction, translate(status.message))
