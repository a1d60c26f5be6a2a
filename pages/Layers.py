"""Layers: what every layer of the chosen network made of the digit, in order."""

import streamlit as st

from cnnviz.ui import (
    answer,
    canvas,
    downloads,
    frame,
    layer_cards,
    links,
    networks,
    preparation,
    state,
    subject,
    view,
)


@st.fragment
@frame.guarded
def read_along() -> None:
    """Everything that moves while the pen moves; the maps go to the cards below."""
    drawing, answering, reading_it = st.columns([320, 350, 450], gap="medium")
    with drawing:
        pen_down = canvas.draw()
    reading = subject.read(networks.chosen(), state.subject(), state.steps())
    with answering:
        answer.show(reading, state.subject())
    with reading_it:
        preparation.result(reading)
    layer_cards.send(reading, pen_down)
    links.show(pen_down)


with frame.page("layers") as heading:
    with heading:
        networks.pick()
        canvas.pick_surface()
    read_along()
    reading = subject.read(networks.chosen(), state.subject(), state.steps())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view.settings()
        downloads.show(reading)
    layer_cards.show(reading, networks.chosen())
