"""Colours of feature maps: the range that one scale covers, and the palette."""

from __future__ import annotations

from typing import Any

from cnnviz.core.inference.trace import Trace
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell import session, widgets


def show_settings() -> None:
    """Show the two choices, which only experts need."""
    if session.shows("colour_range"):
        _pick_range()
    if session.shows("palette"):
        which = translate("Of values that are never negative; others are blue below 0 and red above.")
        widgets.one_of("palette", translate("Colours"), help=which)


def _pick_range() -> None:
    why = translate("Pictures can be compared only if they share a scale; weak maps show more on their own.")
    widgets.one_of("colour_range", translate("One colour scale for"), help=why)


def measure_network_range(trace: Trace) -> tuple[float, float] | None:
    """Return the smallest and the largest value of all layers that have maps, if the network has one scale."""
    if session.get("colour_range") != "network":
        return None
    arrays = [values for layer in trace.layers if layer.after.ndim == 3 for values in (layer.before, layer.after)]
    if not arrays:
        return 0.0, 1.0
    return float(min(values.min() for values in arrays)), float(max(values.max() for values in arrays))


def get_colours(trace: Trace | None = None) -> dict[str, Any]:
    """Return the arguments of `feature_maps` that say how to colour; `trace` where its values are sent with it."""
    return {
        "colour_range": session.get("colour_range"),
        "palette": session.get("palette"),
        "network_range": None if trace is None else measure_network_range(trace),
    }
