"""The numbers of a reading as files, made when they are asked for."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cnnviz.core import trace_files
from cnnviz.ui import networks
from cnnviz.ui.file_button import file_button
from cnnviz.ui.subject import Reading
from cnnviz.ui.words import say


def show(reading: Reading) -> None:
    """Offer every number of one layer or of the whole network, as NPZ and as CSV."""
    popover = st.popover(say("Download the numbers"), on_change="rerun")
    if popover.open:
        with popover:
            _files(reading)


def _files(reading: Reading) -> None:
    layers = {layer.name: (layer,) for layer in reading.trace.layers}
    name = st.selectbox(
        say("Layer"), ["", *layers], format_func=lambda name: name or say("the whole network")
    )
    chosen = layers.get(name)
    file = f"{reading.trace.network_name}{f'-{name}' if name else ''}"
    weights = networks.chosen().weights
    npz, table = f"{file}.npz", f"{file}.csv"
    file_button(npz, partial(trace_files.npz, reading.trace, chosen, weights), npz, mime="application/zip",
                width="stretch", help=say("NPZ, for NumPy, with the weights"))  # fmt: skip
    file_button(table, partial(trace_files.table, reading.trace, chosen), table, mime="text/csv",
                width="stretch", help=say("CSV, for a spreadsheet"))  # fmt: skip
