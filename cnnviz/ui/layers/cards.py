"""One card a layer: what it is, how its sizes come about, and everything that it made of the digit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import streamlit as st

from cnnviz.core.inference.subject import Prediction
from cnnviz.core.inference.trace import LayerOutput
from cnnviz.core.layers.layer import Layer
from cnnviz.core.networks.architecture import PICTURE
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps, publish
from cnnviz.ui.components.finding import finding
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_plural
from cnnviz.ui.layers import code_line, findings
from cnnviz.ui.prediction import colour_scale
from cnnviz.ui.prediction.strip import format_size
from cnnviz.ui.shell import layer_names, session, terms

MAX_MOSAIC_HEIGHT = 240
"""Height of one mosaic in CSS pixels: two cards fit on a screen, so that layers can be compared."""


ENDINGS: Mapping[str, str] = {
    "relu": gettext_noop("Its [[activation]], [[relu]], then makes every negative sum 0."),
    "softmax": gettext_noop(
        "[[softmax|Softmax]] then turns these sums, the [[logit|logits]], into [[share|shares]] of 100 %."
    ),
}
"""Activation -> what it does at the end of a layer with weights."""

CHANNEL = "layers"
"""Under this name the numbers travel from `send` to the viewers in the cards."""


def send(prediction: Prediction, network: Network, pen_down: bool, names: Collection[str]) -> None:
    """Send the values of the layers in `names` to the cards, in one message, and what is to be said of all layers.

    While the pen is down values have 256 steps each, and nothing is said: nobody can read forty sentences a second.
    """
    layers = prediction.trace.layers
    sent = [
        block
        for layer in layers
        if layer.layer.changes_values and layer.name in names
        for block in make_blocks(layer, prediction.classes if layer is layers[-1] else ())
    ]
    publish(
        "maps",
        CHANNEL,
        [replace(block, quantise=pen_down) for block in sent],
        network_range=colour_scale.measure_network_range(prediction.trace),
        one_scale_a_map=session.get("colour_range") == "map",
        texts=None if pen_down else findings.write(network, prediction.trace),
        live=True,
    )


def show(prediction: Prediction, network: Network, shown: Collection[str]) -> None:
    """Show the cards of the layers named in `shown`, in order.

    The pen does not touch them: their pictures and sentences come through `send`.
    """
    colours = colour_scale.get_colours()
    layers, names = prediction.trace.layers, layer_names.in_words(network.architecture.layers)
    for place, (layer, output) in enumerate(zip(network.architecture.layers, layers, strict=True)):
        if layer.name in shown:
            alone = len(shown) == 1
            title = names[layer.name]
            _show_card(network, place, layer, output, title, colours, last=place == len(layers) - 1, alone=alone)


def get_prefix(place: int) -> str:
    """Return how the key of the card of the layer at `place`, from 0, begins."""
    return f"card-{place}-"


def have_opened(network: Network, name: str, shown: Collection[str]) -> bool:
    """Open the card of the layer `name`, one of `shown`, if the visitor has closed it; return whether it was closed."""
    layers = network.architecture.layers
    place = next(place for place, layer in enumerate(layers) if layer.name == name)
    alone = len(shown) == 1
    key = _make_key(place, layers[place], alone)
    if st.session_state.get(key, _begins_open(layers[place], alone)):
        return False
    st.session_state[key] = True
    return True


def _begins_open(layer: Layer, alone: bool) -> bool:
    return layer.changes_values or alone


def _make_key(place: int, layer: Layer, alone: bool) -> str:
    """Return the key of a card; one that stands alone has another, so that it begins open."""
    return f"{get_prefix(place)}{layer.name}{'-alone' if alone else ''}"


def _show_card(
    network: Network,
    place: int,
    layer: Layer,
    output: LayerOutput,
    title: str,
    colours: dict[str, Any],
    *,
    last: bool,
    alone: bool,
) -> None:
    card = st.expander(
        _write_heading(network, output, title),
        expanded=_begins_open(layer, alone),
        on_change="rerun",
        key=_make_key(place, layer, alone),
    )
    if card.open:
        with card:
            shapes = network.architecture.input_shapes(layer.name)
            code_line.show(f"code-{place}", layer, shapes, _get_purpose(layer, f"card-{place}"), title)
            finding(f"finding-{place}", channel=CHANNEL, of=layer.name)
            if output.layer.changes_values:
                shown = [block.id for block in make_blocks(output, network.architecture.classes if last else ())]
                feature_maps(
                    f"maps-{place}",
                    channel=CHANNEL,
                    ids=shown,
                    mode="mosaic",
                    height=MAX_MOSAIC_HEIGHT,
                    labels=translate_all(LABELS),
                    cells=True,
                    brief=not session.wants_everything(),
                    **colours,
                )


def _get_purpose(layer: Layer, card: str) -> str:
    """Return what a layer does, and then its activation, as Markdown; the first such card explains a term."""
    then = ENDINGS.get(layer.activation_name, "") if layer.role == "weighted" else ""
    return " ".join(terms.explain(message, card) for message in (layer.purpose, then) if message)


def _write_heading(network: Network, output: LayerOutput, title: str) -> str:
    """Write what a layer is called and its sizes; which layers it reads where that is not only the one before."""
    architecture = network.architecture
    read = ", ".join(map(format_size, architecture.input_shapes(output.name)))
    heading = f"**{title}** · {output.name} · {read} → {format_size(output.output_shape)}"
    names = [layer.name for layer in architecture.layers]
    before = names[names.index(output.name) - 1] if output.name != names[0] else PICTURE
    if output.sources == (before,):
        return heading
    sources = (source or translate("the picture") for source in output.sources)
    reading = translate("reads {layers}", layers=", ".join(sources))
    return f"{heading} · {reading}"


def make_blocks(output: LayerOutput, classes: tuple[str, ...]) -> list[Block]:
    """Return the pictures of one layer: the sum before the activation, if there is one, and the output.

    The units of the last one have names of `classes`, which are none for any other.
    """
    if output.before is output.after:
        return [_make_block(output, "after", translate("output"), classes)]
    activation = getattr(output.layer, "activation", output.kind)
    before = _make_block(output, "before", translate("the sum and the bias"), classes)
    after = _make_block(output, "after", translate("after {activation}", activation=activation), classes)
    derived = activation == "relu" and before.kind == "maps"
    return [replace(before, signed=True), replace(after, derive="relu" if derived else None)]


def _make_block(
    output: LayerOutput, stage: Literal["before", "after"], subtitle: str, classes: tuple[str, ...]
) -> Block:
    values: np.ndarray = getattr(output, stage)
    number, place = values.shape[-1], f"{output.name}/{stage}"
    if values.ndim == 3:
        title = translate_plural("{number} map", "{number} maps", number)
        return Block(id=place, title=title, subtitle=subtitle, kind="maps", values=values)
    title = translate_plural("{number} unit", "{number} units", number)
    return Block(id=place, title=title, subtitle=subtitle, kind="bars", values=values, ticks=classes)
