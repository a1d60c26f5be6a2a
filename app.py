"""Draw: the page that opens first. Draw a digit, and read along while the network reads it."""

from pathlib import Path

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.ui.input import preprocessing_steps, sample_sheet, surfaces, upload_panel
from cnnviz.ui.prediction import answer, network_picker, strip
from cnnviz.ui.shell import networks, page, pen_up, server, session, url
from cnnviz.ui.why import section as why


@st.fragment
@page.guard
def read_along() -> None:
    """Show everything that changes while the pen moves."""
    network = networks.load_chosen()
    drawing, answering, preparing = st.columns([320, 350, 450], gap="medium")
    with drawing:
        pen_down = surfaces.draw()
    reading = subject.read(network, session.subject(), session.steps())
    with answering:
        answer.show(reading, session.subject())
    strip.show(reading)
    with preparing:
        preprocessing_steps.show(network, reading, session.subject(), pen_down)
    url.show(pen_down)
    pen_up.follow(reading.digit, pen_down, needed=session.get("why_open"))


if __name__ == "__main__":
    with page.shell("draw", onward=False) as heading:
        with heading:
            network_picker.pick()
            surfaces.pick_surface()
        read_along()
        why.show()
        page.show_onward("draw")
        sample_sheet.show_samples()
        upload_panel.show()
else:  # imported by `streamlit run`, which serves this
    served = st.App(Path(__file__), middleware=server.start())
