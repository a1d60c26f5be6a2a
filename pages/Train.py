"""Train: ask a question of a network by training it, watch it learn, and explore what came out."""

import streamlit as st

from cnnviz.ui.components import relay
from cnnviz.ui.components.top import top
from cnnviz.ui.i18n import translate
from cnnviz.ui.input import rail
from cnnviz.ui.shell import page, session, url, visitor, widgets
from cnnviz.ui.training import kept_design, run_status, runs_table, small_data, start, watch


@st.fragment
@page.guard
def read_along() -> None:
    """Take over what is drawn, and bring what changes with it to where it is shown."""
    rail.draw()
    relay.bring(show_reading)


def show_reading() -> None:
    """Show what the chosen network reads; a run that is watched reads in its place."""
    rail.show_reading()
    url.show(session.get("pen_down"), place="pen")


with page.shell("train"):
    visitor.remember()
    kept_design.restore()
    if session.get("train_view") != "watch" or not watch.find_run():
        with rail.keep_in_sight():
            read_along()
            relay.show(show_reading)
    top(session.get("upwards"))
    run_status.warm_up()
    widgets.one_of("train_view", translate("What to do"), show_label=False)
    if session.get("train_view") == "watch":
        watch.show()
        small_data.show_note()  # below, so that all of a run fits into a screen
    else:
        small_data.show_note()
        (start.show_experiments if session.get("train_view") == "experiments" else start.show_builder)()
    kept_design.keep()
    st.divider()
    runs_table.show()
    url.show(pen_down=False)
