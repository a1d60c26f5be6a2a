"""Data of one's own: draw a set class by class, open a file of labelled pictures, look at both and delete them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.core.data import drawn_set
from cnnviz.core.data.drawn_set import MAX_CLASSES, DrawnSet
from cnnviz.core.data.labelled_set import LeftOut
from cnnviz.core.drawing.strokes import Drawing
from cnnviz.core.errors import Refusal
from cnnviz.jobs.own_sets.store import SetEntry
from cnnviz.jobs.sandbox import data_reasons, data_upload
from cnnviz.ui.components.pad import LABELS, pad, read_message
from cnnviz.ui.components.thumbnails import thumbnails
from cnnviz.ui.components.upload_limit import limit_uploads, read_held_back
from cnnviz.ui.data import loading, own_pictures
from cnnviz.ui.data.own_pictures import DRAWN
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_plural, translate_refusal
from cnnviz.ui.shell import page, session, terms, url, visitor, widgets

PAPER = "own-paper"
"""Key of the pad."""

NAMES = "own-names"
"""Beginning of the key of the field with the names of the classes: after a deletion it is another field."""

LIMIT_KEY = "own-limit"
KINDS = ["zip", "csv", "tsv", "npz", "npy"]

MAX_SHOWN = 12
"""Drawings of a class that are shown, the newest first."""

WHY = gettext_noop(
    "A [[network]] learns whatever it is shown: letters, smileys, kana. Draw a set of your own or open one; Train then "
    "learns from it. It is kept on this server for you alone, and deleted with one click."
)
HOW = gettext_noop(
    "Twenty drawings a class are enough for a start: large and small ones, as varied as your hand. Each is prepared "
    "like a digit that you draw on the pad."
)
FORMS = gettext_noop(
    "ZIP with a folder of pictures for each class; CSV with a label and pixels in each line, like Kaggle’s digits; "
    "NumPy (.npz, .npy)"
)
PREPARATION_HELP = gettext_noop(
    "How the pictures in a ZIP file are prepared. Signs on paper: ink is found and centred, 28×28 grey. Whole "
    "pictures: scaled to 28×28 grey or 32×32 in colour. Automatic: as they are if all are small squares "
    "of one size, else as signs on paper."
)
COUNTS = gettext_noop("Drawings so far: {counts}")
PAD_LABELS = {
    **LABELS,
    "pad": gettext_noop("Paper to draw one of your classes on"),
    "hint": gettext_noop("Draw here"),
}
"""Texts of the pad of this section."""

READ = gettext_noop("{name}: {number} pictures of {classes} classes were read.")
FIRST_ONES = gettext_noop("The first {shown} of {number}:")


@dataclass(frozen=True)
class Opened:
    """What was read of a file.

    Attributes:
        name: Name of the set.
        number: Its pictures.
        classes: Its classes.
        report: What was left out and why, the first of it.
        left_out: How much was left out.
    """

    name: str
    number: int
    classes: int
    report: tuple[LeftOut, ...]
    left_out: int


@st.fragment
@page.guard
def show() -> None:
    """Show the section; what changes the list of sets draws the whole page again."""
    if session.get("own_changed"):
        session.put(own_changed=False)
        st.rerun()
    with st.container(key="own-set"):
        st.subheader(translate("Your own data"), anchor=False)
        st.caption(terms.explain(WHY))
        drawing, opening = st.columns([600, 420], gap="medium")
        with drawing:
            _show_drawing()
        with opening:
            _show_opening()
            _show_sets()
    if visitor.has_token() or not visitor.sets().is_empty():
        visitor.remember()
    url.show(pen_down=False, place="own")


def _show_drawing() -> None:
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
    left, right = st.columns([260, 320], gap="small")
    with left, st.container(key="own-paper-box", width=260):
        pad(PAPER, Drawing(), session.get("own_revision"), session.get("brush"), translate_all(PAD_LABELS))
    with right:
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


def _show_opening() -> None:
    title = translate("Open a set")
    st.markdown(f"**{title}**")
    file = st.file_uploader(translate(FORMS), type=KINDS, key=_uploader_key())
    limit_uploads(LIMIT_KEY, data_reasons.MAX_BYTES, KINDS, _refuse)
    if session.shows("own_preparation"):
        widgets.one_of("own_preparation", translate("Pictures in a ZIP file"), help=translate(PREPARATION_HELP))
    if file is not None:
        with st.spinner(translate("Reading the pictures")):
            take_file(file.getvalue(), file.name)
        st.rerun()
    outcome = session.get("own_upload")
    if isinstance(outcome, Refusal):
        st.error(page.escape_markdown(translate_refusal(outcome)))
    elif isinstance(outcome, Opened):
        _show_report(outcome)


def take_file(data: bytes, name: str) -> None:
    """Read a file, keep its set and look at it, or keep why it was refused."""
    session.put(own_uploads=session.get("own_uploads") + 1)
    try:
        labelled = data_upload.read(data, name, session.get("own_preparation"))
        set_id = visitor.sets().keep(labelled)
    except Refusal as reason:
        session.put(own_upload=reason)
        return
    outcome = Opened(labelled.name, len(labelled.labels), len(labelled.classes), labelled.report, labelled.left_out)
    session.put(own_upload=outcome, own_changed=True)
    look_at(set_id)


def _refuse() -> None:
    """Say why the browser did not send a file."""
    file = read_held_back(LIMIT_KEY)
    if file is None:
        return
    try:
        data_upload.check_length(file.length)
        reason = Refusal(data_reasons.REASONS["kind"])
    except Refusal as caught:
        reason = caught
    session.put(own_upload=reason, own_uploads=session.get("own_uploads") + 1)


def _uploader_key() -> str:
    """Return the key of the uploader: a new one shows no file."""
    return f"own-file-{session.get('own_uploads')}"


def _show_report(opened: Opened) -> None:
    """Say how much was read, and what was left out and why."""
    name = page.escape_markdown(opened.name)
    st.success(translate(READ, name=name, number=f"{opened.number:,}", classes=opened.classes))
    if not opened.left_out:
        return
    heading = translate_plural("{number:,} was left out", "{number:,} were left out", opened.left_out)
    with st.expander(heading, key="own-report"):
        if len(opened.report) < opened.left_out:
            st.caption(translate(FIRST_ONES, shown=len(opened.report), number=f"{opened.left_out:,}"))
        lines = [
            f"- **{page.escape_markdown(each.name)}** {page.escape_markdown(translate_refusal(each.reason))}"
            for each in opened.report
        ]
        st.markdown("\n".join(lines))


def _show_sets() -> None:
    """Show the sets that are kept, each with what can be done with it."""
    entries = visitor.sets().entries() if visitor.is_known() else ()
    for entry in entries:
        with st.container(key=f"own-entry-{entry.id}", horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_describe(entry))
            st.button(
                translate("Look at it"),
                key=f"own-look-{entry.id}",
                disabled=session.get("data_set") == entry.id,
                on_click=session.guard(_look),
                args=(entry.id,),
            )
            st.button(
                translate("Delete"), key=f"own-delete-{entry.id}", on_click=session.guard(_delete), args=(entry.id,)
            )


def _describe(entry: SetEntry) -> str:
    words = translate("{number} pictures, {classes} classes", number=f"{entry.count:,}", classes=len(entry.classes))
    return f"**{page.escape_markdown(entry.name)}** · {words}"


def _look(set_id: str) -> None:
    look_at(set_id)
    session.put(own_changed=True)


def look_at(set_id: str) -> None:
    """Show a set on the page's sheets."""
    session.choose("data_set", set_id)
    loading.begin_again()


def _delete(set_id: str) -> None:
    visitor.sets().delete(set_id)
    session.put(own_changed=True, own_upload=None)
