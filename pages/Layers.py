"""Layers: what every layer of the chosen network made of the digit, in order."""

import streamlit as st

from cnnviz.core.inference.subject import Prediction
from cnnviz.ui.components import relay
from cnnviz.ui.input import rail, upload_panel
from cnnviz.ui.layers import cards, layer_list, views
from cnnviz.ui.layers.ledger import panel, path
from cnnviz.ui.shell import networks, page, pen_up, session, url
from cnnviz.ui.why import section as why


@st.fragment
@page.guard
def read_along() -> None:
    """Take over what is drawn, and bring what changes with it to where it is shown."""
    pen_down = rail.draw()
    if (prediction := relay.bring(show_reading)) is not None:
        pen_up.follow(prediction.digit, pen_down, needed=path.get_cell() is not None or session.get("why_open"))


def show_reading() -> Prediction:
    """Show what changes while the pen moves, and send the maps to the cards below."""
    prediction, pen_down = rail.show_reading(), session.get("pen_down")
    network = networks.load_chosen()
    cards.send(prediction, network, pen_down, layer_list.choose_sent(network))
    url.show(pen_down)
    return prediction


def show_page() -> None:
    """Show the page. What it works out is local, because fragments keep this module for each visitor."""
    with page.shell("layers"):
        with rail.keep_in_sight():
            read_along()
            prediction = relay.show(show_reading)
        pen_up.follow(prediction.digit, session.get("pen_down"), needed=False)
        upload_panel.show_opened()
        network = networks.load_chosen()
        views.show_settings(prediction)
        if session.get("layers_view") == "maps":
            layer_list.show(network)
            panel.show()
        why.show()
        views.show(prediction, network)


show_page()
