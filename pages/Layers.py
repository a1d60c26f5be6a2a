"""Layers: what every layer of the chosen network made of the digit, in order."""

import streamlit as st

from cnnviz.ui import answer, canvas, downloads, frame, layer_cards, links, networks, state, subject, view


@st.fragment
@frame.guarded
def read_along() -> None:
    """The pad and every card below it: the maps move while the pen moves."""
    drawing, answering, viewing = st.columns([300, 360, 480], gap="medium")
    with drawing:
        pen_down = canvas.draw()
    reading = subject.read(networks.chosen(), state.subject(), state.steps())
    with answering:
        answer.show(reading, state.subject())
    with viewing:
        view.settings()
        downloads.show(reading)
    layer_cards.show(reading, networks.chosen())
    links.show(pen_down)


with frame.page("layers") as heading:
    with heading:
        networks.pick()
    read_along()
