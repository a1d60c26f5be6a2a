"""A slider over moments that plays: by mouse, finger and keys, as fast as Python answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from cnnviz.ui.components import browser_state
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
    key: str,
    labels: Sequence[str],
    index: int,
    *,
    label: str,
    plays: bool = False,
    on_change: Callable[[], None] | None = None,
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
        plays: It begins to play as soon as it is there; visitors who want less motion get the last moment at once.
        on_change: Called before the script when the visitor has gone somewhere.

    Raises:
        ValueError: If there are no `labels`.
    """
    if not labels:
        raise ValueError("`labels` must name at least one moment. Received: none")
    number = browser_state.get_last_sequence(key, "place")
    message = _message(browser_state.read(key, "place"))
    is_news = message is not None and message[1] > number
    wanted, number = message if message is not None and is_news else (index, number)
    at = min(max(wanted, 0), len(labels) - 1)
    data = {
        "moments": list(labels),
        "index": at,
        "ack": number,
        "label": label,
        "plays": plays,
        "labels": translate_all(LABELS),
    }
    mount("player", key=key, data=data, on_place_change=on_change or browser_state.ignore)
    browser_state.acknowledge(key, "place", number)
    return at


def _message(value: object) -> Message | None:
    """Return what the browser sent, or None if it is not a moment with a running number."""
    match value:
        case {"index": int(index), "seq": int(seq)} if not isinstance(index, bool) and not isinstance(seq, bool):
            return (index, seq) if 0 <= index < 2**31 and 0 < seq < 2**53 else None
    return None
