"""Pooling: what max and average pooling keep of a few numbers, of a map of the digit, and of what a network can do."""

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.ui.input import rail
from cnnviz.ui.pooling import perturbations, pooled_maps, same_map, three_networks, worked_example
from cnnviz.ui.shell import networks, page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Show what changes while the pen moves, and send the maps to the pictures below."""
    prediction, pen_down = rail.read()
    pooled_maps.send(prediction, pen_down)
    url.show(pen_down)
    pen_up.follow(prediction.digit, pen_down)


with page.shell("pooling"):
    with rail.keep_in_sight():
        read_along()
    worked_example.show()
    same_map.show()
    prediction = subject.read(networks.load_chosen(), session.subject(), session.steps())
    three_networks.show(prediction)
    perturbations.show(prediction.digit)
