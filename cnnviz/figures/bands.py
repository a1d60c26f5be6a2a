"""Lines with bands: several networks over one amount, each with the interval that it may lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from cnnviz.figures import look

OPACITY = 0.35

THIN = 1.5
"""Width of a line with a band around it: a band of a thousand digits is hardly wider than a usual line."""


@dataclass(frozen=True)
class Line:
    """One curve. `low` and `high` are as long as `y`, or both empty where there is no band."""

    name: str
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def chart(
    x: Sequence[float],
    lines: Sequence[Line],
    *,
    titles: tuple[str, str],
    at: float | None = None,
    shares: bool = True,
    top: float | None = None,
    height: int = look.HEIGHT,
) -> go.Figure:
    """Return `lines` over `x` in the colours of `look.CATEGORIES`.

    Args:
        x: the amounts, ascending, as many as each line has values.
        lines: at most as many as there are colours.
        titles: of the horizontal and of the vertical axis.
        at: where a vertical line stands, or None.
        shares: values are shares in [0, 1], shown in percent.
        top: where the vertical axis ends, for figures that are compared; it then begins at 0.
        height: of the figure in pixels.
    """
    figure = go.Figure()
    for line, colour in zip(lines, look.CATEGORIES, strict=False):
        if len(line.low):
            figure.add_trace(_band(x, line, colour))
        figure.add_trace(_curve(x, line, colour, shares))
    if at is not None:
        figure.add_vline(x=at, line={"color": look.NEUTRAL, "dash": "dot", "width": 1})
    if shares:
        figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    if top is not None:
        figure.update_yaxes(range=[-0.02 * top, 1.02 * top])
    return look.finish(figure, x=titles[0], y=titles[1], height=height)


def _band(x: Sequence[float], line: Line, colour: str) -> go.Scatter:
    """The area between low and high: out along the one, back along the other."""
    return go.Scatter(
        x=[*x, *reversed(x)],
        y=[*line.high, *reversed(line.low)],
        fill="toself",
        fillcolor=colour,
        opacity=OPACITY,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        legendgroup=line.name,
        name=line.name,
    )


def _curve(x: Sequence[float], line: Line, colour: str, shares: bool) -> go.Scatter:
    shown = "%{y:.1%}" if shares else "%{y:.3g}"
    if len(line.low):
        shown += (
            " (%{customdata[0]:.1%} – %{customdata[1]:.1%})"
            if shares
            else " (%{customdata[0]:.3g} – %{customdata[1]:.3g})"
        )
    return go.Scatter(
        x=list(x),
        y=list(line.y),
        name=line.name,
        legendgroup=line.name,
        mode="lines",
        line={"color": colour, "width": THIN if len(line.low) else None},
        customdata=list(zip(line.low, line.high, strict=True)),
        hovertemplate=shown,
    )
