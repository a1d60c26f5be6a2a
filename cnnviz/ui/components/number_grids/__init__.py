"""What the components with grids of small numbers share: their browser side, in this folder, and what they are told.

A browser numbers its messages. One is heard once: the number that was heard last is kept in the session.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

Texts = tuple[tuple[str, ...], ...]
LONGEST = 60
"""Characters of a cell's text that is looked at."""


def heard(key: str, event: str = "") -> int:
    """Return the number of the last message that was heard from the element `key`."""
    return int(st.session_state.get(_record(key, event), 0))


def hear(key: str, number: int, event: str = "") -> None:
    """Note the number of the message that was heard; after the element is mounted, as a run may be cut off there."""
    st.session_state[_record(key, event)] = number


def sequence(message: object) -> int:
    """Return the running number of a message, 0 for anything that has none."""
    match message:
        case {"seq": int(seq)} if not isinstance(seq, bool) and 0 < seq < 2**53:
            return seq
    return 0


def message(key: str, event: str) -> object:
    """Return what the element `key` told last as `event`, whatever it is."""
    state = st.session_state.get(key)
    return state.get(event) if isinstance(state, Mapping) else None


def texts(rows: object, shape: tuple[int, int]) -> Texts | None:
    """Return the texts of a grid's cells, or None for anything but short texts in this shape."""
    if not isinstance(rows, list) or len(rows) != shape[0] or not all(_row(row, shape[1]) for row in rows):
        return None
    return tuple(map(tuple, rows))


def _row(row: object, length: int) -> bool:
    return isinstance(row, list) and len(row) == length and all(map(_is_short, row))


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST


def _record(key: str, event: str) -> str:
    return f"{key} {event} heard" if event else f"{key} heard"
