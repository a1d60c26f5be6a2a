"""The baseline of the editor: the same canvas and settings on a page that writes one number."""

import streamlit as st

from cnnviz.ui.shell import process_tuning


def _clear() -> None:
    st.session_state["number"] = st.session_state.get("number", 0) + 1


@st.fragment
def read_along() -> None:
    from streamlit_drawable_canvas import st_canvas  # raises outside a running server

    st.button("Clear", on_click=_clear)
    canvas = st_canvas(
        stroke_width=20,
        stroke_color="#1b1e28",
        background_color="#ffffff",
        width=280,
        height=280,
        key=f"canvas-{st.session_state.get('number', 0)}",
    )
    with st.container(key="predicted-digit"):
        st.markdown(str(len(canvas.json_data["objects"]) if canvas.json_data else 0))


process_tuning.tune_process()
read_along()
