"""Simple and complex cells: the chosen filter's map of the digit and of the moved digit, before and after pooling."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.inference import subject
from cnnviz.core.inference.perturbations import shift
from cnnviz.core.inference.subject import Prediction
from cnnviz.core.inference.trace import trace
from cnnviz.core.lessons.filters import cells
from cnnviz.core.lessons.filters.cells import OWN_POOLING, Cells
from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps
from cnnviz.ui.filters import choice
from cnnviz.ui.i18n import gettext_noop, translate, translate_all
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import networks, page, session, terms, url

WHY = gettext_noop(
    "In the visual cortex, simple cells answer to an edge at one place, complex cells wherever it lies nearby. A "
    "[[convolution]] and [[pooling]] do the same: what the filter finds moves along with the digit, what pooling keeps "
    "of it usually changes less."
)
OUR_POOLING = gettext_noop("The network does not pool behind this convolution, so 2 × 2 max pooling is done here.")


@st.fragment
@page.guard
def show(prediction: Prediction) -> None:
    """Show the section for the chosen filter and the digit of `prediction`."""
    box = st.expander(translate("**Simple and complex cells**"), on_change="rerun", key="cells-box")
    if box.open:
        with box, st.container(key="simple-complex"):
            _show_open(prediction)
    url.show(pen_down=False, place="cells")


def _show_open(prediction: Prediction) -> None:
    network = networks.load_chosen()
    st.caption(terms.explain(wording.word(WHY)))
    source = session.subject()
    moved = (
        shift(prediction.trace.digit, 0, 1)
        if prediction.whole
        else subject.to_network_input(network, source, shift(prediction.digit, 0, 1))
    )
    layer, number = choice.get_layer(network), choice.get_filter(network)
    found = cells.compare(prediction.trace, trace(network, moved), layer, number)
    _show_pictures(found)
    said = cells.describe(found)
    st.markdown(terms.explain(wording.word(said.template), "cells", **said.values))
    if found.pooling is OWN_POOLING:
        st.caption(translate(OUR_POOLING))


def _show_pictures(found: Cells) -> None:
    """Show the four maps in one line, on one scale."""
    shown = {
        "simple": (translate(wording.word(gettext_noop("Map of your digit"))), found.map),
        "simple-moved": (translate(wording.word(gettext_noop("Digit moved by 1 pixel"))), found.moved),
        "complex": (translate("Pooled"), found.pooled),
        "complex-moved": (translate(wording.word(gettext_noop("Pooled, digit moved"))), found.pooled_moved),
    }
    top = max(float(values.max()) for _, values in shown.values())
    low = min(float(values.min()) for _, values in shown.values())
    feature_maps(
        "cells",
        [
            Block(
                id=name,
                title=title,
                subtitle=" × ".join(map(str, values.shape)),
                values=values[..., None],
                chosen=found.cell if name.startswith("simple") else found.pooled_cell,
            )
            for name, (title, values) in shown.items()
        ],
        mode="strip",
        height=200,
        colour_range="network",
        network_range=(low, top),
        palette=session.get("palette"),
        labels=translate_all(LABELS),
    )
