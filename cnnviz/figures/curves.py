"""Learning curves of one training run."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from cnnviz.figures import look


def learning(
    training: Sequence[float], validation: Sequence[float], *, names: tuple[str, str], x: str, y: str
) -> go.Figure:
    """Return one quantity by epoch, on the training digits and on the validation digits.

    Args:
        training: one value an epoch, epoch 1 first.
        validation: the same on digits that were not trained on; may be empty.
        names: legend entries of the two curves.
        x: title of the horizontal axis.
        y: title of the vertical axis.
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
    return max(1, -(-epochs // 12))
