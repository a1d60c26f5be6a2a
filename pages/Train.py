"""Train: ask a question of a network by training it, watch it learn, and explore what came out."""

import streamlit as st

from cnnviz.ui import choices, frame, links, options, state, visitor
from cnnviz.ui.components.top import top
from cnnviz.ui.training import benches, following, runs_table, watch
from cnnviz.ui.words import say

with frame.page("train"):
    visitor.remember()
    top(state.get("upwards"))
    following.ready()
    choices.one_of("bench", say("What to do"), options.BENCHES, show_label=False)
    if state.get("bench") == "experiments":
        benches.experiments()
    elif state.get("bench") == "build":
        benches.build()
    else:
        watch.show()
    st.divider()
    runs_table.show()
    links.show(pen_down=False)
