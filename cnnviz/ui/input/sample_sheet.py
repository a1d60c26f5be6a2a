"""Offer real test digits to click."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.data import datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.inference import samples
from cnnviz.core.networks.architecture import DIGITS
from cnnviz.ui.components.thumbnails import read_pick, thumbnails
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.input import ink_and_paper
from cnnviz.ui.shell import networks, page, session, terms

OTHER_CLASSES = gettext_noop(
    "[[mnist|MNIST]]’s test digits are not offered here, because the chosen network has other classes. Draw, or open a "
    "picture."
)


def show_samples() -> None:
    """Show ten test digits to click, and the progress of MNIST's download where it is under way.

    For a network with other classes the page says why there are none.
    """
    if not _reads_digits():
        st.caption(terms.explain(OTHER_CLASSES, "samples"))
        return
    waiting = datasets.load_test().name != datasets.MNIST and not datasets.TEST_DOWNLOAD.start().status.done
    st.fragment(_sheet, run_every=0.5 if waiting else None)(waiting)


def _reads_digits() -> bool:
    if session.is_new():
        return True
    try:
        return networks.load_chosen().architecture.classes == DIGITS
    except Refusal:
        return True  # what is wrong with the network is said where it is used


@page.guard
def _sheet(waiting: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**" + translate("Or pick a test digit") + "**", width="content")
        st.button(translate("Other digits"), on_click=session.guard(_other_digits))
    digits = samples.draw_samples(session.get("sheet"))
    images = ink_and_paper.colour_digits_alike([sample.image for sample in digits])
    thumbnails(
        "samples",
        images,
        [str(sample.label) for sample in digits],
        label=translate("Test digits to pick"),
        size=56,
        on_pick=_pick,
    )
    _source()
    if read_pick("samples") >= 0 or (waiting and datasets.TEST_DOWNLOAD.status.done):
        st.rerun()  # the whole page: another digit is read, or there is nothing left to wait for


FROM_MNIST = gettext_noop(
    "From [[mnist|MNIST]]’s [[test set]], which no network was trained on. {attribution}, {licence}."
)


def _source() -> None:
    """Say which digits these are; while MNIST is fetched, how far that is."""
    data = datasets.load_test()
    status = datasets.TEST_DOWNLOAD.status
    if data.name == datasets.MNIST:
        st.caption(terms.explain(FROM_MNIST, "samples", attribution=data.attribution, licence=data.licence))
        return
    st.caption(terms.explain((status.result or data).note, "samples"))
    if status.message and not status.done:
        st.progress(status.fraction, translate(status.message))


def _pick() -> None:
    offered, index = samples.draw_samples(session.get("sheet")), read_pick("samples")
    if 0 <= index < len(offered):
        session.show(samples.make_subject(offered[index]))


def _other_digits() -> None:
    session.put(sheet=session.get("sheet") + 1)
