"""Pooling: what max and average pooling keep of a few numbers, of a map of the digit, and of what a network can do."""

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.ui.input import preprocessing_steps, surfaces
from cnnviz.ui.pooling import perturbations, pooled_maps, same_map, three_networks, worked_example
from cnnviz.ui.prediction import answer, network_picker
from cnnviz.ui.shell import networks, page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Show what changes while the pen moves, and send the maps to the pictures below."""
    drawing, answering, reading_it = st.columns([320, 350, 450], gap="medium")
    with drawing:
        pen_down = surfaces.draw()
    prediction = subject.read(networks.load_chosen(), session.subject(), session.steps())
    with answering:
        answer.show(prediction, session.subject())
    with reading_it:
        preprocessing_steps.result(prediction)
    pooled_maps.send(prediction, pen_down)
    url.show(pen_down)
    pen_up.follow(prediction.digit, pen_down)


with page.shell("pooling") as heading:
    with heading:
        network_picker.pick()
        surfaces.pick_surface()
    read_along()
    worked_example.show()
    same_map.show()
    prediction = subject.read(networks.load_chosen(), session.subject(), session.steps())
    three_networks.show(prediction)
    perturbations.show(prediction.digit)
