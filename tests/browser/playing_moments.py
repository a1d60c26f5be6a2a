"""A page with a player whose moments grow in number, and a button with which Python goes back to the first."""

import time

import streamlit as st

from cnnviz.ui.components.player import player


def go_to_first():
    """Move the slider from Python."""
    st.session_state["moment"] = 0


def note(at):
    """Record every moment that was shown, in order."""
    seen = st.session_state.setdefault("seen", [])
    if not seen or seen[-1] != at:
        seen.append(at)


@st.fragment(run_every=0.2)
def show():
    """Draw one update, repeated every second; the first moments take their time."""
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    count = min(12, 6 + st.session_state["runs"] // 20) if "grow" in st.query_params else 6
    labels = [f"batch {10 * index}" for index in range(count)]
    plays = "plays" in st.query_params
    at = player("player", labels, st.session_state.get("moment", 2), label="Moments", plays=plays)
    st.session_state["moment"] = at
    if "slow" in st.query_params:
        time.sleep(0.3)
    note(at)
    with st.container(key="at"):
        st.text(f"{at}")
    with st.container(key="seen"):
        st.text(" ".join(map(str, st.session_state["seen"])))
    with st.container(key="runs"):
        st.text(f"{st.session_state['runs']}")
    st.button("First", on_click=go_to_first)


show()
