"""Compare: which digits two networks read differently, how sure they were, and what makes them fail."""

import streamlit as st

from cnnviz.core.inference.subject import prepare_digit
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
from cnnviz.ui.input import rail
from cnnviz.ui.shell import page, pen_up, session, url


@st.fragment
@page.guard
def read_along() -> None:
    """Show what the chosen network reads while the pen moves."""
    prediction, pen_down = rail.read()
    url.show(pen_down)
    pen_up.follow(prediction.digit, pen_down, needed=any(map(sections.is_unfolded, ("embedding", "fool-it"))))


with page.shell("compare"):
    with rail.keep_in_sight():
        read_along()
    pair = contenders.choose()
    digit_sheet.show(pair)
    networks_table.show()
    confusion.show(pair)
    calibration.show(pair)
    drawn_digits.show(pair)
    digit = prepare_digit(session.subject(), session.steps())
    digit_map.show(pair, digit)
    fool_it.show(pair, digit)
