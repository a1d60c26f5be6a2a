"""Pooling: what max and average pooling keep of a few numbers, of a map of the digit, and of what a network can do."""

import streamlit as st

from cnnviz.ui import answer, canvas, frame, links, networks, preparation, state, subject
from cnnviz.ui.pooling import disturbed, pooled_maps, same_map, settled, small_numbers
from cnnviz.ui.pooling import networks as trained_alike


@st.fragment
@frame.guarded
def read_along() -> None:
    """Everything that moves while the pen moves; the maps go to the pictures below."""
    drawing, answering, reading_it = st.columns([320, 350, 450], gap="medium")
    with drawing:
        pen_down = canvas.draw()
    reading = subject.read(networks.chosen(), state.subject(), state.steps())
    with answering:
        answer.show(reading, state.subject())
    with reading_it:
        preparation.result(reading)
    pooled_maps.send(reading, pen_down)
    links.show(pen_down)
    settled.follow(reading.digit, pen_down)


with frame.page("pooling") as heading:
    with heading:
        networks.pick()
        canvas.pick_surface()
    read_along()
    small_numbers.show()
    same_map.show()
    reading = subject.read(networks.chosen(), state.subject(), state.steps())
    trained_alike.show(reading)
    disturbed.show(reading.digit)
