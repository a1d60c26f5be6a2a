"""Confusion matrix as a heat map."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures import look


def matrix(counts: np.ndarray, *, x: str, y: str, hover: str) -> go.Figure:
    """Plot a confusion matrix as a heat map with its counts written in.

    Only mistakes are coloured: on a common scale the diagonal, about a hundred times larger, would hide them.

    Args:
        counts: (classes, classes) ints, row = true class, column = predicted class.
        x: Title of the horizontal axis.
        y: Title of the vertical axis.
        hover: Text with ``%{x}``, ``%{y}`` and ``%{z}`` for the predicted class, the true class and the count.
    """
    mistakes = np.asarray(counts) * (1 - np.eye(len(counts), dtype=int))
    classes = [str(index) for index in range(len(counts))]
    heat = go.Heatmap(
        z=mistakes,
        x=classes,
        y=classes,
        text=np.asarray(counts),
        texttemplate="%{text}",
        hovertemplate=hover.replace("%{z}", "%{text}") + "<extra></extra>",
        colorscale=look.COUNTS,
        showscale=False,
        xgap=1,
        ygap=1,
    )
    figure = look.finish(go.Figure(heat), x=x, y=y, height=380)
    return figure.update_yaxes(autorange="reversed", type="category").update_xaxes(type="category")
