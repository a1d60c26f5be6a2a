"""Add a published data set to the visitor's own, so that Train learns from it."""

from __future__ import annotations

import threading

import streamlit as st

from cnnviz.core.data import labelled_set, picture_sets
from cnnviz.core.data.emnist.letters import ArchivedLetters
from cnnviz.core.data.picture_sets import TEST, TRAIN, PictureSet
from cnnviz.core.data.published_sets import PublishedSet
from cnnviz.core.errors import Refusal
from cnnviz.ui.data import own_pictures
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import page, session, visitor

PATIENCE = 2.0
"""Seconds that a page waits for a part that is on this computer."""

_joining = threading.Lock()
"""Held while both parts lie in memory once more, 55 MB: a class that clicks at once takes them one after the other."""

HELP = gettext_noop(
    "Keeps all {number} pictures among your own sets, {size} MB on this server, with the published test set as it is. "
    "Train then learns from them."
)

FIRST_HELP = gettext_noop(
    "Keeps {number} of the {all} pictures among your own sets, {size} MB on this server: the published test set as it "
    "is and, since a set may have {most} pictures, the first {each} training pictures of each class. Train then learns "
    "from them."
)


def offer(name: str, published: PublishedSet | ArchivedLetters) -> None:
    """Show the button that adds the published set `name`, and how far that is.

    Returns only while the visitor's sets stay as they are; the page is drawn again when the set is there.
    """
    st.button(
        translate("Add to your sets"),
        key="own-publish",
        help=_describe(published),
        on_click=session.guard(_begin),
        args=(name,),
    )
    if session.get("own_adding") != name:
        return
    visitor.remember()
    try:
        trained, tested = _load(name, TRAIN), _load(name, TEST)
        if trained is None or tested is None:
            return
        classes = tuple(translate(each) for each in trained.classes)
        with _joining:
            set_id = visitor.sets().keep_divided(picture_sets.join((trained, tested), classes))
    except Refusal as reason:
        session.put(own_adding="")
        st.warning(page.escape_markdown(translate_refusal(reason)))
        return
    session.put(own_adding="")
    own_pictures.look_at(set_id)
    st.rerun()


def _describe(published: PublishedSet | ArchivedLetters) -> str:
    """Say what is kept: the whole set, or the first pictures of each class of a larger one."""
    learned, each = picture_sets.count_joined(published)
    number = learned + published.sizes[TEST]
    values = {"number": f"{number:,}", "size": round(number * picture_sets.PIXELS / 1e6)}
    if number == published.count:
        return translate(HELP, **values)
    most = f"{labelled_set.MAX_PICTURES:,}"
    return translate(FIRST_HELP, **values, all=f"{published.count:,}", most=most, each=f"{each:,}")


def _load(name: str, part: str) -> PictureSet | None:
    """Return a part; None while it is fetched, with its progress instead. Raises `Refusal` if it cannot be had."""
    task = picture_sets.request(name, part)
    status = task.wait(PATIENCE)
    if status.refusal is not None:
        picture_sets.retry(name, part)
        raise status.refusal
    if status.result is None:
        page.show_progress(task, gettext_noop("Loading the pictures"))
    return status.result


def _begin(name: str) -> None:
    session.put(own_adding=name)
