"""Line chart with confidence bands, one line a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from cnnviz.figures import look

OPACITY = 0.35
"""Opacity of a band."""

THIN = 1.5
"""Width of a line inside a band: a band from 1,000 digits is hardly wider than a normal line."""


@dataclass(frozen=True)
class Line:
    """One curve with its band.

    Attributes:
        name: Legend entry.
        y: Values.
        low: Lower ends of the band, as many as `y`; empty for no band.
        high: Upper ends, likewise.
    """

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
    """Plot `lines` over `x` in the colours of `look.CATEGORIES`.

    Args:
        x: Ascending values, as many as each line has.
        lines: At most as many as there are colours.
        titles: Titles of the horizontal and the vertical axis.
        at: Position of a vertical line, or None.
        shares: Whether values are shares in [0, 1], shown in percent.
        top: Upper end of the vertical axis, for figures that are compared; it then begins at 0.
        height: Height of the figure in pixels.
    """
    figure = go.Figure()
    for line, colour, dash in zip(lines, look.CATEGORIES, look.DASHES, strict=False):
        if len(line.low):
            figure.add_trace(_band(x, line, colour))
        figure.add_trace(_curve(x, line, colour, dash, shares))
    if at is not None:
        figure.add_vline(x=at, line={"color": look.NEUTRAL, "dash": "dot", "width": 1})
    if shares:
        figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    if top is not None:
        figure.update_yaxes(range=[-0.02 * top, 1.02 * top])
    return look.finish(figure, x=titles[0], y=titles[1], height=height)


def _band(x: Sequence[float], line: Line, colour: str) -> go.Scatter:
    """Fill the area between low and high: along one to the end, back along the other."""
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


def _curve(x: Sequence[float], line: Line, colour: str, dash: str, shares: bool) -> go.Scatter:
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
        line={"color": colour, "width": THIN if len(line.low) else None, "dash": dash},
        customdata=list(zip(line.low, line.high, strict=True)),
        hovertemplate=shown,
    )
