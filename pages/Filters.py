"""Filters: what the kernels of the chosen network look for, what training made of them, and what each is worth."""

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.ui.filters import before_after, choice, simple_complex, top_patches, what_if
from cnnviz.ui.input import rail
from cnnviz.ui.shell import networks, page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Show what changes while the pen moves; the sections below follow once it is up."""
    prediction, pen_down = rail.read()
    url.show(pen_down, place="pen")
    pen_up.follow(prediction.digit, pen_down)


with page.shell("filters"):
    with rail.keep_in_sight():
        read_along()
    network = networks.load_chosen()
    if choice.show(network):
        prediction = subject.read(network, session.subject(), session.steps())
        before_after.show()
        top_patches.show(prediction)
        what_if.show(prediction)
        simple_complex.show(prediction)
    url.show(pen_down=False)
