"""Convolution: worked out by hand on small numbers, then on the digit with any kernel, and how pictures are stored."""

import streamlit as st

from cnnviz.ui import answer, canvas, frame, links, networks, state, subject
from cnnviz.ui.convolution import by_hand, channel_order, filters, in_colour, on_your_digit, strokes_found
from cnnviz.ui.pooling import settled


@st.fragment
@frame.guarded
def read_along() -> None:
    """Everything that moves while the pen moves; what the kernel makes of the digit goes to the pictures below."""
    drawing, answering = st.columns([320, 350], gap="medium")
    with drawing:
        pen_down = canvas.draw()
    reading = subject.read(networks.chosen(), state.subject(), state.steps())
    with answering:
        answer.show(reading, state.subject())
    filters.send(reading, pen_down, place="pen")
    links.show(pen_down)
    settled.follow(reading.digit, pen_down)


with frame.page("convolution") as heading:
    with heading:
        networks.pick()
        canvas.pick_surface()
    by_hand.show()
    on_your_digit.heading()
    reading_it, choosing = st.columns([670, 450], gap="medium")
    with reading_it:
        read_along()
    with choosing:
        on_your_digit.choose()
    on_your_digit.pictures()
    strokes_found.show()
    in_colour.show()
    channel_order.show()
