"""For those who do not draw: real test digits to click, and a picture of one's own."""

from __future__ import annotations

import streamlit as st

from cnnviz.core import datasets, pictures
from cnnviz.core.refusals import Refusal
from cnnviz.ui import colours, frame, samples, state
from cnnviz.ui.components.thumbnails import picked, thumbnails
from cnnviz.ui.subject import Subject
from cnnviz.ui.words import mark, refusal, say

#: Kinds of picture files that are read.
KINDS = ["png", "jpg", "jpeg", "webp", "gif", "bmp"]

POLARITIES = {
    "auto": mark("Find out"),
    "dark": mark("Dark ink on light"),
    "bright": mark("Bright ink on dark"),
}


def samples_on_offer() -> None:
    """Show ten test digits to click, and the progress of MNIST's download where it is under way."""
    waiting = datasets.load_test().name != datasets.MNIST and not datasets.TEST_LOADER.start().status.done
    st.fragment(_sheet, run_every=0.5 if waiting else None)(waiting)


@frame.guarded
def _sheet(waiting: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{say('Or pick a test digit')}**", width="content")
        st.button(say("Other digits"), on_click=_other_digits)
    digits = samples.offered(state.get("sheet"))
    images = [colours.dressed(sample.image) for sample in digits]
    thumbnails("samples", images, [str(sample.label) for sample in digits],
               label=say("Test digits to pick"), size=56, on_pick=_pick)  # fmt: skip
    _source()
    if picked("samples") >= 0 or (waiting and datasets.TEST_LOADER.status.done):
        st.rerun()  # the whole page: another digit is read, or there is nothing left to wait for


def _source() -> None:
    """Say which digits these are; while MNIST is fetched, how far that is."""
    data = datasets.load_test()
    status = datasets.TEST_LOADER.status
    if data.name == datasets.MNIST:
        st.caption(say("From MNIST’s test set, which no network was trained on. {attribution}, {licence}.",
                       attribution=data.attribution, licence=data.licence))  # fmt: skip
        return
    st.caption(say((status.result or data).note))
    if status.message and not status.done:
        st.progress(status.fraction, say(status.message))


def _pick() -> None:
    sample = samples.offered(state.get("sheet"))[picked("samples") % 10]
    state.show(samples.subject(sample))


def _other_digits() -> None:
    state.put(sheet=state.get("sheet") + 1)


def upload() -> None:
    """Let the visitor choose a picture file; say what was done to it, or why it cannot be read."""
    with st.expander(say("Or open a picture of a digit")):
        file = st.file_uploader(say("PNG, JPEG, WebP, GIF or BMP, one digit on plain paper"), type=KINDS, key="file",
                                on_change=_take)  # fmt: skip
        if file is not None:
            _report()


def _take() -> None:
    """Read a file that has just been chosen; the reading happens in a child process."""
    file = st.session_state["file"]
    if file is None:
        return
    try:
        picture = pictures.read(file.getvalue(), file.name)
    except Refusal as reason:
        state.put(upload=reason)
    else:
        state.put(upload=picture)
        state.show(Subject(kind="picture", rgba=picture.rgba))


def _report() -> None:
    outcome = state.get("upload")
    if isinstance(outcome, Refusal):
        st.error(frame.plain(refusal(outcome)))
        return
    for note in outcome.notes:
        st.caption(say(note.template, **note.values))
    st.segmented_control(say("Ink"), POLARITIES, format_func=lambda name: say(POLARITIES[name]), key="polarity",
                         required=True, on_change=_turn)  # fmt: skip


def _turn() -> None:
    """Read the same picture with the ink that the visitor says it has."""
    picture = state.get("upload")
    state.show(Subject(kind="picture", rgba=picture.rgba, polarity=st.session_state["polarity"]))
