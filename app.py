"""Draw: the page that opens first. Draw a digit, and read along while the network reads it."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import Prediction
from cnnviz.ui.components import relay
from cnnviz.ui.input import preprocessing_steps, sample_sheet, surfaces, upload_panel
from cnnviz.ui.prediction import answer, history, network_picker, strip, wording
from cnnviz.ui.shell import networks, page, pen_up, server, session, url
from cnnviz.ui.why import section as why


@st.fragment
@page.guard
def read_along() -> None:
    """Take over what is drawn, and bring what changes with it to where it is shown."""
    surfaces.draw()
    if (reading := relay.bring(lambda: show_reading(nullcontext(), nullcontext()))) is not None:
        pen_up.follow(reading.digit, session.get("pen_down"), needed=session.get("why_open"))


def show_reading(answering: AbstractContextManager[Any], preparing: AbstractContextManager[Any]) -> Prediction:
    """Show everything that follows the pen."""
    network, pen_down = networks.load_chosen(), session.get("pen_down")
    reading = subject.read(network, session.subject(), session.steps())
    with answering:
        answer.show(reading, session.subject())
    strip.show(reading)
    with preparing:
        preprocessing_steps.show(network, reading, session.subject(), pen_down)
        history.show()
    url.show(pen_down)
    return reading


def show_page() -> None:
    """Show the page. What it works out is local, because the page's fragments keep the module for each visitor."""
    with page.shell("draw", onward=False, word=wording.word) as heading:
        with heading:
            network_picker.pick()
        drawing, answering, preparing = st.columns([320, 350, 450], gap="medium")
        with drawing:
            read_along()
            with st.container(horizontal=True, vertical_alignment="center"):
                surfaces.pick_surface()
        if (reading := relay.show(page.guard(lambda: show_reading(answering, preparing)))) is not None:
            pen_up.follow(reading.digit, session.get("pen_down"), needed=False)
        why.show()
        page.show_onward("draw")
        sample_sheet.show_samples()
        upload_panel.show()


if __name__ == "__main__":
    show_page()
else:  # imported by `streamlit run`, which serves this
    served = st.App(Path(__file__), middleware=server.start())
