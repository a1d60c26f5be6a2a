"""Layers: what every layer of the chosen network made of the digit, in order."""

import streamlit as st

from cnnviz.ui import (
    answer,
    canvas,
    frame,
    layer_cards,
    layer_views,
    links,
    networks,
    preparation,
    state,
    subject,
)
from cnnviz.ui.inspecting import panel, way


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
    way.again(reading.trace.digit, pen_down)


with frame.page("layers") as heading:
    with heading:
        networks.pick()
        canvas.pick_surface()
    read_along()
    reading = subject.read(networks.chosen(), state.subject(), state.steps())
    layer_views.settings(reading)
    if state.get("layers_view") == "maps":
        panel.show()
    layer_views.show(reading, networks.chosen())
