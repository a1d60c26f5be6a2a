"""Why this answer: a section of Draw and Layers, folded at first; nothing is worked out before it is opened."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import networks, page, session, url
from cnnviz.ui.why import evidence, pictures, question, rubbed_out

NOTHING = gettext_noop("Nothing is drawn, so there is no answer to explain. Draw a digit.")


@st.fragment
@page.guard
def show() -> None:
    """Show the section; the page runs it again once the pen was lifted, if it is open."""
    with st.container(key="why"):
        folded = st.expander(
            translate("Why this answer?"), expanded=session.get("why_open"), on_change="rerun", key="why-fold"
        )
        session.put(why_open=bool(folded.open))
        if folded.open:
            with folded:
                _show_open()
    url.show(pen_down=False, place="why")


def _show_open() -> None:
    network, source = networks.load_chosen(), session.subject()
    prediction = subject.read(network, source, session.steps())
    if prediction.empty:
        st.info(translate(wording.word(NOTHING)))
        return
    contrast = question.ask(prediction.trace, prediction.classes)
    pictures.show(network, prediction, source, contrast)
    evidence.show(network, prediction, contrast)
    rubbed_out.show(network, prediction, source, contrast)
