"""Choose a data set and which part of it is looked at; say where it comes from, and while it is fetched, how far."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.data import datasets, picture_sets, published_sets
from cnnviz.core.data.emnist.letters import ArchivedLetters
from cnnviz.core.data.picture_sets import PictureSet
from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.data import rows
from cnnviz.ui.data import archive_offer, own_pictures, published_training
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

NONE_YET = gettext_noop("This part has no picture yet. Once the set has more pictures, some of them go into it.")

SOURCES = {
    picture_sets.MNIST: gettext_noop("[[mnist|MNIST]]: {number} digits. {attribution}, {licence}."),
    picture_sets.FASHION: gettext_noop(
        "[[fashion-mnist|Fashion-MNIST]]: {number} pictures of clothes. {attribution}, {licence}."
    ),
    picture_sets.KUZUSHIJI: gettext_noop(
        "[[kuzushiji-mnist|Kuzushiji-MNIST]]: {number} characters of old Japanese handwriting. {attribution}, "
        "{licence}."
    ),
    picture_sets.LETTERS: gettext_noop(
        "[[emnist|EMNIST Letters]]: {number} handwritten letters. {attribution}, {licence}."
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
        _choose_set()
        widgets.one_of("data_split", translate("Part"), then=own_pictures.begin_again)


def _choose_set() -> None:
    """Show the choice of the data set; the visitor's own are among them, by their names."""
    options = {name: translate(title) for name, title in picture_sets.NAMES.items()} | own_pictures.list_titles()
    if session.get("data_set") not in options:
        session.put(data_set=session.default("data_set"))  # it was deleted
        own_pictures.begin_again()
    widgets.one_named("data_set", translate("Data set"), options, then=own_pictures.begin_again)


def load() -> PictureSet | None:
    """Return the chosen part; None while it is fetched or where it cannot be had, with words instead."""
    name, part = session.get("data_set"), rows.get_part(session.get("data_split"))
    if name not in picture_sets.NAMES:
        return _load_own(name, part)
    published = published_sets.SETS.get(name)
    if isinstance(published, ArchivedLetters) and not published.is_cached():
        archive_offer.show(name, published)
        return None
    if name in (picture_sets.MNIST, picture_sets.COLOUR) and datasets.load_test().name != datasets.MNIST:
        datasets.TEST_DOWNLOAD.start().wait(DOWNLOAD_PATIENCE)
    task = picture_sets.request(name, part)
    status = task.wait(PATIENCE)
    if status.result is not None:
        _describe(status.result)
        if published is not None:
            published_training.offer(name, published)
        return status.result
    if status.refusal is not None:
        st.warning(page.escape_markdown(translate_refusal(status.refusal)))
        st.button(translate("Try again"), on_click=session.guard(picture_sets.retry), args=(name, part))
        return None
    page.show_progress(task, LOADING)
    return None


def find() -> PictureSet:
    """Return the chosen part, which the page shows already. Raises `Refusal` if it is gone."""
    name, part = session.get("data_set"), rows.get_part(session.get("data_split"))
    return picture_sets.load(name, part) if name in picture_sets.NAMES else own_pictures.load(name, part)


def _load_own(name: str, part: str) -> PictureSet | None:
    """Return a part of the visitor's own set, with what is doubtful about the set."""
    try:
        pictures = own_pictures.load(name, part)
    except Refusal as reason:
        st.warning(page.escape_markdown(translate_refusal(reason)))
        return None
    own_pictures.describe(name)
    if not len(rows.select_rows(pictures, session.get("data_split"))):
        st.info(translate(NONE_YET))
        return None
    return pictures


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
