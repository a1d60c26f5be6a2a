"""Sections below the pad follow it once the pen is lifted, because what they compute takes a while."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st

from cnnviz.ui.shell import session


def follow(digit: np.ndarray, pen_down: bool, *, needed: bool = True) -> None:
    """Run the whole page again if the pen is up and `digit`, (28, 28), is not what the page last ran for.

    For use at the end of the fragment that holds the pad.

    Args:
        digit: What is read.
        pen_down: Whether a stroke is being drawn.
        needed: Whether a section shows anything that depends on the digit.
    """
    if pen_down:
        return
    settled, before = hashlib.sha256(digit.tobytes()).hexdigest(), session.get("settled_digit")
    session.put(settled_digit=settled)
    if before and settled != before and needed:  # without one before, the page's first run shows the sections anyway
        st.rerun()
