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
    """Offer every number of one layer or of the whole network, as NPZ and as CSV.

    For a place that is drawn when it is opened: these are the numbers of `prediction`, which the pen does not change.
    """
    title = translate("Download the numbers")
    st.markdown(f"**{title}**")
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
