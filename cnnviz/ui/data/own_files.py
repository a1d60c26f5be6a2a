"""Open a file of labelled pictures as a set of the visitor's own, and say what was read and what was left out."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cnnviz.core.data.labelled_set import LeftOut
from cnnviz.core.errors import Refusal
from cnnviz.jobs.sandbox import data_reasons, data_upload
from cnnviz.ui.components.upload_limit import limit_uploads, read_held_back
from cnnviz.ui.data import own_pictures
from cnnviz.ui.i18n import gettext_noop, translate, translate_plural, translate_refusal
from cnnviz.ui.shell import page, session, visitor, widgets

LIMIT_KEY = "own-limit"
KINDS = ["zip", "csv", "tsv", "npz", "npy"]

FORMS = gettext_noop(
    "ZIP with a folder of pictures for each class; CSV with a label and pixels in each line, like Kaggle’s digits; "
    "NumPy (.npz, .npy)"
)
PREPARATION_HELP = gettext_noop(
    "How the pictures in a ZIP file are prepared. Signs on paper: ink is found and centred, 28×28 grey. Whole "
    "pictures: scaled to 28×28 grey or 32×32 in colour. Automatic: as they are if all are small squares "
    "of one size, else as signs on paper."
)
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


def show() -> None:
    """Show where a file is opened, and the outcome of the last one."""
    title = translate("Open a set")
    st.markdown(f"**{title}**")
    file = st.file_uploader(translate(FORMS), type=KINDS, key=_uploader_key())
    limit_uploads(LIMIT_KEY, data_reasons.MAX_BYTES, KINDS, _refuse)
    if session.shows("own_preparation"):
        widgets.one_of("own_preparation", translate("Pictures in a ZIP file"), help=translate(PREPARATION_HELP))
    if file is not None:
        with st.spinner(translate("Reading the pictures")):
            _take_file(file.getvalue(), file.name)
        st.rerun()
    outcome = session.get("own_upload")
    if isinstance(outcome, Refusal):
        st.error(page.escape_markdown(translate_refusal(outcome)))
    elif isinstance(outcome, Opened):
        _show_report(outcome)


def _take_file(data: bytes, name: str) -> None:
    """Read a file, keep its set and look at it, or keep why it was refused."""
    session.put(own_uploads=session.get("own_uploads") + 1)
    try:
        labelled = data_upload.read(data, name, session.get("own_preparation"), visitor.owner())
        set_id = visitor.sets().keep(labelled)
    except Refusal as reason:
        session.put(own_upload=reason)
        return
    outcome = Opened(labelled.name, len(labelled.labels), len(labelled.classes), labelled.report, labelled.left_out)
    session.put(own_upload=outcome, own_changed=True)
    own_pictures.look_at(set_id)


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
