"""The list of layers beside their cards, in sight wherever the page is scrolled to, and which of them are shown.

The style sheet of all pages keeps the container `layers-aside` at the right of a wide window, and at the top of a
narrow one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

import streamlit as st

from cnnviz.core.layers import Layer
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.ui.components import layer_list
from cnnviz.ui.components.feature_maps import MAX_VALUES
from cnnviz.ui.i18n import translate
from cnnviz.ui.layers import cards
from cnnviz.ui.shell import layer_names, networks, session
from cnnviz.ui.shell.fields import FIELDS

KEY = "layers-list"

SENT_ONCE = frozenset({"", "linear", "relu"})
"""Activations after which there is one array to send: none, or one that the browser applies itself."""

FILTERS: Mapping[str, Callable[[Layer], bool]] = {
    "all": lambda _: True,
    "convolution": lambda layer: layer.arithmetic in ("convolution", "depthwise", "separable", "transposed"),
    "pooling": lambda layer: layer.role == "pooling",
    "dense": lambda layer: layer.arithmetic == "dense",
}
"""Value of the choice of kinds -> whether a layer is of them."""


def choose_layers(network: Network) -> tuple[str, ...]:
    """Return the names of the layers whose cards are shown, in order: all, those of a kind, or one of these."""
    names = _list_names(network)
    only = session.get("layers_only")
    if names and (only or has_to_show_one(network)):
        return (only,) if only in names else names[:1]
    return names


def has_to_show_one(network: Network) -> bool:
    """Return whether the layers in the list have too many values for one page, so that one is shown at a time."""
    return count_values(network.architecture, _list_names(network)) > MAX_VALUES


def choose_sent(network: Network) -> tuple[str, ...]:
    """Return the names of the layers whose values are sent: all, also for the list, unless they are too many."""
    names = tuple(layer.name for layer in network.architecture.layers)
    return names if count_values(network.architecture, names) <= MAX_VALUES else choose_layers(network)


def count_values(architecture: Architecture, names: Collection[str]) -> int:
    """Return how many values are sent for the layers in `names`: outputs, and sums that they cannot be made of."""
    return sum(
        math.prod(architecture.output_shape(layer.name)) * (1 if layer.activation_name in SENT_ONCE else 2)
        for layer in architecture.layers
        if layer.name in names and layer.changes_values
    )


def have_shown(network: Network, layer: str) -> bool:
    """Have the card of `layer` shown, whatever was chosen before; return whether it was not."""
    if layer in choose_layers(network):
        return False
    if layer not in _list_names(network):
        session.put(layers_kind="all")
    if session.get("layers_only") or has_to_show_one(network):
        session.put(layers_only=layer)
    return True


def show(network: Network) -> None:
    """Show the list of layers, and what chooses among them."""
    chosen, always_one = choose_layers(network), has_to_show_one(network)
    with st.container(key="layers-aside"):
        layer_list.layer_list(
            KEY,
            _make_lines(network, _list_names(network)),
            channel=cards.CHANNEL,
            palette=session.get("palette"),
            kinds={kind: translate(label) for kind, label in FIELDS["layers_kind"].options.items()},
            kind=session.get("layers_kind"),
            only=chosen[0] if chosen and (session.get("layers_only") or always_one) else "",
            always_one=always_one,
            on_choice=_take_choice,
        )


def _list_names(network: Network) -> tuple[str, ...]:
    fits = FILTERS[session.get("layers_kind")]
    return tuple(layer.name for layer in network.architecture.layers if fits(layer))


def _make_lines(network: Network, names: Sequence[str]) -> list[layer_list.Line]:
    layers, shapes = network.architecture.layers, network.architecture.shapes()[1:]
    titles = layer_names.in_words(layers)
    return [
        layer_list.Line(
            name=layer.name,
            title=titles[layer.name],
            shape="×".join(map(str, shape)),  # narrow: a line has 13rem
            card=f"st-key-{cards.get_prefix(place)}",
            block=f"{layer.name}/after" if layer.changes_values else "",
        )
        for place, (layer, shape) in enumerate(zip(layers, shapes, strict=True))
        if layer.name in names
    ]


def _take_choice() -> None:
    """Take over what was chosen in the list, if the present network has it."""
    choice = layer_list.read_choice(KEY)
    names = {layer.name for layer in networks.load_chosen().architecture.layers}
    if choice.kinds in FILTERS:
        session.put(layers_kind=choice.kinds)
    elif choice.one is False:
        session.put(layers_only="")
    elif choice.layer in names:
        session.put(layers_only=choice.layer)
