"""Last messages of components from the browser, and the number of the one that was handled last.

A component numbers its messages, and its state stays until the next one, so every run finds the same message again.
The number of the one that was handled is kept in the session and is sent back with the next data.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def read(key: str, event: str) -> object:
    """Return what the element `key` last sent as `event`, unchecked; None if it sent nothing."""
    state = st.session_state.get(key)
    return state.get(event) if isinstance(state, Mapping) else None


def read_new(key: str, event: str) -> object:
    """Return what `read` returns if that was not handled yet, else None."""
    message = read(key, event)
    return message if get_sequence(message) > get_last_sequence(key, event) else None


def get_sequence(message: object) -> int:
    """Return the running number of a message, 0 for anything that has none."""
    match message:
        case {"seq": int(seq)} if not isinstance(seq, bool) and 0 < seq < 2**53:
            return seq
    return 0


def get_last_sequence(key: str, event: str) -> int:
    """Return the number of the last `event` of the element `key` that was handled, 0 before the first."""
    return int(st.session_state.get(_record(key, event), 0))


def get_newest_sequence(key: str, event: str) -> int:
    """Return the number of the newest `event` of the element `key`, handled or not."""
    return max(get_last_sequence(key, event), get_sequence(read(key, event)))


def acknowledge(key: str, event: str, number: int) -> None:
    """Keep the number of the `event` that was handled; call it after the mount, as a run may be cut off there."""
    st.session_state[_record(key, event)] = number


def ignore() -> None:
    """Do nothing, as a callback: Streamlit keeps only states and triggers that have one."""


def _record(key: str, event: str) -> str:
    return f"{key} {event} handled"
