"""The same map, pooled both ways: one convolution's map of the digit, its two poolings and their difference."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.inference import subject
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.feature_maps import LABELS, feature_maps
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_refusal
from cnnviz.ui.pooling import pooled_maps
from cnnviz.ui.pooling.pooled_maps import ALL, CHANNEL, PICTURES
from cnnviz.ui.pooling.worked_example import PADDING_HELP
from cnnviz.ui.prediction import colour_scale
from cnnviz.ui.shell import layer_names, networks, page, session, terms, url, widgets
from cnnviz.ui.shell.fields.pooling import MAX_WINDOW

WHY = gettext_noop(
    "What the choice between the [[max pooling|largest]] and the [[average pooling|mean]] changes can only be seen on "
    "one and the same [[feature map|map]], in one and the same colours."
)
NO_CONVOLUTION = gettext_noop(
    "“{network}” has no convolution, so it makes no maps that could be pooled. Choose a network that has one at the "
    "top of the page: {others}."
)
TALLEST = 300
"""Height of the mosaic of all maps in CSS pixels."""


@st.fragment
@page.guard
def show() -> None:
    """Show the section. The pen does not touch it: what it changes comes through `pooled_maps.send`."""
    st.subheader(translate("The same map, pooled both ways"), anchor=False)
    st.caption(terms.explain(WHY))
    network = networks.load_chosen()
    if not network.architecture.convolutions:
        st.info(
            translate(
                NO_CONVOLUTION,
                network=page.escape_markdown(networks.describe(network.name)),
                others=", ".join(_list_others()),
            )
        )
    else:
        _show_pooled(network)
    url.show(pen_down=False, place="same")


def _list_others() -> list[str]:
    """Return the networks of the model store that have a convolution."""
    return [f"{page.escape_markdown(networks.describe(name))} (`{name}`)" for name in networks.list_with_convolution()]


def _show_pooled(network: Network) -> None:
    """Show the choices and the pictures; with everything also all maps, first because a click there chooses the map."""
    settings, pictures, everything = st.container(), st.container(), st.container()
    prediction = subject.read(network, session.subject(), session.steps())
    try:
        pooled_maps.choose(prediction, pen_down=False)
    except Refusal as reason:
        with settings:
            _show_settings(network, prediction)
            st.warning(translate_refusal(reason))
        return
    if session.wants_everything():
        with everything:
            _show_all_maps()
    with settings:
        _show_settings(network, prediction)
    with pictures:
        pooled_maps.send(prediction, pen_down=False, place="choices")
        feature_maps(
            "pooled-map",
            channel=CHANNEL,
            ids=PICTURES,
            mode="linked",
            colour_range="network",
            palette=session.get("palette"),
            labels=translate_all(LABELS),
        )


def _show_settings(network: Network, prediction: subject.Prediction) -> None:
    layers = network.architecture.convolutions
    layer = pooled_maps.find_layer(prediction)
    maps = () if layer is None else range(layer.output_shape[-1])
    chosen = session.get("same_map") if session.get("same_map") in maps else -1
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox(
            translate("Convolution"),
            layers,
            index=layers.index(layer.name) if layer else 0,
            format_func=layer_names.in_full(network.architecture.layers).__getitem__,
            width=280,
            **session.bind("same_layer", layers, _forget_map),
        )
        st.selectbox(
            translate("Map"),
            (-1, *maps),
            index=chosen + 1,
            format_func=_name_map,
            width=280,
            **session.bind("same_map", (-1, *maps)),
        )
        if session.shows("same_window"):
            widgets.number("same_window", translate("Window"), 1, MAX_WINDOW, width=150)
        if session.shows("same_stride"):
            widgets.number("same_stride", translate("Stride"), 1, MAX_WINDOW, width=150)
        if session.shows("same_padding"):
            widgets.one_of("same_padding", translate("Padding"), help=translate(PADDING_HELP))


def _name_map(number: int) -> str:
    return translate("where they disagree most") if number < 0 else translate("map {number}", number=number)


def _forget_map() -> None:
    """Another layer has other maps."""
    session.choose("same_map", -1)


def _show_all_maps() -> None:
    st.markdown(translate("**All maps of this layer.** Click one to pool it above."))
    clicked = feature_maps(
        "pooled-all",
        channel=CHANNEL,
        ids=(ALL,),
        mode="mosaic",
        height=TALLEST,
        labels=translate_all(LABELS),
        on_select=lambda: None,
        **colour_scale.get_colours(),
    )
    order = session.get("same_order")[1]
    if clicked is not None and clicked.map < len(order):
        session.choose("same_map", order[clicked.map])
