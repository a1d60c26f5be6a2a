"""One card a layer: what it is, how its sizes come about, and everything that it made of the digit."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnnviz.core.layers.layer import Layer
from cnnviz.core.network import Network
from cnnviz.core.trace import LayerOutput
from cnnviz.ui import view
from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps
from cnnviz.ui.strip import UNCHANGED, size
from cnnviz.ui.subject import Reading
from cnnviz.ui.words import count, each, mark, say

#: What a kind of layer does, in a sentence: Keras's class name -> text.
WHY = {
    "Conv2D": mark("Slides small kernels over its input. Each makes one map: bright where its pattern is found."),
    "DepthwiseConv2D": mark("Slides one small kernel over each input map by itself."),
    "SeparableConv2D": mark("Slides one kernel over each map by itself, then mixes the maps cell by cell."),
    "MaxPooling2D": mark("Keeps the largest value of each window: what was found stays, where exactly is forgotten."),
    "AveragePooling2D": mark("Keeps the mean of each window."),
    "GlobalMaxPooling2D": mark("Keeps the largest value of each whole map."),
    "GlobalAveragePooling2D": mark("Keeps the mean of each whole map."),
    "ZeroPadding2D": mark("Adds a border of zeros."),
    "BatchNormalization": mark("Shifts and scales each map by figures learned in training."),
    "Flatten": mark("Puts all values in one row; no value changes."),
    "Dropout": mark("Switches units off at random during training; it does nothing when the network answers."),
    "Dense": mark("Each unit adds up all inputs, each times a weight of its own, and a bias."),
    "Rescaling": mark("Multiplies every value by one factor and adds one offset."),
}  # fmt: skip

#: Height of one mosaic in CSS pixels: two cards fit on a screen, so that layers can be compared.
TALLEST = 240


def show(reading: Reading, network: Network) -> None:
    """Show the card of every layer, in order."""
    colours = view.colours(reading.trace)
    layers = reading.trace.layers
    for place, (layer, output) in enumerate(zip(network.variant.layers, layers, strict=True)):
        _card(place, layer, output, colours, last=place == len(layers) - 1)


def _card(place: int, layer: Layer, output: LayerOutput, colours: dict[str, Any], last: bool) -> None:
    card = st.expander(_heading(output), expanded=output.kind not in UNCHANGED, on_change="rerun",
                       key=f"card-{place}-{output.name}")  # fmt: skip
    if card.open:
        with card:
            st.markdown(_account(layer, output))
            if output.kind not in UNCHANGED:
                feature_maps(f"maps-{place}", blocks(output, last), mode="mosaic", height=TALLEST,
                             labels=each(LABELS), **colours)  # fmt: skip


def _heading(output: LayerOutput) -> str:
    return f"**{output.name}** · {output.kind} · {size(output.input_shape)} → {size(output.output_shape)}"


def _account(layer: Layer, output: LayerOutput) -> str:
    """Return what the layer is, its Keras line, its sizes and its parameters, as Markdown."""
    lines = [say(WHY[output.kind])] if output.kind in WHY else []
    lines.append(f"`{layer.keras_line()}`")
    if formula := layer.size_formula(output.input_shape):
        lines.append(say("Size: {formula}", formula=formula))
    if output.parameters:
        lines.append(say("Parameters: {formula}", formula=layer.parameter_formula(output.input_shape)))
    else:
        lines.append(say("No parameters: nothing here is learned."))
    return "  \n".join(lines)


def blocks(output: LayerOutput, last: bool) -> list[Block]:
    """Return the pictures of one layer: the sum before the activation, if there is one, and the output."""
    if output.after.ndim == 1:
        return _bars(output, last)
    maps = count("{number} map", "{number} maps", output.output_shape[-1])
    if output.before is output.after:
        return [Block(id="after", title=maps, subtitle=say("output"), kind="maps", values=output.after)]
    activation = getattr(output.layer, "activation", output.kind)
    return [
        Block(id="before", title=maps, subtitle=say("the convolution’s sum and bias"), kind="maps",
              values=output.before, signed=True),
        Block(id="after", title=maps, subtitle=say("after {activation}", activation=activation),
              kind="maps", values=output.after, derive="relu" if activation == "relu" else None),
    ]  # fmt: skip


def _bars(output: LayerOutput, last: bool) -> list[Block]:
    units = count("{number} unit", "{number} units", len(output.after))
    ticks = tuple(map(str, range(len(output.after)))) if last else ()
    after = Block(
        id="after", title=units, subtitle=say("output"), kind="bars", values=output.after, ticks=ticks
    )
    if output.before is output.after:
        return [after]
    before = Block(id="before", title=units, subtitle=say("sum and bias"), kind="bars", values=output.before,
                   signed=True, ticks=ticks)  # fmt: skip
    return [before, after]
