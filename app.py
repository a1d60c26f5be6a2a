"""Draw: the page that opens first. Draw a digit, and read along while the network reads it."""

import streamlit as st

from cnnviz.ui import answer, canvas, frame, links, networks, offers, preparation, state, strip, subject


@st.fragment
@frame.guarded
def read_along() -> None:
    """Everything that moves while the pen moves."""
    network = networks.chosen()
    drawing, answering, preparing = st.columns([320, 350, 450], gap="medium")
    with drawing:
        pen_down = canvas.draw()
    reading = subject.read(network, state.subject(), state.steps())
    with answering:
        answer.show(reading, state.subject())
    strip.show(reading)
    with preparing:
        preparation.show(network, reading, state.subject(), pen_down)
    links.show(pen_down)


with frame.page("draw") as heading:
    with heading:
        networks.pick()
        canvas.pick_surface()
    read_along()
    offers.samples_on_offer()
    offers.upload()
