"""The ways to look at the chosen network on Layers: its maps layer by layer, a diagram, `summary()`, or its program."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from cnnviz.core.inference.subject import Prediction
from cnnviz.core.networks import keras_source
from cnnviz.core.networks.network import Network
from cnnviz.jobs.exports.forms import make_file_name
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.layers import cards, diagram, downloads, layer_list, summary
from cnnviz.ui.prediction import colour_scale
from cnnviz.ui.shell import networks, session, terms, widgets
from cnnviz.ui.shell.download_button import download_button

PROGRAM = gettext_noop(
    "The whole program, as you would write it: data with [[one-hot label|one-hot labels]], model, how it is compiled "
    "and fitted, evaluation, saving. It needs Keras 3 with TensorFlow, and nothing of cnnviz."
)

ONE_AT_A_TIME = gettext_noop(
    "These layers have too many values to show all at once, so one layer is shown at a time, and only its values are "
    "sent to your browser. Choose another in the list of layers."
)


def show_settings(prediction: Prediction) -> None:
    """Show the choice of views and, for the maps, what goes with them, out of the way."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        widgets.one_of("layers_view", translate("Show the network as"))
        if session.get("layers_view") == "maps" and any(map(session.shows, ("colour_range", "palette"))):
            _show_colours_and_files(prediction)


def _show_colours_and_files(prediction: Prediction) -> None:
    popover = st.popover(translate("Colours and files"), on_change="rerun")
    if popover.open:
        with popover:
            colour_scale.show_settings()
            if session.wants_everything():
                downloads.show(prediction)


def show(prediction: Prediction, network: Network) -> None:
    """Show the chosen view."""
    VIEWS[session.get("layers_view")](prediction, network)


def _show_maps(prediction: Prediction, network: Network) -> None:
    shown = layer_list.choose_layers(network)
    if not shown:
        st.info(translate("This network has no layer of this kind. Choose another kind in the list of layers."))
    elif layer_list.has_to_show_one(network):
        st.caption(translate(ONE_AT_A_TIME))
    cards.show(prediction, network, shown)


def _show_diagram(_: Prediction, network: Network) -> None:
    diagram.show(network.architecture, networks.title(session.get("network")), f"{_name_file()}.svg")


def _show_summary(_: Prediction, network: Network) -> None:
    summary.show(network.architecture, networks.describe_in_full(session.get("network")))


def _show_program(_: Prediction, network: Network) -> None:
    """Show the Keras program that makes and trains the network, and offer it as a file."""
    text, file = (
        keras_source.write_script(network.architecture, networks.plan(session.get("network"))),
        f"{_name_file()}.py",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(terms.explain(PROGRAM), width="stretch")
        download_button(file, text, file, mime="text/x-python", key="save-program")
    st.code(text, language="python", wrap_lines=True)


def _name_file() -> str:
    """Return how files of the chosen network are called: one of a visitor's own after its run."""
    return make_file_name(networks.title(session.get("network")))


VIEWS: Mapping[str, Callable[[Prediction, Network], None]] = {
    "maps": _show_maps,
    "diagram": _show_diagram,
    "summary": _show_summary,
    "program": _show_program,
}
"""Value of the choice -> what shows it."""
