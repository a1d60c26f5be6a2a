"""When the sections below the pad follow it: once the pen is lifted, because what they compute takes a while."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st

from cnnviz.ui.shell import session


def follow(digit: np.ndarray, pen_down: bool) -> None:
    """Run the whole page again if the pen is up and `digit`, (28, 28), is not what the page last ran for.

    For use at the end of the fragment that holds the pad.
    """
    seen = hashlib.sha256(digit.tobytes()).hexdigest()
    before = session.get("settled")
    if pen_down or seen == before:
        return
    session.put(settled=seen)
    if before:  # the first run of the page shows the sections anyway
        st.rerun()
