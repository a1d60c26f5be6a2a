"""The map of digits: the learner's digit among test digits, in the values of any layer of a network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.core.data.datasets import Dataset
from cnnviz.core.evaluation import embedding, neighbour_map
from cnnviz.core.evaluation.embedding import LayerMap
from cnnviz.core.evaluation.evaluation import Evaluation
from cnnviz.core.evaluation.neighbour_map import NeighbourMap
from cnnviz.core.inference import subject
from cnnviz.core.networks import model_store
from cnnviz.core.networks.network import Network
from cnnviz.ui.compare import contenders, digit_sheet
from cnnviz.ui.compare.contenders import Pair
from cnnviz.ui.compare.sections import section
from cnnviz.ui.i18n import gettext_noop, translate, translate_refusal
from cnnviz.ui.shell import cache, layer_names, networks, page, process_tuning, session, terms, url, widgets

WHY = gettext_noop(
    "Every layer turns a digit into other numbers. Digits with similar numbers lie close together here: go from the "
    "[[pixel|pixels]] to the last [[layer]] and watch the classes separate."
)
HOW = gettext_noop(
    "{count:,} digits of the test set on the two axes along which they differ most ([[principal components]]); these "
    "two hold {share:.0%} of all differences. Axes have no meaning of their own, and no scale."
)
AXES = (gettext_noop("first axis"), gettext_noop("second axis"))
NEIGHBOURS = gettext_noop(
    "{count:,} digits of the test set, placed by [[t-sne|t-SNE]] so that those with similar numbers stay neighbours. "
    "Which digits lie together says something; how far apart groups lie, and how large they are, does not. Yours "
    "stands in the middle of its {nearest} nearest."
)
NEAREST = 10
"""Digits beside the learner's that are shown."""


@st.fragment
@page.guard
def show(pair: Pair | None, digit: np.ndarray) -> None:
    """Show the section for a digit, (28, 28) float32; the page runs it again once the pen was lifted."""
    with section("embedding", translate("The map of digits"), WHY) as unfolded:
        if unfolded and pair is not None:
            _show_network(pair, digit)
    url.show(pen_down=False, place="embedding")


def _show_network(pair: Pair, digit: np.ndarray) -> None:
    _, made, title = contenders.choose_side("map_of", pair)
    if contenders.refuse_unusual(pair, made.name):
        return
    network = networks.load(made.name)
    task = cache.place_digits(network, made.weights_sha256, pair.data.sha256)
    status = task.status
    if status.refusal is not None:
        st.warning(page.escape_markdown(translate_refusal(status.refusal)))
    elif status.result is None:
        page.show_progress(task, embedding.PLACING)
    else:
        _show_map(pair.data, made, title, status.result, digit)


def _show_map(data: Dataset, made: Evaluation, title: str, maps: Mapping[str, LayerMap], digit: np.ndarray) -> None:
    network = networks.load(made.name)
    names = {embedding.INPUT: translate("the pixels"), **layer_names.in_words(network.architecture.layers)}
    layers = tuple(maps)
    layer = session.get("map_layer") if session.get("map_layer") in layers else layers[-1]
    st.select_slider(
        translate("Values of"),
        layers,
        value=layer,
        format_func=lambda name: names.get(name, name),
        **session.bind("map_layer", layers),
    )
    found = maps[layer]
    own = _place_own(network, found, layer, digit)
    neighbours = _find_neighbours(made.name, made.weights_sha256, data.sha256, layer)
    if neighbours is not None:
        widgets.one_of("map_by", translate("Placed by"))
    if neighbours is None or session.get("map_by") == "components":
        _show_chart(found.places[:, :2], data, None if own is None else own[:2], AXES)
        share = float(found.explained[:2].sum())
        st.caption(terms.explain(HOW, count=len(found.places), share=share))
    else:
        nearest = None if own is None else found.find_nearest(own, neighbour_map.NEIGHBOURS)
        here = None if nearest is None else neighbours.place(nearest)
        _show_chart(neighbours.places, data, here, ("", ""))
        count = len(neighbours.places)
        st.caption(terms.explain(NEIGHBOURS, count=count, nearest=neighbour_map.NEIGHBOURS))
    if own is not None:
        st.markdown("**" + translate("The test digits nearest to yours in this layer") + "**")
        digit_sheet.show_digits("nearest", made, data, found.find_nearest(own, NEAREST), title)


def _place_own(network: Network, found: LayerMap, layer: str, digit: np.ndarray) -> np.ndarray | None:
    """Return where the learner's digit lies, (k,); None where nothing is drawn."""
    if not digit.any():
        return None
    read = subject.read(network, session.subject(), session.steps())
    place: np.ndarray = found.place(embedding.read_digit(read.trace, read.digit)[layer])[0]
    return place


def _find_neighbours(name: str, weights_sha256: str, data_sha256: str, layer: str) -> NeighbourMap | None:
    """Return where t-SNE placed the digits in the values of `layer`; None where that was not computed."""
    if name not in model_store.names():
        return None
    found = cache.load_neighbours(name, weights_sha256)
    return found if found is not None and (found.data_sha256, found.layer) == (data_sha256, layer) else None


def _show_chart(places: np.ndarray, data: Dataset, own: np.ndarray | None, axes: tuple[str, str]) -> None:
    process_tuning.import_once("plotly.graph_objects")
    from cnnviz.figures.evaluation import digit_map

    first, second = axes
    figure = digit_map.chart(
        places,
        data.y_test[: len(places)],
        own,
        titles=(translate(first) if first else "", translate(second) if second else ""),
        own_name=translate("your digit"),
    )
    st.plotly_chart(figure, key="digit-map", config={"displayModeBar": False})
