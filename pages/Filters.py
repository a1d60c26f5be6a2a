"""Filters: what the kernels of the chosen network look for, what training made of them, and what each is worth."""

import streamlit as st

from cnnviz.core.inference.subject import Prediction
from cnnviz.ui.components import relay
from cnnviz.ui.filters import before_after, choice, simple_complex, top_patches, what_if
from cnnviz.ui.input import rail
from cnnviz.ui.shell import networks, page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Take over what is drawn, and bring what changes with it to where it is shown."""
    pen_down = rail.draw()
    if (prediction := relay.bring(show_reading)) is not None:
        pen_up.follow(prediction.digit, pen_down)


def show_reading() -> Prediction:
    """Show what changes while the pen moves; the sections below follow once it is up."""
    prediction = rail.show_reading()
    url.show(session.get("pen_down"), place="pen")
    return prediction


def show_page() -> None:
    """Show the page. What it works out is local, because fragments keep this module for each visitor."""
    with page.shell("filters"):
        with rail.keep_in_sight():
            read_along()
            prediction = relay.show(show_reading)
        pen_up.follow(prediction.digit, session.get("pen_down"), needed=False)
        network = networks.load_chosen()
        if choice.show(network):
            before_after.show()
            top_patches.show(prediction)
            what_if.show(prediction)
            simple_complex.show(prediction)
        url.show(pen_down=False)


show_page()
