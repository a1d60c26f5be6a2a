"""Data: the pictures that networks learn from, sheet by sheet, and what a network gets of them."""

import streamlit as st

from cnnviz.ui.components import relay
from cnnviz.ui.data import augmentation, batch_axes, classes, loading, own_set, sheet, three_sets
from cnnviz.ui.input import rail
from cnnviz.ui.shell import page, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Take over what is drawn, and bring what changes with it to where it is shown."""
    rail.draw()
    relay.bring(show_reading)


def show_reading() -> None:
    """Show what the chosen network reads, which the chosen picture may become."""
    rail.show_reading()
    url.show(session.get("pen_down"))


with page.shell("data"):
    with rail.keep_in_sight():
        read_along()
        relay.show(show_reading)
    loading.choose()
    pictures = loading.load()
    if pictures is not None:
        sheet.show(pictures)
        batch_axes.show(pictures)
        augmentation.show(pictures)
        three_sets.show(pictures)
        if session.wants_everything():
            classes.show(pictures)
    own_set.show()
