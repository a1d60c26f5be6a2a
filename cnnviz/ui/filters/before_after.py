"""Every kernel of a convolution, before and after training side by side, and how far each filter moved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.filters import kernels
from cnnviz.core.lessons.filters.kernels import Movement
from cnnviz.core.networks.network import Network
from cnnviz.core.training import protocol
from cnnviz.jobs.own_networks.store import is_opened
from cnnviz.jobs.runs.store import Snapshot
from cnnviz.ui.components.feature_maps import Block, feature_maps
from cnnviz.ui.components.player import player
from cnnviz.ui.filters import choice, kernel_pictures
from cnnviz.ui.i18n import gettext_noop, translate, translate_all, translate_plural, translate_refusal
from cnnviz.ui.shell import cache, networks, page, session, terms, url, visitor, widgets
from cnnviz.ui.shell.fields.filters import NEWEST

WHY = gettext_noop(
    "Each square is the [[kernel]] of one [[filter]]. Before [[training]] its [[weight|weights]] are random numbers, "
    "made again here from the [[seed]]; training changes them little by little until they look for something."
)
FROM_FILE = gettext_noop(
    "Each square is the [[kernel]] of one [[filter]]. The [[network]] was opened from a file, which does not say from "
    "which [[weight|weights]] its [[training]] began."
)
DEEPER = gettext_noop(
    "A [[filter]] of a deeper [[convolution]] has a [[kernel]] for every map that it reads, so it is a strip here: one "
    "kernel below the other. All of them are multiplied, and the sum of all products makes one [[feature map]]."
)
SIDE_BY_SIDE = 3
"""Most input channels with which before and after stand beside one another; strips of more need the whole width."""


@st.fragment
@page.guard
def show() -> None:
    """Show the section for the chosen convolution."""
    box = st.expander(
        translate("**Every kernel, before and after training**"), expanded=True, on_change="rerun", key="kernels-box"
    )
    if box.open:
        with box, st.container(key="before-after"):
            _show_open(networks.load_chosen())
    url.show(pen_down=False, place="kernels")


def _show_open(network: Network) -> None:
    layer = choice.get_layer(network)
    if is_opened(network.name):
        _show_kernels_alone(network, layer)
        return
    st.caption(terms.explain(WHY))
    after = _pick_moment(network)
    begun = cache.initial_network(network.architecture, networks.plan(network.name).seed)
    before, now = kernels.read_kernels(begun, layer), kernels.read_kernels(after, layer)
    if before.shape[2] > SIDE_BY_SIDE:
        st.caption(terms.explain(DEEPER))
    moved = kernels.measure_movement(before, now)
    widgets.one_of("filters_order", translate("Order"))
    order = moved.order if session.get("filters_order") == "moved" else tuple(range(len(moved.shares)))
    _show_pictures(layer, (before, now), order, _name_after(network))
    for said in kernels.describe_movement(moved):
        st.markdown(terms.explain(said.template, "movement", **said.values))
    _show_movement(layer, moved)


def _show_kernels_alone(network: Network, layer: str) -> None:
    """Show the kernels of a network from a file."""
    st.caption(terms.explain(FROM_FILE))
    now = kernels.read_kernels(network, layer)
    if now.shape[2] > SIDE_BY_SIDE:
        st.caption(terms.explain(DEEPER))
    clicked = kernel_pictures.show(
        "kernels-after",
        now,
        translate("After training"),
        order=tuple(range(now.shape[-1])),
        largest=float(np.abs(now).max()),
    )
    if clicked is not None and clicked.map < now.shape[-1]:
        choice.choose(layer, clicked.map)
        st.rerun()


def _show_pictures(layer: str, pair: tuple[np.ndarray, np.ndarray], order: Sequence[int], after: str) -> None:
    """Show both sheets on one scale; a click on a filter chooses it on the whole page."""
    largest = max(float(np.abs(each).max()) for each in pair)
    wide = pair[0].shape[2] <= SIDE_BY_SIDE
    places = st.columns(2, gap="medium") if wide else (st.container(), st.container())
    titles = (translate("Before training"), after)
    for key, place, each, title in zip(("before", "after"), places, pair, titles, strict=True):
        with place:
            clicked = kernel_pictures.show(f"kernels-{key}", each, title, order=order, largest=largest)
        if clicked is not None and clicked.map < len(order):
            choice.choose(layer, order[clicked.map])
            st.rerun()


def _pick_moment(network: Network) -> Network:
    """Return the network whose kernels are shown: of a visitor's run, that of the moment chosen with a slider."""
    run_id = protocol.parse_run_id(network.name)
    kept = () if run_id is None else visitor.store().snapshots(run_id)
    if run_id is None or not kept:
        return network
    labels = [*map(_name_moment, kept), translate("as it is now")]
    last, chosen = len(kept), session.get("filters_moment")
    index = last if chosen == NEWEST else chosen
    at = player("filters-moment", labels, index, label=translate("Moment of the training"))
    session.put(filters_moment=NEWEST if at >= last else at)
    if at >= last:
        return network
    try:
        return cache.load_snapshot(visitor.store(), run_id, kept[at])
    except Refusal as reason:
        st.caption(page.escape_markdown(translate_refusal(reason)))
        session.put(filters_moment=NEWEST)  # the result is what is shown, and what its title says
        return network


def _name_moment(kept: Snapshot) -> str:
    return translate_plural("after {number:,} batch", "after {number:,} batches", kept.step)


def _name_after(network: Network) -> str:
    is_run = protocol.parse_run_id(network.name) is not None
    return (
        translate("At this moment")
        if is_run and session.get("filters_moment") != NEWEST
        else translate("After training")
    )


def _show_movement(layer: str, moved: Movement) -> None:
    """Show how far each filter moved as bars, the longest first; a click chooses the filter."""
    order = moved.order
    block = Block(
        id="movement",
        title=translate("How far each filter moved"),
        subtitle=translate("distance between its weights before and after, as a share of their length before"),
        kind="bars",
        values=np.nan_to_num(moved.shares[list(order)], posinf=0.0).astype(np.float32),
        ticks=tuple(map(str, order)),
    )
    clicked = feature_maps(
        "movement",
        [block],
        mode="mosaic",
        colour_range="layer",
        palette=session.get("palette"),
        labels=translate_all(kernel_pictures.BARS),
        on_select=lambda: None,
    )
    if clicked is not None and clicked.row < len(order):
        choice.choose(layer, order[clicked.row])
        st.rerun()
