"""Compare: which digits two networks read differently, how sure they were, and what makes them fail."""

import streamlit as st

from cnnviz.ui.compare import calibration, confusion, contenders, digit_sheet, networks_table
from cnnviz.ui.input import rail
from cnnviz.ui.shell import page, url


@st.fragment
@page.guard
def read_along() -> None:
    """Show what the chosen network reads while the pen moves."""
    _, pen_down = rail.read()
    url.show(pen_down)


with page.shell("compare"):
    with rail.keep_in_sight():
        read_along()
    pair = contenders.choose()
    digit_sheet.show(pair)
    networks_table.show()
    confusion.show(pair)
    calibration.show(pair)
