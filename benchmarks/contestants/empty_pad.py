"""The baseline of the live pad: the same pad and settings on a page that writes one number."""

import streamlit as st

from cnnviz.core.drawing.strokes import Drawing
from cnnviz.ui.components.pad import LABELS, pad
from cnnviz.ui.shell import process_tuning


@st.fragment
def read_along() -> None:
    message = pad("pad", Drawing(), 0, 20, dict(LABELS))
    with st.container(key="predicted-digit"):
        st.markdown(str(sum(len(stroke.points) for stroke in message.drawing.strokes) if message else 0))


process_tuning.tune_process()
read_along()
