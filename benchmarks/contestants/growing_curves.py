"""Learning curves that grow by a tenth of an epoch at every press of a button, drawn by the chart that the link names.

Everybody draws the same points: two panels with the values of every batch behind, the smoothed ones, and validation.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.core.training.smoothing import smooth_exponentially
from cnnviz.ui.components.curves import LABELS, Panel, Series, curves, thin
from cnnviz.ui.shell import process_tuning

Lines = Sequence[tuple[str, np.ndarray, np.ndarray]]

EPOCH, BEGIN, STEP, MOST = 470, 1500, 47, 30_000


@st.cache_data
def values() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return loss and accuracy of every batch, raw and smoothed."""
    steps = np.arange(1, MOST + 1)
    noise = np.random.default_rng(0).random(MOST)
    loss = 2.2 * np.exp(-steps / 400) + 0.05 + 0.2 * noise * np.exp(-steps / 4000)
    return [(raw, smooth_exponentially(raw, 20)) for raw in (loss, 1 - loss / 2.5)]


def panels(count: int) -> list[Lines]:
    """Return two lists of (name, x, y), thinned as the component thins them."""
    steps = np.arange(1, count + 1)
    found: list[Lines] = []
    for raw, smooth in values():
        kept = [(name, each[:count], thin(each[:count])[0]) for name, each in (("raw", raw), ("training", smooth))]
        ends = np.arange(EPOCH - 1, count, EPOCH)
        found.append([*((name, steps[at], y[at]) for name, y, at in kept), ("validation", steps[ends], smooth[ends])])
    return found


def component(both: Sequence[Lines]) -> None:
    """Draw with the component of the app."""
    styles: Mapping[str, Any] = {"raw": "raw", "training": "line", "validation": "points"}
    made = [
        Panel(
            id=str(number),
            title=title,
            series=[Series(id=name, label=name, x=x, y=y, style=styles[name]) for name, x, y in lines],
        )
        for number, (title, lines) in enumerate(zip(("Loss", "Accuracy"), both, strict=True))
    ]
    curves("chart", made, LABELS, epoch=EPOCH)


def line_chart(both: Sequence[Lines]) -> None:
    """Draw with Streamlit's own line chart, which takes data frames."""
    import pandas as pd  # type: ignore[import-untyped]

    for place, lines in zip(st.columns(2), both, strict=True):
        frame = pd.concat([pd.DataFrame({"x": x, "y": y, "curve": name}) for name, x, y in lines])
        place.line_chart(frame, x="x", y="y", color="curve", height=300)


def echarts(both: Sequence[Lines]) -> None:
    """Draw with Apache ECharts, without animation, with its zoom."""
    for number, (place, lines) in enumerate(zip(st.columns(2), both, strict=True)):
        series = [
            {
                "type": "line",
                "name": name,
                "showSymbol": name == "validation",
                "data": np.stack([x, y], 1).tolist(),
            }
            for name, x, y in lines
        ]
        option = {
            "animation": False,
            "xAxis": {"type": "value"},
            "yAxis": {"type": "value"},
            "dataZoom": [{"type": "inside"}],
            "series": series,
        }
        with place:
            st.echarts_chart(option, height=300, key=f"chart-{number}")


def plotly(both: Sequence[Lines]) -> None:
    """Draw one Plotly figure per panel."""
    import plotly.graph_objects as go

    for number, (place, lines) in enumerate(zip(st.columns(2), both, strict=True)):
        figure = go.Figure([go.Scatter(x=x, y=y, name=name) for name, x, y in lines])
        figure.update_layout(height=300, uirevision="kept")
        place.plotly_chart(figure, key=f"chart-{number}")


Draw = Callable[[Sequence[Lines]], None]
CHARTS: Mapping[str, Draw] = {
    "component": component,
    "line_chart": line_chart,
    "echarts": echarts,
    "plotly": plotly,
}


def grow() -> None:
    """Request the next update."""
    st.session_state["batches"] = min(MOST, st.session_state.get("batches", BEGIN) + STEP)


@st.fragment
def show() -> None:
    """Draw the curves and report the milliseconds of Python that it took."""
    st.button("Update", on_click=grow)
    both = panels(st.session_state.get("batches", BEGIN))
    start = time.perf_counter()
    CHARTS[st.query_params["chart"]](both)
    took = 1000 * (time.perf_counter() - start)
    with st.container(key="took"):
        st.text(f"{took:.3f}")


st.set_page_config(layout="wide")
process_tuning.tune_process()
show()
