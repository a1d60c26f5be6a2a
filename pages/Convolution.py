"""Convolution: worked out by hand on small numbers, then on the digit with any kernel, and how pictures are stored."""

import streamlit as st

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
    """Show what changes while the pen moves, and send the filtered digit to the pictures below."""
    prediction, pen_down = rail.read()
    filters.send(prediction, pen_down, place="pen")
    url.show(pen_down)
    pen_up.follow(prediction.digit, pen_down)


with page.shell("convolution"):
    with rail.keep_in_sight():
        read_along()
    worked_example.show()
    on_your_digit.show_heading()
    on_your_digit.choose()
    on_your_digit.show_pictures()
    strokes_found.show()
    many_maps.show()
    in_colour.show()
    if session.wants_everything():
        channel_order.show()
