"""Convolution: worked out by hand on small numbers, then on the digit with any kernel, and how pictures are stored."""

import streamlit as st

from cnnviz.core.inference.subject import Prediction
from cnnviz.ui.components import relay
from cnnviz.ui.convolution import (
    channel_order,
    filters,
    in_colour,
    many_maps,
    on_your_digit,
    strokes_found,
    worked_example,
)
from cnnviz.ui.input import rail
from cnnviz.ui.shell import page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Take over what is drawn, and bring what changes with it to where it is shown."""
    pen_down = rail.draw()
    if (prediction := relay.bring(show_reading)) is not None:
        pen_up.follow(prediction.digit, pen_down)


def show_reading() -> Prediction:
    """Show what changes while the pen moves, and send the filtered digit to the pictures below."""
    prediction, pen_down = rail.show_reading(), session.get("pen_down")
    filters.send(prediction, pen_down, place="pen")
    url.show(pen_down)
    return prediction


def show_page() -> None:
    """Show the page. What it works out is local, because fragments keep this module for each visitor."""
    with page.shell("convolution"):
        with rail.keep_in_sight():
            read_along()
            reading = relay.show(show_reading)
        pen_up.follow(reading.digit, session.get("pen_down"), needed=False)
        worked_example.show()
        on_your_digit.show_heading()
        on_your_digit.choose()
        on_your_digit.show_pictures()
        strokes_found.show()
        many_maps.show()
        in_colour.show()
        if session.wants_everything():
            channel_order.show()


show_page()
