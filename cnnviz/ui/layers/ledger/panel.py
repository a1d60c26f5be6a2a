"""One cell, accounted for: the ledger at the foot of the page Layers, in sight whatever map is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.core.inference import subject
from cnnviz.core.inference.trace import Trace
from cnnviz.core.ledger import INPUT, Cell, account, cells
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.ledger import LABELS, ledger, read_step
from cnnviz.ui.i18n import gettext_noop, translate
from cnnviz.ui.layers import cards, layer_list
from cnnviz.ui.layers.ledger import export, labels, path, place, view_model
from cnnviz.ui.prediction import wording
from cnnviz.ui.shell import layer_names, networks, page, session, terms, url

KEY = "ledger"

INVITATION = gettext_noop(
    "**One cell, accounted for.** Click a cell of any [[feature map|map]] and follow its value down through its "
    "[[receptive field]] to the [[pixel|pixels]]; or begin with the largest of"
)


@st.fragment
@page.guard
def show() -> None:
    """Show the account of the chosen cell; a cell that is clicked on a map runs nothing but this."""
    network = networks.load_chosen()
    if (step := read_step(KEY)) is not None:
        path.take_step(network, step)
    trace = subject.read(network, session.subject(), session.steps()).trace
    cell = path.complete(network, trace)
    with st.container(key="ledger-dock", gap="small"):
        # docked as long as it has the row "ledger-place"
        row = st.container(
            horizontal=True, vertical_alignment="center", gap="small", key="ledger-place" if cell else "ledger-invite"
        )
        if cell is None:
            _show_view(None)
            with row:
                _invite(network)
        elif path.get_level() == "cell":
            _show_account(network, trace, cell, row)
        else:
            _show_place(network, trace, cell, row)
    url.show(pen_down=False, place="ledger")
    if _changes_cards(network, trace, cell):
        st.rerun()


def _changes_cards(network: Network, trace: Trace, cell: Cell | None) -> bool:
    """Have the card of the layer that the account has gone to shown and opened; return whether it was not."""
    here = "" if cell is None else cells.write_place(cell, cells.list_shapes(network)[cell.layer], path.get_level())
    before = session.get("cell_place")
    session.put(cell_place=here)
    layer = INPUT if cell is None or cell.layer == INPUT else place.find_published_layer(trace, cell.layer)
    if here == before or layer == INPUT:
        return False
    was_missing = layer_list.have_shown(network, layer)
    return cards.have_opened(network, layer, layer_list.choose_layers(network)) or was_missing


def _show_account(network: Network, trace: Trace, cell: Cell, row: DeltaGenerator) -> None:
    """Show the account, and then in the `row` above it the widgets, which take the browser longer."""
    found = account(network, trace, cell)
    write = partial(
        view_model.describe,
        network,
        trace,
        found,
        session.get("cell_path"),
        session.get("cell_index"),
        session.subject().kind,
    )
    _show_view(write(brief=not session.wants_everything()))
    with row:
        if session.wants_everything():
            _show_widgets(network, cell)
        export.show(network, found, write)
        _show_close()


def _show_place(network: Network, trace: Trace, cell: Cell, row: DeltaGenerator) -> None:
    """Show the map or the layer that the visitor has gone in to."""
    kind, brief = session.subject().kind, not session.wants_everything()
    ledger(
        KEY,
        view_model.describe_place(network, trace, cell, path.get_level(), kind, brief=brief),
        labels=wording.word_all(LABELS),
    )
    with row:
        _show_close()


def _show_view(view: Mapping[str, Any] | None) -> None:
    ledger(KEY, view, labels=wording.word_all(LABELS))


def _show_close() -> None:
    st.button(translate("Close"), key="ledger-close", on_click=session.guard(path.close))


def _invite(network: Network) -> None:
    st.markdown(
        terms.explain(INVITATION),
        width="content",
    )
    names = list(cells.list_shapes(network))[1:]
    st.selectbox(
        translate("Layer"),
        names,
        index=None,
        placeholder=translate("a layer"),
        format_func=layer_names.in_full(network.architecture.layers).__getitem__,
        label_visibility="collapsed",
        width=260,
        **session.bind("cell_layer", names, _choose_largest),
    )


def _show_widgets(network: Network, cell: Cell) -> None:
    """Show the cell as widgets, so that it can be typed."""
    shapes = cells.list_shapes(network)
    names, titles = list(shapes), layer_names.in_full(network.architecture.layers)
    st.selectbox(
        translate("Layer"),
        names,
        index=names.index(cell.layer),
        format_func=lambda name: titles.get(name) or labels.read(session.subject().kind == "drawing"),
        width=300,
        **session.bind("cell_layer", names, _choose_largest),
    )
    sides = {"cell_map": (translate("Map"), shapes[cell.layer][-1])}
    if len(shapes[cell.layer]) == 3:
        rows, columns, _ = shapes[cell.layer]
        sides |= {"cell_row": (translate("Row"), rows), "cell_column": (translate("Column"), columns)}
    else:
        sides["cell_map"] = (translate("Unit"), shapes[cell.layer][0])
    for key, (label, number) in sides.items():
        value = min(max(int(session.get(key)), 0), number - 1)
        st.number_input(label, 0, number - 1, value=value, width=120, **session.bind(key, range(number), _choose_typed))


def _choose_typed() -> None:
    """Choose another map, row or column of the same layer."""
    of, row, column = (int(session.get(f"cell_{side}")) for side in ("map", "row", "column"))
    path.choose(Cell(session.get("cell_layer"), of, row, column))


def _choose_largest() -> None:
    """Choose the largest value of the layer that was picked by name.

    The present network may lack it, if the list was that of another one; then the present cell stays.
    """
    network, name = networks.load_chosen(), session.get("cell_layer")
    shape = cells.list_shapes(network).get(name)
    if shape is None:
        path.stay()
        return
    trace = subject.read(network, session.subject(), session.steps()).trace
    place = tuple(int(side) for side in np.unravel_index(cells.get_values(trace, name, shape).argmax(), shape))
    row, column, of = place if len(place) == 3 else (0, 0, *place)
    path.choose(Cell(name, of, row, column))
