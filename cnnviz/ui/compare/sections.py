"""Sections of the page that fold away: what is not looked at is not computed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cnnviz.ui.shell import terms


@contextmanager
def section(key: str, title: str, why: str, *, unfolded: bool = True) -> Iterator[bool]:
    """Draw what follows below a title that folds it away; yields whether it is unfolded.

    Args:
        key: Key of the container.
        title: In the visitor's language.
        why: A message of the catalogue: what the section shows, and why it matters.
        unfolded: Whether it is at first.
    """
    with st.container(key=key):
        box = st.expander(f"**{title}**", expanded=unfolded, on_change="rerun", key=f"{key}-box")
        with box:
            if box.open:
                st.caption(terms.explain(why))
            yield bool(box.open)
