"""Learning curves of one training run."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from cnnviz.figures import look


def learning(
    training: Sequence[float], validation: Sequence[float], *, names: tuple[str, str], x: str, y: str
) -> go.Figure:
    """Plot one metric by epoch, on the training digits and on the validation digits.

    Args:
        training: One value an epoch, epoch 1 first.
        validation: The same on digits that were not trained on; may be empty.
        names: Legend entries of the two curves.
        x: Title of the horizontal axis.
        y: Title of the vertical axis.
    """
    figure = go.Figure()
    for values, name, colour in zip((training, validation), names, (look.TRAINING, look.VALIDATION), strict=True):
        if len(values):
            figure.add_trace(_curve(values, name, colour))
    figure.update_xaxes(dtick=_step(len(training)))
    return look.finish(figure, x=x, y=y)


def _curve(values: Sequence[float], name: str, colour: str) -> go.Scatter:
    epochs = list(range(1, len(values) + 1))
    return go.Scatter(x=epochs, y=list(values), name=name, mode="lines+markers", line={"color": colour})


def _step(epochs: int) -> int:
    """Choose the distance of ticks such that there are at most about twelve."""
    return max(1, -(-epochs // 12))
