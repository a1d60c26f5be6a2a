"""Maps over all shifts, 13 × 13: how sure each network stays, and how far each of its layers moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.core.inference.perturbations import STEPS
from cnnviz.core.inference.robustness import Reaction, find_strides
from cnnviz.core.lessons.pooling.trio import SHRINKING
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.feature_maps import LABELS, Block, feature_maps
from cnnviz.ui.i18n import gettext_noop, translate, translate_all
from cnnviz.ui.pooling import trio
from cnnviz.ui.shell import session, terms

SIDE = len(STEPS)

SHIFTS: Mapping[str, str] = {
    "point_select": gettext_noop("Point at a cell: each is a shift."),
    "named": gettext_noop("moved {names}"),
    "unnamed": gettext_noop("as it is"),
    "range_network": gettext_noop("one scale for all three networks"),
}
"""What the viewers say instead of their usual texts: a cell is a shift here."""

ROWS: Mapping[str, str] = {"moved": gettext_noop("as it is"), "moved_back": gettext_noop("moved back")}
"""A row of maps, by the field of `Reaction` that it shows -> what is said of it."""

NAMES = {
    "rows": (gettext_noop("{number} up"), gettext_noop("{number} down")),
    "columns": (gettext_noop("{number} left"), gettext_noop("{number} right")),
}
"""What a shift is called that is negative, and one that is positive."""

LAYERS_WHY = gettext_noop(
    "**How far each layer’s output moves.** Above, the [[cosine distance]] from the output for the unmoved digit: "
    "where it is 0 the layer is *[[invariance|invariant]]*. Below, the same after the output was moved back by as "
    "many cells: where that is 0 the layer is *[[equivariance|equivariant]]*, its output has only moved along."
)
LAYERS_HOW = gettext_noop(
    "A layer with one cell for every {stride} [[pixel|pixels]] can follow only shifts by multiples of {stride} "
    "exactly; for others it is moved back by the whole number of cells that fits best. Only cells that are on both "
    "maps are compared."
)


def show_confidences(reactions: list[Reaction]) -> None:
    """Show one map a network; a shift can be chosen on any of them."""
    for column, reaction in zip(st.columns(len(reactions), gap="medium"), reactions, strict=True):
        block = Block(
            id=reaction.network,
            title=reaction.network,
            subtitle=translate(SHRINKING[reaction.network].label),
            values=reaction.confidence.reshape(SIDE, SIDE, 1),
            **_describe_cells(),
        )
        with column:
            _show_viewer(f"shifts-{reaction.network}", [block], 1.0, height=240)


def show_layers(three: tuple[Network, ...], reactions: list[Reaction]) -> None:
    """Show how far the layers of each network move, for all shifts and, in a table, for the chosen one."""
    st.markdown(terms.explain(LAYERS_WHY))
    top = max(float(np.nanmax(values)) for one in reactions for values in one.moved.values())
    for row in ROWS:  # a row of its own, so that networks stand beside one another
        for column, reaction in zip(st.columns(len(reactions), gap="medium"), reactions, strict=True):
            with column:
                _show_viewer(f"{row}-{reaction.network}", [_make_mosaic(row, reaction)], top, height=330)
    for column, reaction in zip(st.columns(len(reactions), gap="medium"), reactions, strict=True):
        column.markdown(write_distances(reaction, session.get("moved")))
    st.caption(terms.explain(LAYERS_HOW, stride=max(max(find_strides(network).values()) for network in three)[0]))


def write_distances(reaction: Reaction, place: int) -> str:
    """Return a table of a network's layers: how far each moves at shift number `place`, as it is and moved back."""
    head = [reaction.network, translate("as it is"), translate("moved back")]
    titles = trio.name_layers(reaction.network)
    rows = [
        [titles.get(name, name), f"{values[place]:.3f}", _format_distance(reaction.moved_back.get(name), place)]
        for name, values in reaction.moved.items()
    ]
    return trio.write_table(head, rows)


def _format_distance(values: np.ndarray | None, place: int) -> str:
    return "–" if values is None or not np.isfinite(values[place]) else f"{values[place]:.3f}"


def _make_mosaic(row: str, reaction: Reaction) -> Block:
    """Draw one map a layer, without a value where a shift is larger than the layer's map."""
    values: Mapping[str, np.ndarray] = getattr(reaction, row)
    maps = np.stack([each.reshape(SIDE, SIDE) for each in values.values()], axis=2)
    titles = trio.name_layers(reaction.network)
    return Block(
        id=row,
        title=reaction.network,
        subtitle=translate(ROWS[row]),
        values=maps,
        ticks=[titles.get(name, name) for name in values],
        **_describe_cells(),
    )


def describe_shift(down: int, right: int) -> str:
    """Return in words where a digit was moved: "moved 2 up, 3 right"."""
    names = ", ".join(filter(None, (_name_step("rows", down), _name_step("columns", right))))
    return translate(SHIFTS["named"], names=names) if names else translate(SHIFTS["unnamed"])


def _name_step(axis: str, by: int) -> str:
    """Return what a shift along one axis is called, "" for none."""
    return translate(NAMES[axis][by > 0], number=abs(by)) if by else ""


def _describe_cells() -> dict[str, Any]:
    """Return what the rows and columns of a block stand for, and which of them is looked at."""
    names = tuple([_name_step(axis, by) for by in STEPS] for axis in NAMES)
    return {"names": names, "chosen": divmod(session.get("moved"), SIDE)}


def _show_viewer(key: str, blocks: list[Block], top: float, height: int) -> None:
    """Show `blocks` on one scale from 0 to `top`, the same for all networks; a click chooses the shift."""
    feature_maps(
        key,
        blocks,
        mode="mosaic",
        colour_range="network",
        network_range=(0.0, top),
        palette=session.get("palette"),
        labels={**translate_all(LABELS), **translate_all(SHIFTS)},
        height=height,
        on_select=lambda: _take(key),
    )


def _take(key: str) -> None:
    """Look at the shift that was clicked, before anything is drawn again."""
    match getattr(st.session_state.get(key), "selected", None):
        case {"row": int(row), "column": int(column)} if 0 <= row < SIDE and 0 <= column < SIDE:
            session.put(moved=row * SIDE + column)
