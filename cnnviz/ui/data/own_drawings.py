"""A set of the visitor's own drawings: classes by name, and a paper whose drawings are added to them one by one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import streamlit as st

from cnnviz.core.data import drawn_set, labelled_parts
from cnnviz.core.data.drawn_set import MAX_CLASSES, DrawnSet
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.errors import Refusal
from cnnviz.core.training.plan_draft import MIN_OWN_EXAMPLES
from cnnviz.ui.components.pad import LABELS, pad, read_message
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.data import own_pictures
from cnnviz.ui.data.own_pictures import DRAWN
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_plural, translate_refusal
from cnnviz.ui.shell import page, session, terms, visitor

PAPER = "own-paper"
"""Key of the pad."""

NAMES = "own-names"
"""Beginning of the key of the field with the names of the classes: after a deletion it is another field."""

MAX_SHOWN = 12
"""Drawings of a class that are shown, the newest first."""

HOW = gettext_noop(
    "Twenty drawings a class are enough for a start: large and small ones, as varied as your hand. Each is prepared "
    "like a digit that you draw on the pad."
)
COUNTS = gettext_noop("Drawings so far: {counts}")
TWO_CLASSES = gettext_noop("Draw some of two classes at least: there is nothing to tell apart yet.")
ENOUGH = gettext_noop("Train can learn from them: choose “{name}” there. More are better.")
PAD_LABELS = {
    **LABELS,
    "pad": gettext_noop("Paper to draw one of your classes on"),
    "hint": gettext_noop("Draw here"),
}
"""Texts of the pad of this section."""


def show() -> None:
    """Show the names of the classes and, once there are some, the paper."""
    drawn = own_pictures.get_drawings()
    title = translate("Draw a set")
    st.markdown(f"**{title}**")
    st.text_input(
        translate("Names of 2 to {most} classes, separated by commas", most=MAX_CLASSES),
        value=", ".join(drawn.classes),
        placeholder=translate("heart, star, moon"),
        max_chars=1_000,
        key=_names_key(),
        on_change=session.guard(_name),
    )
    if (problem := session.get("own_problem")) is not None:
        st.warning(page.escape_markdown(translate_refusal(problem)))
    if drawn.classes:
        _show_paper(drawn)


def _names_key() -> str:
    return f"{NAMES}-{session.get('own_deletions')}"


def _show_paper(drawn: DrawnSet) -> None:
    chosen = min(session.get("own_class"), len(drawn.classes) - 1)
    names = [page.escape_markdown(name) for name in drawn.classes]
    st.segmented_control(
        translate("Class of the next drawing"),
        range(len(names)),
        format_func=names.__getitem__,
        default=chosen,
        required=True,
        **session.bind("own_class", range(len(names))),
    )
    counts = (f"{name} {count}" for name, count in zip(names, drawn.counts, strict=True))
    st.caption(translate(COUNTS, counts=" · ".join(counts)))
    st.caption(_say_enough(drawn))
    beside = st.container(horizontal=True, gap="small")
    with beside.container(key="own-paper-box", width=260):
        pad(PAPER, Drawing(), session.get("own_revision"), session.get("brush"), translate_all(PAD_LABELS))
    with beside.container(key="own-paper-side", gap="small"):
        st.button(
            translate("Add to {name}", name=names[chosen]),
            key="own-add",
            type="primary",
            shortcut="Ctrl+Enter",
            on_click=session.guard(_add),
        )
        st.button(
            translate("Take the last one back"),
            key="own-back",
            disabled=not drawn.drawings,
            on_click=session.guard(_take_back),
        )
        _show_newest(drawn, chosen)
        st.caption(terms.explain(HOW))
        st.button(
            translate("Delete all drawings"),
            key="own-delete-drawings",
            type="tertiary",
            on_click=session.guard(_delete_drawings),
        )


def _say_enough(drawn: DrawnSet) -> str:
    """Say whether Train can learn from the drawings, or about how many are missing: a fifth goes to the test."""
    if sum(map(bool, drawn.counts)) < 2:
        return translate(TWO_CLASSES)
    missing = MIN_OWN_EXAMPLES - own_pictures.read(DRAWN).trained
    if missing > 0:
        more = math.ceil(missing / (1 - labelled_parts.TEST_SHARE))
        return translate_plural(
            "About {number} more drawing and Train can learn from them.",
            "About {number} more drawings and Train can learn from them.",
            more,
        )
    return translate(ENOUGH, name=translate(own_pictures.DRAWN_TITLE))


def _show_newest(drawn: DrawnSet, label: int) -> None:
    shown = drawn.select_pictures(label, MAX_SHOWN)
    if shown:
        thumbnails(
            "own-newest",
            [picture / np.float32(255) for picture in shown],
            [""] * len(shown),
            label=translate("Newest drawings of {name}", name=drawn.classes[label]),
            size=40,
        )


def _name() -> None:
    typed = drawn_set.split_names(str(st.session_state.get(_names_key(), "")))
    _change(lambda drawn: drawn.rename(typed))


def _add() -> None:
    message = read_message(PAPER, session.get("own_revision"))
    drawing = Drawing() if message is None else message.drawing
    _change(lambda drawn: drawn.add(min(session.get("own_class"), len(drawn.classes) - 1), drawing))
    if session.get("own_problem") is None:
        session.put(own_revision=session.get("own_revision") + 1)


def _take_back() -> None:
    _change(DrawnSet.take_back)


def _change(change: Callable[[DrawnSet], DrawnSet]) -> None:
    """Change the drawings as they are on disk, and keep them; what is refused is said beside the paper."""
    store = visitor.sets()
    before = store.drawings()
    try:
        after = change(before)
        store.keep_drawings(after)
    except Refusal as reason:
        session.put(own_problem=reason)
        return
    listed = [sum(map(bool, each.counts)) > 1 for each in (before, after)]
    looked_at = session.get("data_set") == DRAWN
    session.put(own_drawn=after, own_problem=None, own_changed=looked_at or listed[0] != listed[1])


def _delete_drawings() -> None:
    visitor.sets().delete_drawings()
    session.put(
        own_deletions=session.get("own_deletions") + 1,
        own_drawn=DrawnSet(),
        own_problem=None,
        own_class=0,
        own_revision=session.get("own_revision") + 1,
        own_changed=True,
    )
