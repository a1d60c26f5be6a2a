"""Many maps in, one out: why a kernel of the second convolution has a slice for every map of the layer before."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.core.inference.subject import Prediction
from cnnviz.core.layers import Conv2D
from cnnviz.core.lessons.convolution import map_sum
from cnnviz.core.lessons.convolution.map_sum import MapSum
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.map_sum import map_sum as viewer
from cnnviz.ui.convolution.on_your_digit import NO_CONVOLUTION, name_channel
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import layer_names, networks, page, session, terms, url

KEY = "map-sum"

WHY = gettext_noop(
    "A [[convolution]] further in reads not one picture but all [[feature map|maps]] of the [[layer]] before. Each of "
    "its [[filter|filters]] has a [[kernel]] for every one of them, and what these give is added up to one new map."
)
COUNT = gettext_noop(
    "{layer} in “{network}” reads {maps} maps, so one of its filters has {rows} × {columns} × {maps} = **{weights}** "
    "[[weight|weights]] and {biases}. With {filters} filters the layer has {filters} × {each} = **{parameters:,}** "
    "[[parameter|parameters]]."
)
ONE_BIAS = gettext_noop("1 bias")
NO_BIAS = gettext_noop("no bias")
ONLY_ONE = gettext_noop(
    "“{network}” has only one convolution, which reads the drawing itself. Choose a network with two at the top of the "
    "page to see many maps become one."
)
NOTHING_DRAWN = gettext_noop("Nothing is drawn: these maps are what the biases make of empty paper.")

DECIMALS, ALL_DECIMALS = 3, 5
"""Decimals of a cell's numbers among the essentials, and with everything."""


@st.fragment
@page.guard
def show() -> None:
    """Show the section for what is being read; the page runs it again once the pen was lifted."""
    st.subheader(translate("Many maps in, one out"), anchor=False)
    st.caption(terms.explain(WHY))
    network = networks.load_chosen()
    layer = map_sum.find_convolution(network)
    if layer is None:
        st.info(translate(NO_CONVOLUTION, network=page.escape_markdown(networks.describe(network.name))))
    else:
        _show_sum(network, layer, subject.read(network, session.subject(), session.steps()))
    url.show(pen_down=False, place="many-maps")


def _show_sum(network: Network, layer: Conv2D, prediction: Prediction) -> None:
    chosen = session.get("sum_map")
    chosen = chosen if 0 <= chosen < layer.filters else -1
    st.selectbox(
        translate("Output map"),
        (-1, *range(layer.filters)),
        index=chosen + 1,
        format_func=_name_choice,
        width=310,
        **session.bind("sum_map", (-1, *range(layer.filters))),
    )
    found = map_sum.take_apart(network, prediction.trace, layer, None if chosen < 0 else chosen)
    if prediction.empty:
        st.caption(translate(NOTHING_DRAWN))
    reads_drawing = network.architecture.reads_picture(layer.name)
    viewer(
        KEY,
        found,
        list_names(found, reads_drawing),
        decimals=ALL_DECIMALS if session.wants_everything() else DECIMALS,
    )
    st.markdown(describe_count(network, found))
    if sum(isinstance(each, Conv2D) for each in network.architecture.layers) == 1:
        st.caption(translate(ONLY_ONE, network=page.escape_markdown(networks.describe(network.name))))


def list_names(found: MapSum, reads_drawing: bool) -> list[str]:
    """Return what the maps are called that are shown one by one."""
    numbers = [found.channels[place] for place in found.shown]
    if not reads_drawing:
        return [translate("map {number}", number=number) for number in numbers]
    if len(found.channels) == 1:
        return [translate(wording.word(gettext_noop("your digit")))]
    return [name_channel(number) for number in numbers]


def describe_count(network: Network, found: MapSum) -> str:
    """Return how many weights one filter has, and how many the layer has, with the numbers filled in."""
    layer, (rows, columns, maps) = found.layer, found.kernel.shape
    weights = rows * columns * maps
    each = f"({weights} + 1)" if layer.use_bias else f"{weights}"
    return terms.explain(
        COUNT,
        layer=layer_names.in_full(network.architecture.layers)[layer.name],
        network=page.escape_markdown(networks.describe(network.name)),
        maps=maps,
        rows=rows,
        columns=columns,
        weights=weights,
        biases=translate(ONE_BIAS if layer.use_bias else NO_BIAS),
        filters=layer.filters,
        each=each,
        parameters=layer.filters * (weights + layer.use_bias),
    )


def _name_choice(number: int) -> str:
    return translate("the one that holds most energy") if number < 0 else translate("map {number}", number=number)
