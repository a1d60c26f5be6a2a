"""The list of a network's layers: one line each, the one in view marked; jumps to the cards of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import streamlit as st

from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "Choice", "Line", "layer_list", "read_choice"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "title": gettext_noop("Layers"),
        "jump": gettext_noop("Go to a layer"),
        "kinds": gettext_noop("Kinds of layers"),
        "one": gettext_noop("One at a time"),
        "none": gettext_noop("No layer of this kind"),
    }
)
"""Every text of the list: its name -> English, the catalogue's key."""


@dataclass(frozen=True)
class Line:
    """A layer in the list.

    Attributes:
        name: In Keras.
        title: In words.
        shape: Of its output, as it is shown.
        card: How the class of its card on the page begins, by which the list finds it.
        block: The published block that its thumbnail shows; "" for none.
    """

    name: str
    title: str
    shape: str
    card: str
    block: str = ""


@dataclass(frozen=True)
class Choice:
    """What the visitor chose in the list; None or "" where it is as it was.

    Attributes:
        kinds: The kinds of layers to show.
        one: Whether to show one layer.
        layer: The layer to show.
    """

    kinds: str = ""
    one: bool | None = None
    layer: str = ""


def layer_list(
    key: str,
    lines: Sequence[Line],
    *,
    channel: str,
    palette: str,
    kinds: Mapping[str, str],
    kind: str,
    only: str,
    always_one: bool = False,
    on_choice: Callable[[], None],
) -> None:
    """Show `lines`; in a narrow window a list to pick from.

    Args:
        key: The element's key; `read_choice(key)` reads what was chosen.
        lines: The layers on the page, or those that the one on the page can be exchanged for.
        channel: Where `feature_maps.publish` brings the values of thumbnails.
        palette: Of the thumbnails.
        kinds: The kinds to choose from, with their labels.
        kind: The chosen one.
        only: Name of the layer that is shown alone; "" where all are on the page.
        always_one: Whether there is no choice of all.
        on_choice: Called before the script when something was chosen that needs a run of the page. Going to a layer on
            the page needs none.
    """
    data = {
        "lines": [vars(line) for line in lines],
        "channel": channel,
        "palette": palette,
        "kinds": list(kinds.items()),
        "kind": kind,
        "only": only,
        "always_one": always_one,
        "labels": translate_all(LABELS),
    }
    mount("layer_list", key=key, data=data, on_chosen_change=on_choice)


def read_choice(key: str) -> Choice:
    """Return what was chosen in this run; an empty `Choice` for anything else that a browser sends."""
    match getattr(st.session_state.get(key), "chosen", None):
        case {"kinds": str(kinds)}:
            return Choice(kinds=kinds)
        case {"one": bool(one), "layer": str(layer)}:
            return Choice(one=one, layer=layer[:64])
        case {"layer": str(layer)}:
            return Choice(layer=layer[:64])
    return Choice()
