"""The look of every chart in one place: colours, margins, number formats."""

from __future__ import annotations

import plotly.graph_objects as go

#: Okabe and Ito's colours, which people with any kind of colour vision can tell apart.
TRAINING = "#0072B2"
VALIDATION = "#D55E00"
CATEGORIES = (TRAINING, VALIDATION, "#009E73", "#CC79A7", "#E69F00")
NEUTRAL = "#888888"

#: Light to dark, monotone in lightness, for counts.
COUNTS = "Blues"

HEIGHT = 300


def finish(figure: go.Figure, *, x: str, y: str, height: int = HEIGHT) -> go.Figure:
    """Give `figure` its axis titles, margins and transparent ground, and return it."""
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(title_text=x, automargin=True)
    figure.update_yaxes(title_text=y, automargin=True)
    return figure
