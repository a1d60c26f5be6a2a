"""Pooling: what max and average pooling keep of a few numbers, of a map of the digit, and of what a network can do."""

import streamlit as st

from cnnviz.core.inference.subject import Prediction
from cnnviz.ui.components import relay
from cnnviz.ui.input import rail
from cnnviz.ui.pooling import perturbations, pooled_maps, same_map, three_networks, worked_example
from cnnviz.ui.shell import page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Take over what is drawn, and bring what changes with it to where it is shown."""
    pen_down = rail.draw()
    if (prediction := relay.bring(show_reading)) is not None:
        pen_up.follow(prediction.digit, pen_down)


def show_reading() -> Prediction:
    """Show what changes while the pen moves, and send the maps to the pictures below."""
    prediction, pen_down = rail.show_reading(), session.get("pen_down")
    pooled_maps.send(prediction, pen_down)
    url.show(pen_down)
    return prediction


def show_page() -> None:
    """Show the page. What it works out is local, because fragments keep this module for each visitor."""
    with page.shell("pooling"):
        with rail.keep_in_sight():
            read_along()
            prediction = relay.show(show_reading)
        pen_up.follow(prediction.digit, session.get("pen_down"), needed=False)
        worked_example.show()
        same_map.show()
        three_networks.show(prediction.digit)
        perturbations.show(prediction.digit)


show_page()
