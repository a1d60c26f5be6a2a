"""The whole network as boxes and arrows, and as an SVG file."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from cnnviz.core.layers.formulas import product
from cnnviz.core.networks.architecture import Architecture
from cnnviz.figures import network_diagram
from cnnviz.figures.network_diagram import Words
from cnnviz.ui.components.drawing import drawing
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.shell import layer_names, terms
from cnnviz.ui.shell.download_button import download_button

WIDTHS = (330, 680, 1180)
"""Widths in CSS pixels for which it is drawn: a phone, a tablet, a desk."""

WHY = gettext_noop(
    "The [[shape]] of what flows from box to box stands above it: heights and widths of [[feature map|maps]] are to "
    "scale, depths and rows of numbers grow with their logarithm."
)


def show(architecture: Architecture, title: str, file: str) -> None:
    """Show the diagram of `architecture`, which the visitor knows as `title`, and offer it as the SVG file `file`."""
    words = _make_words(architecture, title)
    drawings = {width: _draw(architecture, words, width) for width in WIDTHS}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(terms.explain(WHY), width="stretch")
        download_button(file, drawings[max(WIDTHS)], file, mime="image/svg+xml", key="save-diagram")
    drawing("network-diagram", drawings)


def _make_words(architecture: Architecture, name: str) -> Words:
    names = layer_names.in_words(architecture.layers)
    layers = "; ".join(
        f"{names[layer.name]} ({layer.name}): {product(*architecture.output_shape(layer.name))}"
        + ("" if architecture.is_chain else f", {_write_sources(architecture, layer.name)}")
        for layer in architecture.layers
    )
    title = translate("The network {name} as a diagram", name=name)
    return Words(
        title,
        f"{product(*architecture.input_shape)}; {layers}",
        translate("input"),
        translate("{number} parameters"),
        tuple(names[layer.name] for layer in architecture.layers),
    )


def _write_sources(architecture: Architecture, name: str) -> str:
    sources = (source or translate("the picture") for source in architecture.sources(name))
    return translate("reads {layers}", layers=", ".join(sources))


@lru_cache(maxsize=64)
def _draw(architecture: Architecture, words: Words, width: int) -> str:
    return network_diagram.draw(architecture, words, width)
