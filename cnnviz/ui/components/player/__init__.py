"""A slider over moments that plays: by mouse, finger and keys, as fast as Python answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import streamlit as st

from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "player"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "back": gettext_noop("One step back"),
        "play": gettext_noop("Play"),
        "pause": gettext_noop("Pause"),
        "forward": gettext_noop("One step forward"),
        "speed": gettext_noop("Speed"),
    }
)
"""Every text of the player: its name -> English, the catalogue's key."""

Message = tuple[int, int]
"""What the browser said: index and running number."""


def player(
    key: str, labels: Sequence[str], index: int, *, label: str, on_change: Callable[[], None] | None = None
) -> int:
    """Show the player and return the moment to look at: where the visitor has gone since the last run, else `index`.

    The caller keeps what is returned and gives it as `index` in the next run; another `index` moves the slider.
    While it plays or is dragged, the next moment is sent when this function has run for the one before, so
    mount it in a fragment that is quick. It stops at the last moment. Visitors who want less motion get no button
    that plays.

    Args:
        key: The element's key.
        labels: What each moment is called, at least one, such as "batch 20"; more may come at any time.
        index: The moment that is shown, from 0; beyond the ends the nearest one.
        label: What the slider is for.
        on_change: Called before the script when the visitor has gone somewhere.

    Raises:
        ValueError: If there are no `labels`.
    """
    if not labels:
        raise ValueError("`labels` must name at least one moment. Received: none")
    noted = f"{key} heard"
    heard = int(st.session_state.get(noted, 0))
    message = _message(_state(key))
    is_news = message is not None and message[1] > heard
    wanted, heard = message if message is not None and is_news else (index, heard)
    at = min(max(wanted, 0), len(labels) - 1)
    data = {"moments": list(labels), "index": at, "ack": heard, "label": label, "labels": translate_all(LABELS)}
    mount("player", key=key, data=data, on_place_change=on_change or _nothing)
    st.session_state[noted] = heard  # after the mount: a run that is interrupted there has not heard it
    return at


def _state(key: str) -> Any:
    """Return the player's state as the browser sent it, or None."""
    state = st.session_state.get(key)
    return state.get("place") if isinstance(state, Mapping) else None


def _message(value: object) -> Message | None:
    """Return what the browser sent, or None if it is not a moment with a running number."""
    match value:
        case {"index": int(index), "seq": int(seq)} if not isinstance(index, bool) and not isinstance(seq, bool):
            return (index, seq) if 0 <= index < 2**31 and 0 < seq < 2**53 else None
    return None


def _nothing() -> None:
    """Do nothing, as a callback: Streamlit keeps only states that have one."""
