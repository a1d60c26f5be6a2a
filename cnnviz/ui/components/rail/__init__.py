"""The head of the rail: its title, and the button that hides it or opens it as a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "rail_head"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "title": gettext_noop("Your digit"),
        "hide": gettext_noop("Hide the pad"),
        "show": gettext_noop("Show the pad"),
        "open": gettext_noop("Draw here"),
        "close": gettext_noop("Close the pad"),
    }
)
"""Every text of the head: its name -> English, the catalogue's key."""


def rail_head(labels: Mapping[str, str] = LABELS) -> None:
    """Show the head inside the container `subject`, which the style sheet of all pages keeps in sight.

    In a wide window its button hides the rail, and the browser remembers that; in a narrow one it opens the bar at the
    foot as a sheet. Python is not told of either. `labels` are those of `LABELS`, or others in their place.
    """
    mount("rail", key="rail-head", data={"labels": translate_all(labels)})
