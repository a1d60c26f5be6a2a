"""The ways to look at the chosen network on Layers: its maps layer by layer, a diagram, `summary()`, or its program."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from cnnviz.core import keras_script, run_downloads
from cnnviz.core.network import Network
from cnnviz.ui import (
    choices,
    downloads,
    layer_cards,
    network_drawing,
    network_summary,
    networks,
    options,
    state,
    view,
)
from cnnviz.ui.file_button import file_button
from cnnviz.ui.subject import Reading
from cnnviz.ui.words import mark, say

PROGRAM = mark(
    "The whole program, as you would write it: data, model, how it is compiled and fitted, evaluation, saving. It "
    "needs Keras 3 with TensorFlow, and nothing of cnnviz."
)


def settings(reading: Reading) -> None:
    """Show the choice of views and, for the maps, what goes with them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choices.one_of("layers_view", say("Show the network as"), options.LAYERS_VIEWS)
        if state.get("layers_view") == "maps":
            view.settings()
            downloads.show(reading)


def show(reading: Reading, network: Network) -> None:
    """Show the chosen view."""
    VIEWS[state.get("layers_view")](reading, network)


def _diagram(_: Reading, network: Network) -> None:
    network_drawing.show(network.variant, _title(), f"{_file()}.svg")


def _summary(_: Reading, network: Network) -> None:
    network_summary.show(network.variant, _title())


def _program(_: Reading, network: Network) -> None:
    """Show the Keras program that makes and trains the network, and offer it as a file."""
    text, file = keras_script.script(network.variant, networks.plan(state.get("network"))), f"{_file()}.py"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(say(PROGRAM), width="stretch")
        file_button(file, text, file, mime="text/x-python", key="save-program")
    st.code(text, language="python")


def _title() -> str:
    return networks.title(state.get("network"))


def _file() -> str:
    """Return how files of the chosen network are called: one of a visitor's own after its run."""
    return run_downloads.file_name(_title())


#: Value of the choice -> what shows it.
VIEWS: Mapping[str, Callable[[Reading, Network], None]] = {
    "maps": layer_cards.show,
    "diagram": _diagram,
    "summary": _summary,
    "program": _program,
}
