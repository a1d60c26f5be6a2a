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

DOWNLOAD_PATIENCE = 1.0
"""Seconds that a page waits for MNIST's download: it fails at once where there is no Internet, and is then settled."""

POLL = 0.5
"""Seconds between two looks at MNIST's download."""

LOADING = gettext_noop("Loading the pictures")
ON_ITS_WAY = gettext_noop("{note} {step}: {percent} %.")

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
    if name in (picture_sets.MNIST, picture_sets.COLOUR) and datasets.load_test().name != datasets.MNIST:
        datasets.TEST_DOWNLOAD.start().wait(DOWNLOAD_PATIENCE)
    task = picture_sets.request(name, part)
    status = task.wait(PATIENCE)
    if status.result is not None:
        _describe(status.result)
        return status.result
    if status.refusal is not None:
        st.warning(page.escape_markdown(translate_refusal(status.refusal)))
        st.button(translate("Try again"), on_click=session.guard(picture_sets.retry), args=(name, part))
        return None
    page.show_progress(task, LOADING)
    return None


def _describe(pictures: PictureSet) -> None:
    if pictures.note:
        waiting = not datasets.TEST_DOWNLOAD.start().status.done
        st.fragment(_show_note, run_every=POLL if waiting else None)(pictures.note, waiting)
    count = len(rows.select_rows(pictures, session.get("data_split")))
    source = {"attribution": pictures.attribution, "licence": pictures.licence}
    st.caption(terms.explain(SOURCES[pictures.name], "data", number=f"{count:,}", **source))


@page.guard
def _show_note(note: str, waiting: bool) -> None:
    """Say why these are not the pictures asked for and how far MNIST is, in one place, so that nothing below moves."""
    status = datasets.TEST_DOWNLOAD.status
    text = terms.explain(status.result.note or note if status.result else note, "data")
    if waiting and status.message and not status.done:
        text = translate(ON_ITS_WAY, note=text, step=translate(status.message), percent=round(100 * status.fraction))
    st.info(text)
    if waiting and status.done:
        st.rerun()  # the whole page: MNIST is there, or it is certain that it does not come
