"""Sections of the page that fold away: what is not looked at is not computed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cnnviz.ui.shell import session, terms


@contextmanager
def section(key: str, title: str, why: str) -> Iterator[bool]:
    """Draw what follows below a title that folds it away; yields whether it is unfolded.

    Args:
        key: Key of the container, one of `fields.compare.SECTIONS`.
        title: In the visitor's language.
        why: A message of the catalogue: what the section shows, and why it matters.
    """
    with st.container(key=key):
        box = st.expander(
            f"**{title}**",
            expanded=is_unfolded(key),
            on_change=session.guard(_fold),
            args=(key,),
            key=f"{key}-box",
        )
        with box:
            if box.open:
                st.caption(terms.explain(why))
            yield bool(box.open)


def is_unfolded(key: str) -> bool:
    """Return whether a section is unfolded."""
    return key in session.get("unfolded")


def _fold(key: str) -> None:
    """Take over that the visitor folded a section, or unfolded it."""
    others = [each for each in session.get("unfolded") if each != key]
    session.put(unfolded=(*others, key) if st.session_state.get(f"{key}-box") else tuple(others))
