"""Offer real test digits to click, and the upload of a picture."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.data import datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import samples
from cnnviz.core.inference.subject import InputSource
from cnnviz.jobs.sandbox import upload
from cnnviz.jobs.sandbox.upload import Picture
from cnnviz.ui.components.thumbnails import picked, thumbnails
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.input import ink_and_paper
from cnnviz.ui.shell import page, session

KINDS = ["png", "jpg", "jpeg", "webp", "gif", "bmp"]
"""Kinds of picture files that are read."""

POLARITIES = {
    "auto": gettext_noop("Find out"),
    "dark": gettext_noop("Dark ink on light"),
    "bright": gettext_noop("Bright ink on dark"),
}


def show_samples() -> None:
    """Show ten test digits to click, and the progress of MNIST's download where it is under way."""
    waiting = datasets.load_test().name != datasets.MNIST and not datasets.TEST_DOWNLOAD.start().status.done
    st.fragment(_sheet, run_every=0.5 if waiting else None)(waiting)


@page.guard
def _sheet(waiting: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**" + translate("Or pick a test digit") + "**", width="content")
        st.button(translate("Other digits"), on_click=session.guard(_other_digits))
    digits = samples.draw_samples(session.get("sheet"))
    images = [ink_and_paper.colour_digit(sample.image) for sample in digits]
    thumbnails(
        "samples",
        images,
        [str(sample.label) for sample in digits],
        label=translate("Test digits to pick"),
        size=56,
        on_pick=_pick,
    )
    _source()
    if picked("samples") >= 0 or (waiting and datasets.TEST_DOWNLOAD.status.done):
        st.rerun()  # the whole page: another digit is read, or there is nothing left to wait for


def _source() -> None:
    """Say which digits these are; while MNIST is fetched, how far that is."""
    data = datasets.load_test()
    status = datasets.TEST_DOWNLOAD.status
    if data.name == datasets.MNIST:
        st.caption(
            translate(
                "From MNIST’s test set, which no network was trained on. {attribution}, {licence}.",
                attribution=data.attribution,
                licence=data.licence,
            )
        )
        return
    st.caption(translate((status.result or data).note))
    if status.message and not status.done:
        st.progress(status.fraction, translate(status.message))


def _pick() -> None:
    offered, index = samples.draw_samples(session.get("sheet")), picked("samples")
    if 0 <= index < len(offered):
        session.show(samples.subject(offered[index]))


def _other_digits() -> None:
    session.put(sheet=session.get("sheet") + 1)


def show_upload() -> None:
    """Let the visitor choose a picture file; say what was done to it, or why it cannot be read."""
    with st.expander(translate("Or open a picture of a digit")):
        file = st.file_uploader(
            translate("PNG, JPEG, WebP, GIF or BMP, one digit on plain paper"),
            type=KINDS,
            key="file",
            on_change=session.guard(_take),
        )
        if file is not None:
            _report()


def _take() -> None:
    """Read a file that has just been chosen; the reading happens in a child process."""
    file = st.session_state.get("file")
    if file is None:
        return
    try:
        picture = upload.read(file.getvalue(), file.name)
    except Refusal as reason:
        session.put(upload=reason)
    else:
        session.put(upload=picture)
        session.show(InputSource(kind="picture", rgba=picture.rgba))


def _report() -> None:
    outcome = session.get("upload")
    if isinstance(outcome, Refusal):
        st.error(page.plain(translate_refusal(outcome)))
    if not isinstance(outcome, Picture):
        return
    for note in outcome.notes:
        st.caption(translate(note.template, **note.values))
    st.segmented_control(
        translate("Ink"),
        POLARITIES,
        format_func=lambda name: translate(POLARITIES[name]),
        key="polarity",
        required=True,
        on_change=session.guard(_turn),
    )


def _turn() -> None:
    """Read the same picture with the ink that the visitor says it has."""
    picture, polarity = session.get("upload"), st.session_state.get("polarity")
    if isinstance(picture, Picture) and polarity in POLARITIES:
        session.show(InputSource(kind="picture", rgba=picture.rgba, polarity=polarity))
