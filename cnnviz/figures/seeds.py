"""Dot plot of repeated trainings, so that differences between networks can be compared with their spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from cnnviz.figures import look

APART = 0.22
"""Distance between two networks within one group, whose centres are 1 apart."""


def marks(
    groups: Sequence[str],
    values: Mapping[str, Sequence[Sequence[float]]],
    *,
    titles: tuple[str, str],
    hover: str,
    height: int = look.HEIGHT,
) -> go.Figure:
    """Plot one mark a training, in groups, and a line at each network's mean in each group.

    Args:
        groups: Names along the horizontal axis.
        values: Network -> for each group the values of its trainings, shares in [0, 1].
        titles: Titles of the two axes.
        hover: Hover text of a mark: `%{y}` is its value, `%{customdata}` the number of the training from 1.
        height: Height of the figure in pixels.
    """
    figure = go.Figure()
    middle = (len(values) - 1) / 2
    looks = zip(look.CATEGORIES, look.SYMBOLS, strict=True)
    for place, ((name, each), (colour, symbol)) in enumerate(zip(values.items(), looks, strict=False)):
        beside = (place - middle) * APART
        figure.add_trace(_marks(name, each, beside, colour, symbol, hover))
        figure.add_trace(_means(name, each, beside, colour))
    figure.update_xaxes(tickvals=list(range(len(groups))), ticktext=list(groups))
    figure.update_yaxes(tickformat=".1%")
    return look.finish(figure, x=titles[0], y=titles[1], height=height)


def _marks(
    name: str, values: Sequence[Sequence[float]], beside: float, colour: str, symbol: str, hover: str
) -> go.Scatter:
    flat = [
        (group + beside, value, number) for group, each in enumerate(values) for number, value in enumerate(each, 1)
    ]
    return go.Scatter(
        x=[x for x, _, _ in flat],
        y=[y for _, y, _ in flat],
        customdata=[number for _, _, number in flat],
        name=name,
        legendgroup=name,
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 7, "opacity": 0.6},
        hovertemplate=hover,
    )


def _means(name: str, values: Sequence[Sequence[float]], beside: float, colour: str) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for group, each in enumerate(values):
        mean = sum(each) / len(each)
        x += [group + beside - APART / 2.5, group + beside + APART / 2.5, None]
        y += [mean, mean, None]
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        legendgroup=name,
        mode="lines",
        line={"color": colour, "width": 3},
        hoverinfo="skip",
        showlegend=False,
    )
