"""Choose the convolution and the filter that all sections of the page look at."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.networks.network import Network
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import layer_names, networks, page, session

NO_CONVOLUTION = gettext_noop(
    "“{network}” has no convolution, and so no filters. Choose a network that has one beside the pad: {others}."
)


def get_layer(network: Network) -> str:
    """Return the chosen convolution; the first where the network has none of that name, "" where it has none at all."""
    names = network.architecture.convolutions
    chosen = session.get("filters_layer")
    return str(chosen) if chosen in names else next(iter(names), "")


def get_filter(network: Network) -> int:
    """Return the number of the chosen filter, the last one where there are fewer."""
    return min(int(session.get("filters_number")), count_filters(network, get_layer(network)) - 1)


def count_filters(network: Network, layer: str) -> int:
    """Return how many filters a convolution has, one a map."""
    return network.architecture.output_shape(layer)[-1]


def show(network: Network) -> bool:
    """Show the two choices; return whether there is anything to choose, and say so where there is not."""
    names = network.architecture.convolutions
    if not names:
        others = [
            f"{page.escape_markdown(networks.describe(name))} (`{name}`)" for name in networks.list_with_convolution()
        ]
        name = page.escape_markdown(networks.describe(network.name))
        st.info(translate(NO_CONVOLUTION, network=name, others=", ".join(others)))
        return False
    with st.container(key="filter-choice", horizontal=True, vertical_alignment="bottom", gap="medium"):
        if len(names) > 1:
            st.selectbox(
                translate("Convolution"),
                names,
                index=names.index(get_layer(network)),
                format_func=layer_names.in_full(network.architecture.layers).__getitem__,
                width=280,
                **session.bind("filters_layer", names, _begin_layer),
            )
        numbers = range(count_filters(network, get_layer(network)))
        st.selectbox(
            translate("Filter"),
            numbers,
            index=get_filter(network),
            format_func=lambda number: translate("filter {number}", number=number),
            width=130,
            **session.bind("filters_number", numbers),
        )
    return True


def choose(layer: str, number: int) -> None:
    """Look at another filter, on the whole page."""
    session.choose("filters_layer", layer)
    session.choose("filters_number", number)


def name(network: Network, layer: str, number: int) -> str:
    """Return how a filter is called: its layer where there are several, and its number."""
    if len(network.architecture.convolutions) < 2:
        return translate("filter {number}", number=number)
    words = layer_names.in_words(network.architecture.layers)[layer]
    return translate("{layer}, filter {number}", layer=words, number=number)


def _begin_layer() -> None:
    session.choose("filters_number", 0)
