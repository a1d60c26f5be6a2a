"""Colours, margins and axes that all charts share."""

from __future__ import annotations

import plotly.graph_objects as go

CATEGORIES = ("#000001", "#000002", "#000003", "#000004", "#000005")
"""Streamlit's placeholders of `chartCategoricalColors` in `.streamlit/config.toml`: the browser replaces them by
the colours of the theme, light or dark. These are Okabe and Ito's, which are distinguishable with any kind of colour
vision; the live curves have the same."""

DASHES = ("solid", "9px,4px", "2px,3px", "9px,3px,2px,3px", "5px,3px")
"""Dashes of the lines in these colours, so that they are told apart without them too."""

SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross")
"""Marks in these colours."""

TRAINING, VALIDATION = CATEGORIES[:2]

NEUTRAL = "#888888"
"""Grey of marks that belong to no category, legible on light and dark."""

COUNTS = "Blues"
"""Light to dark, monotone in lightness, for counts."""

HEIGHT = 300
"""Default height of a figure, in pixels."""


def finish(figure: go.Figure, *, x: str, y: str, height: int = HEIGHT) -> go.Figure:
    """Set axis titles, margins and a transparent background of `figure`, and return it."""
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
