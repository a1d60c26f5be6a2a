"""Scatter plot of digits on two axes, by class, with the learner's digit among them."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures import look

HALF = 5
"""Classes that share a shape: the others have the same colours and another one, and every class has its numeral."""

SHAPES = ("circle", "diamond-open")


def chart(
    places: np.ndarray, labels: np.ndarray, own: np.ndarray | None, *, titles: tuple[str, str], own_name: str
) -> go.Figure:
    """Plot digits.

    Args:
        places: (n, 2), where they lie.
        labels: (n,), their classes, 0 to 9.
        own: (2,), where the learner's digit lies, or None.
        titles: Titles of the axes.
        own_name: What the learner's digit is called.
    """
    figure = go.Figure()
    for label in range(10):
        here = places[labels == label]
        figure.add_trace(
            go.Scatter(
                x=np.round(here[:, 0], 2).tolist(),
                y=np.round(here[:, 1], 2).tolist(),
                name=str(label),
                mode="markers",
                marker={"color": look.CATEGORIES[label % HALF], "symbol": SHAPES[label // HALF], "size": 5},
                hovertemplate=f"{label}<extra></extra>",
            )
        )
        if len(here):
            x, y = np.median(here, axis=0)
            figure.add_annotation(x=float(x), y=float(y), text=f"<b>{label}</b>", showarrow=False, font={"size": 20})
    if own is not None:
        figure.add_trace(
            go.Scatter(
                x=[float(own[0])],
                y=[float(own[1])],
                name=own_name,
                mode="markers",
                marker={"color": look.NEUTRAL, "symbol": "star", "size": 18, "line": {"width": 1.5}},
                hovertemplate=f"{own_name}<extra></extra>",
            )
        )
    figure = look.finish(figure, x=titles[0], y=titles[1], height=480)
    return figure.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)
