"""Layers: what every layer of the chosen network made of the digit, in order."""

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.ui.input import preprocessing_steps, surfaces, upload_panel
from cnnviz.ui.layers import cards, views
from cnnviz.ui.layers.ledger import panel, path
from cnnviz.ui.prediction import answer, network_picker
from cnnviz.ui.shell import networks, page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Show what changes while the pen moves, and send the maps to the cards below."""
    drawing, answering, reading_it = st.columns([320, 350, 450], gap="medium")
    with drawing:
        pen_down = surfaces.draw()
    prediction = subject.read(networks.load_chosen(), session.subject(), session.steps())
    with answering:
        answer.show(prediction, session.subject())
    with reading_it:
        preprocessing_steps.result(prediction)
    cards.send(prediction, pen_down)
    url.show(pen_down)
    pen_up.follow(prediction.digit, pen_down, needed=path.get_cell() is not None)


with page.shell("layers") as heading:
    with heading:
        network_picker.pick()
        surfaces.pick_surface()
    read_along()
    upload_panel.show_opened()
    prediction = subject.read(networks.load_chosen(), session.subject(), session.steps())
    views.show_settings(prediction)
    if session.get("layers_view") == "maps":
        panel.show()
    views.show(prediction, networks.load_chosen())
