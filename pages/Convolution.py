"""Convolution: worked out by hand on small numbers, then on the digit with any kernel, and how pictures are stored."""

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.ui.convolution import (
    channel_order,
    filters,
    in_colour,
    on_your_digit,
    strokes_found,
    worked_example,
)
from cnnviz.ui.input import surfaces
from cnnviz.ui.prediction import answer, network_picker
from cnnviz.ui.shell import networks, page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Show what changes while the pen moves, and send the filtered digit to the pictures below."""
    drawing, answering = st.columns([320, 350], gap="medium")
    with drawing:
        pen_down = surfaces.draw()
    prediction = subject.read(networks.load_chosen(), session.subject(), session.steps())
    with answering:
        answer.show(prediction, session.subject())
    filters.send(prediction, pen_down, place="pen")
    url.show(pen_down)
    pen_up.follow(prediction.digit, pen_down)


with page.shell("convolution") as heading:
    with heading:
        network_picker.pick()
        surfaces.pick_surface()
    worked_example.show()
    on_your_digit.show_heading()
    reading_it, choosing = st.columns([670, 450], gap="medium")
    with reading_it:
        read_along()
    with choosing:
        on_your_digit.choose()
    on_your_digit.show_pictures()
    strokes_found.show()
    in_colour.show()
    channel_order.show()
