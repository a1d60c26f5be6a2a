"""A page whose curves grow four times a second: batch n has the loss 1/n and the accuracy 1 - 1/n."""

import numpy as np
import streamlit as st

from cnnviz.ui.components.curves import LABELS, Panel, Series, curves, read_pick

EPOCH = 50
BEGIN, STEP = 120, 5


def series(quantity):
    """Return the curves of one panel at their current length."""
    steps = np.arange(1, st.session_state["batches"] + 1)
    ends = steps[EPOCH - 1 :: EPOCH]
    return [
        Series(id="raw", x=steps, y=quantity(steps), style="raw", of="training"),
        Series(id="training", label="Training", x=steps, y=quantity(steps)),
        Series(id="validation", label="Validation", x=ends, y=quantity(ends), colour=1, style="points"),
    ]


def note():
    """Record where the visitor clicked."""
    st.session_state["where"] = read_pick("chart")


@st.fragment(run_every=0.25)
def grow():
    """Draw one update."""
    st.session_state["batches"] = st.session_state.get("batches", BEGIN) + STEP
    loss = Panel(id="loss", title="Loss", series=series(lambda n: 1 / n), low=0, log=True)
    accuracy = Panel(id="accuracy", title="Accuracy", series=series(lambda n: 1 - 1 / n), share=True, high=1)
    curves("chart", [loss, accuracy], LABELS, epoch=EPOCH, at=60, moment="epoch 2, batch 60", on_pick=note)
    with st.container(key="where"):
        st.text(f"{st.session_state.get('where')}")


st.set_page_config(layout="wide")
grow()
