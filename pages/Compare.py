"""Compare: which digits two networks read differently, how sure they were, and what makes them fail."""

import streamlit as st

from cnnviz.core.inference.subject import Prediction, prepare_digit
from cnnviz.ui.compare import (
    calibration,
    confusion,
    contenders,
    digit_map,
    digit_sheet,
    drawn_digits,
    fool_it,
    networks_table,
    sections,
)
from cnnviz.ui.components import relay
from cnnviz.ui.input import rail
from cnnviz.ui.shell import page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Take over what is drawn, and bring what changes with it to where it is shown."""
    pen_down = rail.draw()
    if (prediction := relay.bring(show_reading)) is not None:
        needed = any(map(sections.is_unfolded, ("embedding", "fool-it")))
        pen_up.follow(prediction.digit, pen_down, needed=needed)


def show_reading() -> Prediction:
    """Show what the chosen network reads while the pen moves."""
    prediction = rail.show_reading()
    url.show(session.get("pen_down"))
    return prediction


def show_page() -> None:
    """Show the page. What it works out is local, because fragments keep this module for each visitor."""
    with page.shell("compare"):
        with rail.keep_in_sight():
            read_along()
            prediction = relay.show(show_reading)
        pen_up.follow(prediction.digit, session.get("pen_down"), needed=False)
        pair = contenders.choose()
        digit_sheet.show(pair)
        networks_table.show()
        confusion.show(pair)
        calibration.show(pair)
        drawn_digits.show(pair)
        digit = prepare_digit(session.subject(), session.steps())
        digit_map.show(pair, digit)
        fool_it.show(pair, digit)


show_page()
