"""Curves that grow while they are looked at: panels over one x axis, with the visitor's zoom and choices kept.

uPlot (MIT, `browser/vendor`) paints them; it is served with the component, so that no other host is asked. Every
update is a message of some kilobytes, and the browser draws it into the charts that are there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from cnnviz.ui.components import browser_state
from cnnviz.ui.components.curves.wire import Panel, Series, pack, thin
from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop

__all__ = ["LABELS", "Panel", "Series", "curves", "read_pick", "thin"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "chart": gettext_noop(
            "{panel} over {axis}. {values}. Arrow keys move the cursor, plus and minus zoom, 0 shows everything."
        ),
        "batches": gettext_noop("batches"),
        "epochs": gettext_noop("epochs"),
        "batch": gettext_noop("batch {x}"),
        "batch_epoch": gettext_noop("batch {x}, epoch {epoch}"),
        "epoch": gettext_noop("epoch {x}"),
        "hint": gettext_noop("Point at a curve to read it; drag to zoom, double click to see everything."),
        "hint_pick": gettext_noop("Point at a curve to read it, click to go there; drag to zoom."),
        "zoomed": gettext_noop("Zoomed: batches {low} to {high}."),
        "zoomed_epochs": gettext_noop("Zoomed: epochs {low} to {high}."),
        "thinned": gettext_noop("Older values are drawn by the lowest and the highest of every {every}."),
        "log": gettext_noop("Logarithmic axis"),
        "zoom_in": gettext_noop("Zoom in"),
        "zoom_out": gettext_noop("Zoom out"),
        "reset": gettext_noop("Show everything"),
        "save": gettext_noop("Save this picture (PNG)"),
        "hide": gettext_noop("{series}: show or hide"),
    }
)
"""Every text of the chart: its name -> English, the catalogue's key. The browser fills in the {fields}."""


def curves(
    key: str,
    panels: Sequence[Panel],
    labels: Mapping[str, str],
    *,
    axis: Literal["batches", "epochs"] = "batches",
    epoch: float = 0,
    at: float | None = None,
    moment: str = "",
    until: float = 0,
    height: int = 260,
    fills: bool = False,
    on_pick: Callable[[], None] | None = None,
) -> float | None:
    """Show `panels` side by side, on a phone one below the other, and return where the visitor clicked in this run.

    One legend for all panels has a line for each series with a label; pointing at it brings that curve forward.
    The chart shows everything as long as the visitor has not zoomed, and grows with it; then it stays where it is.
    Give every series from the beginning, empty if need be: another set of series is another chart.

    Args:
        key: The element's key.
        panels: What is drawn.
        labels: The texts of `LABELS` in the visitor's language.
        axis: What x counts.
        epoch: How many batches an epoch has, for the lines between epochs; 0 where that is not known or where runs
            differ. Of no meaning where the axis counts epochs.
        at: x of the line that marks a moment, or None for none.
        moment: The name of that moment, which stands at the line.
        until: The axis reaches to this x at least, also while the curves do not.
        height: CSS pixels of a panel's chart with type of 16 px; it grows with the page's type.
        fills: Whether it takes a quarter of what a window has to spare that is higher than 900 px.
        on_pick: Called before the script when the visitor clicked or pressed Enter; `read_pick(key)` says where.
            Without it clicks do not reach Python.
    """
    header = {
        "key": key,
        "labels": dict(labels),
        "axis": axis,
        "epoch": float(epoch) if axis == "batches" else 0.0,
        "at": at,
        "moment": moment,
        "until": until,
        "height": height,
        "fills": fills,
        "pick": on_pick is not None,
    }
    result = mount("curves", key=key, data=pack(header, panels), on_picked_change=on_pick or browser_state.ignore)
    return _place(result.picked)


def read_pick(key: str) -> float | None:
    """Return the x where the visitor has just clicked in the chart `key`, or None; for use in `on_pick`."""
    return _place(browser_state.read(key, "picked"))


def _place(value: object) -> float | None:
    """Return what the browser sent, or None if it is not a place on the axis."""
    match value:
        case {"x": int() | float() as x} if not isinstance(x, bool) and math.isfinite(x) and 0 <= x < 2**31:
            return float(x)
    return None
