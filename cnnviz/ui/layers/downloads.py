"""The numbers of a prediction as files, made when they are asked for."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cnnviz.core.inference import trace_export
from cnnviz.core.inference.subject import Prediction
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import layer_names, networks
from cnnviz.ui.shell.download_button import download_button


def show(prediction: Prediction) -> None:
    """Offer every number of one layer or of the whole network, as NPZ and as CSV."""
    popover = st.popover(translate("Download the numbers"), on_change="rerun")
    if popover.open:
        with popover:
            _offer_files(prediction)


def _offer_files(prediction: Prediction) -> None:
    layers = {layer.name: (layer,) for layer in prediction.trace.layers}
    names = layer_names.in_full(layer.layer for layer in prediction.trace.layers)
    name = st.selectbox(
        translate("Layer"), ["", *layers], format_func=lambda name: names.get(name) or translate("the whole network")
    )
    chosen = layers.get(name)
    file = f"{prediction.trace.network_name}{f'-{name}' if name else ''}"
    weights = networks.load_chosen().weights
    npz, table = f"{file}.npz", f"{file}.csv"
    download_button(
        npz,
        partial(trace_export.write_npz, prediction.trace, chosen, weights),
        npz,
        mime="application/zip",
        width="stretch",
        help=translate("NPZ, for NumPy, with the weights"),
    )
    download_button(
        table,
        partial(trace_export.write_csv, prediction.trace, chosen),
        table,
        mime="text/csv",
        width="stretch",
        help=translate("CSV, for a spreadsheet"),
    )
